// explain: evidence and verdict in sentences that an administrator can act on.
//
// The same verdict that the doors act on; nothing is decided here.
#ifndef TLSWARDEN_POLICY_EXPLAIN_H_
#define TLSWARDEN_POLICY_EXPLAIN_H_

#include <string>
#include <vector>

#include "policy/evidence.h"
#include "policy/verdict.h"

namespace tlswarden {

// One line for each MX host, or one that says why there is none.
std::vector<std::string> ExplainMx(const MxEvidence& mx);

// What MTA-STS has to say: the policy in force, or why there is none.
std::vector<std::string> ExplainSts(const StsEvidence& sts, Time now);

// What was known before: since when and how long it holds, what failed, when it is looked at again.
std::vector<std::string> ExplainCached(const Evidence& cached, Time now);

// Why the verdict is what it is, in one line.
std::string ExplainVerdict(const Verdict& verdict, const Evidence& evidence);

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_EXPLAIN_H_
