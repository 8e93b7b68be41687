#include "policy/dns_id.h"

#include "policy/ascii.h"

namespace tlswarden {

bool MatchesDnsId(std::string_view dns_id, const Domain& host) {
  if (!dns_id.starts_with("*.")) return EqualsIgnoringCase(dns_id, host.ascii);
  dns_id.remove_prefix(2);
  if (dns_id.find('.') == std::string_view::npos) return false;
  const std::size_t dot = host.ascii.find('.');
  if (dot == std::string::npos) return false;
  return EqualsIgnoringCase(dns_id, std::string_view(host.ascii).substr(dot + 1));
}

bool MatchesDnsId(std::string_view dns_id, const MxPattern& pinned) {
  if (!pinned.wildcard) return MatchesDnsId(dns_id, pinned.domain);
  const std::size_t dot = dns_id.find('.');
  if (dot == 0 || dot == std::string_view::npos) return false;
  const std::string_view label = dns_id.substr(0, dot);
  const bool partial = label.size() > 1 && label.find('*') != std::string_view::npos;
  return !partial && EqualsIgnoringCase(dns_id.substr(dot + 1), pinned.domain.ascii);
}

}  // namespace tlswarden
