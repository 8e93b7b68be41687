#include "policy/dns_id.h"

#include <algorithm>

namespace tlswarden {
namespace {

constexpr char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

// `lower` is in lower case, as names in a Domain are.
bool EqualNames(std::string_view any_case, std::string_view lower) {
  return std::equal(any_case.begin(), any_case.end(), lower.begin(), lower.end(),
                    [](char a, char b) { return Lower(a) == b; });
}

}  // namespace

bool MatchesDnsId(std::string_view dns_id, const Domain& host) {
  if (!dns_id.starts_with("*.")) return EqualNames(dns_id, host.ascii);
  dns_id.remove_prefix(2);
  if (dns_id.find('.') == std::string_view::npos) return false;
  const std::size_t dot = host.ascii.find('.');
  if (dot == std::string::npos) return false;
  return EqualNames(dns_id, std::string_view(host.ascii).substr(dot + 1));
}

bool MatchesDnsId(std::string_view dns_id, const MxPattern& pinned) {
  if (!pinned.wildcard) return MatchesDnsId(dns_id, pinned.domain);
  const std::size_t dot = dns_id.find('.');
  if (dot == 0 || dot == std::string_view::npos) return false;
  const std::string_view label = dns_id.substr(0, dot);
  const bool partial = label.size() > 1 && label.find('*') != std::string_view::npos;
  return !partial && EqualNames(dns_id.substr(dot + 1), pinned.domain.ascii);
}

}  // namespace tlswarden
