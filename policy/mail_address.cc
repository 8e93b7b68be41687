#include "policy/mail_address.h"

#include <algorithm>

#include "policy/ascii.h"

namespace tlswarden {

MailAddress ParseMailAddress(std::string_view text) {
  if (text.starts_with('<')) text.remove_prefix(1);
  if (text.ends_with('>')) text.remove_suffix(1);
  MailAddress address;
  address.text = text;
  const std::size_t at = text.rfind('@');
  address.local = text.substr(0, at);
  if (at == std::string_view::npos) return address;
  if (Result<Domain> domain = ParseDomain(text.substr(at + 1))) address.domain = *domain;
  return address;
}

std::string FoldedAddress(const MailAddress& address) {
  if (address.domain.ascii.empty()) return {};
  return LowerAscii(address.local) + '@' + address.domain.ascii;
}

std::optional<std::string> CanonicalRecipient(std::string_view address) {
  if (address.size() >= 2 && address.front() == '<' && address.back() == '>') {
    address = address.substr(1, address.size() - 2);
  }
  if (address.empty() || address.size() > kMaxKeptRecipientOctets) return std::nullopt;
  const auto is_control = [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; };
  if (std::any_of(address.begin(), address.end(), is_control)) return std::nullopt;
  const std::size_t at = address.rfind('@');
  if (at == std::string_view::npos) return std::string(address);
  std::string canonical(address.substr(0, at + 1));
  canonical += LowerAscii(address.substr(at + 1));
  while (canonical.size() > at + 2 && canonical.back() == '.') canonical.pop_back();
  return canonical;
}

}  // namespace tlswarden
