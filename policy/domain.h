// Domain: a DNS name as mail uses it: A-labels, lower case, no trailing dot.
//
// Every name from outside passes through here before it is asked for, compared, logged or sent
// to an MTA, so a Domain never holds blanks, controls, braces or colons.
#ifndef TLSWARDEN_POLICY_DOMAIN_H_
#define TLSWARDEN_POLICY_DOMAIN_H_

#include <compare>
#include <string>
#include <string_view>

#include "policy/result.h"

namespace tlswarden {

inline constexpr std::size_t kMaxDomainOctets = 253;  // RFC 1035 section 2.3.4, in text form
inline constexpr std::size_t kMaxLabelOctets = 63;

struct Domain {
  std::string ascii;  // 1 to kMaxDomainOctets of [a-z0-9-_.]
  auto operator<=>(const Domain&) const = default;
};

// Takes A-labels or UTF-8 U-labels (IDNA 2008 by libidn2, non-transitional), in any case, with or
// without one trailing dot. Underscores are allowed, since MX hosts with them exist.
// Refuses an all-numeric last label: that is an address, not a name.
Result<Domain> ParseDomain(std::string_view text);

// As ParseDomain, but letters, digits and hyphens only and no U-labels: RFC 5321 section 4.1.2's
// Domain, as RFC 8461 section 3.2 demands of a policy's mx.
Result<Domain> ParseLdhDomain(std::string_view text);

// True when `name` lies below `ancestor`, at any depth; not for the ancestor itself.
bool IsBelow(const Domain& name, const Domain& ancestor);

// Calls with each name above `name`, from the nearest, until one is taken.
template <typename Taken>
bool AnyAncestor(std::string_view name, Taken taken) {
  for (std::size_t dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.')) {
    name.remove_prefix(dot + 1);
    if (taken(name)) return true;
  }
  return false;
}

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_DOMAIN_H_
