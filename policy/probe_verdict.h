// probe_verdict: what a look at the MX hosts makes of a verdict that would have said yes.
//
// Pure. Beside probe.h, which judges the look itself.
#ifndef TLSWARDEN_POLICY_PROBE_VERDICT_H_
#define TLSWARDEN_POLICY_PROBE_VERDICT_H_

#include "policy/probe.h"
#include "policy/verdict.h"

namespace tlswarden {

// What no host meets is a failure, and on-failure says what follows; what can't be met for now
// defers. Where nothing is known the verdict stands: the policy map holds the line. A demand that
// only a policy in testing mode makes is noted and never acted on (RFC 8461 section 5).
void ApplyProbe(const ProbeOutcome& outcome, const Outbound& outbound, Verdict& verdict);

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_PROBE_VERDICT_H_
