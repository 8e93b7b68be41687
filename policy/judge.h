// The judge: from evidence and orders to a verdict, in one place for every door.
//
// Pure functions. The policy alone comes from evidence; the operator's rule then raises it, or
// sets it aside; where both are silent the memory of past sessions speaks; what can't be met
// becomes an action by on-failure.
#ifndef TLSWARDEN_POLICY_JUDGE_H_
#define TLSWARDEN_POLICY_JUDGE_H_

#include <string_view>

#include "policy/evidence.h"
#include "policy/verdict.h"

namespace tlswarden {

// The verdict at `now`. A failure that a later try may heal never rejects (RFC 8461 section 5),
// and on-failure = accept never lowers what a domain publishes: it only lets the message into the
// queue, where the MTA holds it to the level.
Verdict Judge(const Question& question, const Evidence& evidence, const Outbound& outbound,
              Time now);

// The verdict when no evidence could be had in time; `why` is for a person.
Verdict JudgeWithoutEvidence(const Question& question, const Outbound& outbound,
                             std::string_view why, Time now);

// What rules are matched with when the judge is asked this. Both must outlive it.
Facts FactsOf(const Question& question, const Evidence& evidence);

// RFC 8689 section 4.2.1: what REQUIRETLS demands and isn't met must not wait but bounce, nor may
// a rule that happens to demand the same let it go. Without a rule (nullptr), as the orders say.
OnFailure OnFailureOf(const Rule* rule, const Outbound& outbound, bool requiretls);

// What follows from the failures that the verdict holds, by its rule and the orders. For who has
// found one after the judge: a look at the MX hosts.
void DecideActions(const Outbound& outbound, Verdict& verdict);

// What the doors ask: the verdict on what an inquiry gave; nullptr is nothing in time.
Verdict JudgeAnswer(const Question& question, const Evidence* evidence, const Outbound& outbound,
                    Time now);

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_JUDGE_H_
