#include "policy/mail_address.h"

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

}  // namespace tlswarden
