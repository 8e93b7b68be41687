// published: what a domain demands by what it publishes, and whether that can be met.
//
// Pure; the first half of the judge. Knows nothing of the operator's orders.
#ifndef TLSWARDEN_POLICY_PUBLISHED_H_
#define TLSWARDEN_POLICY_PUBLISHED_H_

#include "policy/evidence.h"
#include "policy/verdict.h"

namespace tlswarden {

// Level, type, policy and failure at `now`; action, rule and observed are left as they are.
Verdict Published(const Question& question, const Evidence& evidence, Time now);

// The failure of the best host whose lookup failed, or nullptr.
const Failure* FirstHostFailure(const MxEvidence& mx);

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_PUBLISHED_H_
