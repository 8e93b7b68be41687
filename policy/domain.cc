#include "policy/domain.h"

#include <idn2.h>

#include <algorithm>
#include <memory>

#include "policy/ascii.h"

namespace tlswarden {
namespace {

constexpr bool IsLower(char c) { return c >= 'a' && c <= 'z'; }

// What is wrong with a lower-case label, or nullptr.
const char* WhyBadLabel(std::string_view label, bool underscore_allowed) {
  if (label.empty()) return "empty label";
  if (label.size() > kMaxLabelOctets) return "label longer than 63 octets";
  if (label.front() == '-' || label.back() == '-') return "label begins or ends with a hyphen";
  for (char c : label) {
    if (IsDigit(c) || IsLower(c) || c == '-' || (underscore_allowed && c == '_')) continue;
    return "character that is not allowed in a domain name";
  }
  return nullptr;
}

Result<Domain> CheckLabels(std::string ascii, bool underscore_allowed) {
  if (ascii.size() > kMaxDomainOctets) return Error{"longer than 253 octets"};
  std::string_view rest = ascii;
  std::string_view label;
  while (true) {
    const std::size_t dot = rest.find('.');
    label = rest.substr(0, dot);
    if (const char* why = WhyBadLabel(label, underscore_allowed)) return Error{why};
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  if (std::all_of(label.begin(), label.end(), IsDigit)) return Error{"an address, not a name"};
  return Domain{std::move(ascii)};
}

Result<std::string> ToALabels(const std::string& utf8) {
  char* raw = nullptr;
  const int rc = idn2_to_ascii_8z(utf8.c_str(), &raw, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  if (rc != IDN2_OK)
    return Error{std::string("not an internationalized name: ") + idn2_strerror(rc)};
  const std::unique_ptr<char, void (*)(void*)> owned(raw, idn2_free);
  return std::string(raw);
}

}  // namespace

Result<Domain> ParseDomain(std::string_view text) {
  if (text.ends_with('.')) text.remove_suffix(1);
  if (text.empty()) return Error{"empty name"};
  // Four UTF-8 octets for a character of the shortest label form is more than any valid name needs.
  if (text.size() > 4 * kMaxDomainOctets) return Error{"longer than 253 octets"};
  if (text.find('\0') != std::string_view::npos) return Error{"NUL in a name"};
  std::string name(text);
  if (std::any_of(name.begin(), name.end(), [](char c) { return (c & 0x80) != 0; })) {
    Result<std::string> ascii = ToALabels(name);
    if (!ascii) return Error{ascii.error()};
    name = *ascii;
  }
  return CheckLabels(LowerAscii(name), true);
}

Result<Domain> ParseLdhDomain(std::string_view text) {
  if (text.empty()) return Error{"empty name"};
  return CheckLabels(LowerAscii(text), false);
}

bool IsBelow(const Domain& name, const Domain& ancestor) {
  return name.ascii.size() > ancestor.ascii.size() && name.ascii.ends_with(ancestor.ascii) &&
         name.ascii[name.ascii.size() - ancestor.ascii.size() - 1] == '.';
}

}  // namespace tlswarden
