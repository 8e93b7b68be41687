#include "policy/message_tag.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tlswarden {
namespace {

using Kind = MessageTag::Kind;

constexpr std::string_view kRulePrefix = "rule-";
constexpr std::array<std::pair<std::string_view, Kind>, 4> kWords = {{
    {"none", Kind::kNone},
    {"encrypt", Kind::kEncrypt},
    {"authenticated", Kind::kAuthenticated},
    {"dane", Kind::kDane},
}};

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool IsControl(char c) { return (c >= 0 && c < 0x20) || c == 0x7f; }

}  // namespace

std::optional<MessageTag> ParseMessageTag(std::string_view text) {
  if (text.size() > kMaxTagOctets) return std::nullopt;
  for (const auto& [word, kind] : kWords) {
    if (text == word) return MessageTag{kind, {}};
  }
  if (!text.starts_with(kRulePrefix)) return std::nullopt;
  text.remove_prefix(kRulePrefix.size());
  if (text.empty() || !std::all_of(text.begin(), text.end(), IsNameCharacter)) return std::nullopt;
  return MessageTag{Kind::kRule, std::string(text)};
}

std::string ToString(const MessageTag& tag) {
  for (const auto& [word, kind] : kWords) {
    if (tag.kind == kind) return std::string(word);
  }
  return std::string(kRulePrefix) + tag.rule;
}

std::optional<std::string> CanonicalRecipient(std::string_view address) {
  if (address.size() >= 2 && address.front() == '<' && address.back() == '>') {
    address = address.substr(1, address.size() - 2);
  }
  if (address.empty() || address.size() > kMaxRecipientOctets) return std::nullopt;
  if (std::any_of(address.begin(), address.end(), IsControl)) return std::nullopt;
  std::string canonical(address);
  const std::size_t at = canonical.rfind('@');
  if (at == std::string::npos) return canonical;
  const auto domain = canonical.begin() + static_cast<std::ptrdiff_t>(at) + 1;
  std::transform(domain, canonical.end(), domain, Lower);
  while (canonical.size() > at + 2 && canonical.back() == '.') canonical.pop_back();
  return canonical;
}

}  // namespace tlswarden
