// Security: what DNSSEC says of an answer. Never a bool, since "not secure" has three meanings
// that lead to different mail routing (RFC 4035 section 4.3, RFC 7672 section 2.1.1).
#ifndef TLSWARDEN_POLICY_SECURITY_H_
#define TLSWARDEN_POLICY_SECURITY_H_

#include <string_view>

namespace tlswarden {

enum class Security {
  kSecure,         // validated: the AD bit of a resolver that we trust
  kInsecure,       // an answer, but from an unsigned zone or a resolver that we don't trust
  kBogus,          // data is there, but doesn't validate
  kIndeterminate,  // no answer: SERVFAIL, timeout, malformed
};

constexpr std::string_view ToString(Security security) {
  switch (security) {
    case Security::kSecure:
      return "secure";
    case Security::kInsecure:
      return "insecure";
    case Security::kBogus:
      return "bogus";
    case Security::kIndeterminate:
      return "indeterminate";
  }
  return "indeterminate";
}

// A lookup that failed, as opposed to an answer. NODATA and NXDOMAIN are answers.
constexpr bool IsLookupFailure(Security security) {
  return security == Security::kBogus || security == Security::kIndeterminate;
}

// The status of a chain of answers is that of its weakest link (RFC 7672 section 2.1.3).
constexpr Security Weakest(Security a, Security b) { return a < b ? b : a; }

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_SECURITY_H_
