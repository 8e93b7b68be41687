#include "policy/mx_pattern.h"

namespace tlswarden {

Result<MxPattern> ParseMxPattern(std::string_view text) {
  MxPattern pattern;
  if (text.starts_with("*.")) {
    pattern.wildcard = true;
    text.remove_prefix(2);
  }
  Result<Domain> domain = ParseLdhDomain(text);
  if (!domain) return Error{domain.error()};
  pattern.domain = *domain;
  return pattern;
}

std::string ToString(const MxPattern& pattern) {
  return (pattern.wildcard ? "*." : "") + pattern.domain.ascii;
}

bool Matches(const MxPattern& pattern, const Domain& host) {
  if (!pattern.wildcard) return host == pattern.domain;
  if (!IsBelow(host, pattern.domain)) return false;
  return host.ascii.find('.') == host.ascii.size() - pattern.domain.ascii.size() - 1;
}

}  // namespace tlswarden
