#include "milter/recipient.h"

#include <algorithm>
#include <cstdint>

#include "policy/ascii.h"
#include "policy/utf8.h"

namespace tlswarden {
namespace {

constexpr std::string_view kTagMark = "==tlswarden-";

// Local submission comes without the angle brackets that SMTP has.
std::string Bracketed(std::string_view address) {
  if (address.starts_with('<')) return std::string(address);
  return '<' + std::string(address) + '>';
}

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
}

void AppendHex(std::uint32_t code, int least_digits, std::string& text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string hex;
  for (; code != 0 || least_digits > 0; code >>= 4, --least_digits) {
    hex.insert(hex.begin(), kDigits[code & 0xf]);
  }
  text += hex;
}

// What xtext (RFC 3461 section 4) and utf-8-addr-xtext (RFC 6533 section 3) take as it is.
bool IsPlainInXtext(std::uint32_t code, bool ascii) {
  return code > 0x20 && code < 0x7f && code != '+' && code != '=' && (ascii || code != '\\');
}

}  // namespace

bool IsSmtpTransport(std::string_view mailer) {
  return mailer.starts_with("smtp") || mailer == "relay" || mailer == "esmtp" || mailer == "dsmtp";
}

MailAddress AddressOf(const RcptEvent& event) {
  return ParseMailAddress(event.rcpt_addr.empty() ? event.argument : event.rcpt_addr);
}

std::optional<RecipientQuestion> ReadRcpt(const RcptEvent& event) {
  // Only smtpd names a transport; without one the mail comes from this machine.
  const bool local_submission = event.rcpt_mailer.empty();
  if (!local_submission && !IsSmtpTransport(event.rcpt_mailer)) return std::nullopt;
  const MailAddress address = AddressOf(event);
  const std::size_t at = address.text.rfind('@');
  const std::string_view host = !event.rcpt_host.empty() ? event.rcpt_host
                                : at == std::string_view::npos
                                    ? std::string_view()
                                    : std::string_view(address.text).substr(at + 1);
  const Result<NextHop> next_hop = ParseNextHop(host);
  if (!next_hop) return std::nullopt;  // no name that could have a policy
  RecipientQuestion recipient;
  recipient.recipient = Bracketed(event.argument);
  recipient.local_submission = local_submission;
  recipient.dsn_parameters = event.dsn_parameters;
  Question& question = recipient.question;
  question.next_hop = *next_hop;
  question.recipient_domain = address.domain.ascii.empty() ? next_hop->domain : address.domain;
  question.recipient = address;
  question.transport = event.rcpt_mailer;
  return recipient;
}

bool IsTagged(const MailAddress& address) {
  std::string local = LowerAscii(address.local);
  // `"a=\=b"` is another way to write a==b (RFC 5321 section 4.1.2).
  local.erase(std::remove(local.begin(), local.end(), '\\'), local.end());
  return local.find(kTagMark) != std::string::npos;
}

std::string TaggedAddress(const MailAddress& address, std::string_view tag) {
  const std::size_t at = address.text.rfind('@');
  std::string local = address.local;
  // The tag belongs inside the quotes of a quoted local part.
  const bool quoted = local.size() >= 2 && local.front() == '"' && local.back() == '"';
  if (quoted) local.pop_back();
  local.append(kTagMark).append(tag);
  if (quoted) local += '"';
  return local + address.text.substr(at == std::string::npos ? address.text.size() : at);
}

std::string OriginalRecipient(std::string_view address) {
  const bool ascii = IsAscii(address);
  std::string text = ascii ? "rfc822;" : "utf-8;";
  while (!address.empty()) {
    const std::optional<Utf8Character> next = FirstUtf8Character(address);
    if (!next) return {};
    address.remove_prefix(next->octets);
    if (IsPlainInXtext(next->code, ascii)) {
      text += static_cast<char>(next->code);
      continue;
    }
    text += ascii ? "+" : "\\x{";
    AppendHex(next->code, 2, text);
    if (!ascii) text += '}';
  }
  return text.size() > kMaxOriginalRecipient ? std::string() : text;
}

std::string DsnParametersOf(const RecipientQuestion& recipient) {
  std::string parameters = recipient.dsn_parameters;
  if ((' ' + LowerAscii(parameters)).find(" orcpt=") != std::string::npos) return parameters;
  const std::string original = OriginalRecipient(ParseMailAddress(recipient.recipient).text);
  if (original.empty()) return parameters;
  return parameters.append(parameters.empty() ? "" : " ").append("ORCPT=").append(original);
}

}  // namespace tlswarden
