// The mx patterns of an MTA-STS policy and how a host name matches them (RFC 8461 section 4.1).
#ifndef TLSWARDEN_POLICY_MX_PATTERN_H_
#define TLSWARDEN_POLICY_MX_PATTERN_H_

#include <string>
#include <string_view>

#include "policy/domain.h"
#include "policy/result.h"

namespace tlswarden {

struct MxPattern {
  Domain domain;          // without the "*."
  bool wildcard = false;  // "*." stands for exactly one left-most label
  bool operator==(const MxPattern&) const = default;
};

// `mail.example.com` or `*.example.net`; letters, digits and hyphens only.
Result<MxPattern> ParseMxPattern(std::string_view text);

// As in the policy: "*.example.net".
std::string ToString(const MxPattern& pattern);

bool Matches(const MxPattern& pattern, const Domain& host);

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_MX_PATTERN_H_
