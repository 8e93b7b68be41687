#include "daemon/rule_text.h"

#include <algorithm>

#include "daemon/log_format.h"
#include "milter/reply.h"
#include "policy/ascii.h"
#include "policy/mail_address.h"

namespace tlswarden {
namespace {

bool IsPlaceholder(std::string_view text) {
  return std::any_of(kReplyPlaceholders.begin(), kReplyPlaceholders.end(),
                     [text](const ReplyPlaceholder& known) { return known.text == text; });
}

bool IsPrintable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

}  // namespace

std::optional<std::string> WhyBadReplyTemplate(std::string_view text) {
  if (!IsPrintable(text)) return "may hold printable ASCII only";
  if (text.size() > kMaxReplyTemplateOctets) {
    return "longer than " + std::to_string(kMaxReplyTemplateOctets) + " octets";
  }
  while (true) {
    const std::size_t open = text.find_first_of("{}");
    if (open == std::string_view::npos) return std::nullopt;
    const std::size_t close = text.find('}', open);
    if (text[open] == '}' || close == std::string_view::npos) return "a brace without its partner";
    if (!IsPlaceholder(text.substr(open, close + 1 - open))) {
      const std::string_view name = text.substr(open + 1, close - open - 1);
      std::string why = "unknown placeholder {" + Printable(name, 40) + "}; there are";
      for (const ReplyPlaceholder& known : kReplyPlaceholders) why.append(" ").append(known.text);
      return why;
    }
    text.remove_prefix(close + 1);
  }
}

std::optional<std::string> WhyBadInfoUrl(std::string_view text) {
  const std::string lower = LowerAscii(text);
  const bool is_web = lower.starts_with("http://") || lower.starts_with("https://");
  if (!is_web || lower.size() == lower.find("://") + 3) {
    return "must begin with https:// or http://, and a host";
  }
  if (!IsPrintable(text) || text.find(' ') != std::string_view::npos) {
    return "may hold printable ASCII only, without blanks; write others as %XX";
  }
  if (text.size() > kMaxInfoUrlOctets) {
    return "longer than " + std::to_string(kMaxInfoUrlOctets) + " octets";
  }
  return std::nullopt;
}

std::optional<std::string> WhyBadMailbox(std::string_view text) {
  constexpr std::size_t kMaxAddressOctets = 254;  // RFC 5321 section 4.5.3.1.3, without < and >
  const MailAddress address = ParseMailAddress(text);
  const bool is_plain = IsPrintable(text) && text.find_first_of(" <>,") == std::string_view::npos;
  if (is_plain && !address.local.empty() && !address.domain.ascii.empty() &&
      text.size() <= kMaxAddressOctets) {
    return std::nullopt;
  }
  return "not an address of the form USER@DOMAIN";
}

bool IsTransport(std::string_view text) {
  const auto is_name = [](char c) { return IsAlnum(c) || c == '-' || c == '_' || c == '.'; };
  const std::string_view name = text.substr(0, text.find(':'));
  return !name.empty() && text.size() <= kMaxTransportOctets &&
         std::all_of(name.begin(), name.end(), is_name) &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return is_name(c) || c == ':' || c == '[' || c == ']'; });
}

Result<std::string> ParseFingerprint(std::string_view text) {
  constexpr std::size_t kDigits = 64;
  const bool has_colons = text.size() == kDigits / 2 * 3 - 1;
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (has_colons && i % 3 == 2 && text[i] == ':') continue;
    const int value = HexValue(text[i]);
    digits += value < 0 ? '?' : "0123456789ABCDEF"[value];
  }
  if (digits.size() != kDigits || digits.find('?') != std::string::npos) {
    return Error{"not a SHA-256 fingerprint: 64 hexadecimal digits, or 32 pairs with colons"};
  }
  std::string written;
  for (std::size_t i = 0; i < kDigits; i += 2) {
    written.append(i > 0 ? ":" : "").append(digits, i, 2);
  }
  return written;
}

}  // namespace tlswarden
