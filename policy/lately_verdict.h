// lately_verdict: what sessions that failed lately make of a verdict that would have said yes.
//
// Pure. Beside probe_verdict.h, and with the same consequences; for the milter alone. A policy map
// must never answer by it: the MTA has to go on trying what already waits, since only that shows
// that TLS is back.
#ifndef TLSWARDEN_POLICY_LATELY_VERDICT_H_
#define TLSWARDEN_POLICY_LATELY_VERDICT_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "policy/evidence.h"
#include "policy/lately.h"
#include "policy/verdict.h"

namespace tlswarden {

// A destination at which nothing but failures is known of.
struct Lately {
  Time first{};
  Time last{};
  std::uint64_t failures = 0;  // sessions
  ResultType type = ResultType::kValidationFailure;
  std::string mx_hostname;  // the host that failed so: the best one, as far as all are alike
  bool transient = false;   // a later try may heal it
  bool operator==(const Lately&) const = default;
};

// Whether every MX host failed, in a way that speaks against what the verdict demands. Hosts
// without an address don't count; a host that nobody has tried lately makes it nothing. Transient
// where the result type isn't one that somebody has to mend, after a single session, and while a
// newer MTA-STS policy may be there that can't be had (RFC 8461 section 5.1).
std::optional<Lately> FailedLately(std::span<const LatelyHost> hosts, const Evidence& evidence,
                                   const Verdict& verdict, Time now);

// With `learn = yes`, such a destination is a failure, and on-failure says what follows, as of a
// look at the hosts: what may heal defers, the rest is as the administrator says. In observe mode
// it is noted. Where the verdict has failed already, or demands no TLS, it stands.
void ApplyLately(std::span<const LatelyHost> hosts, const Evidence& evidence,
                 const Outbound& outbound, Time now, Verdict& verdict);

// "failed at every MX host: 3 sessions, the last 12 minutes ago"
std::string Describe(const Lately& lately, Time now);

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_LATELY_VERDICT_H_
