// rule_match: whether a rule is meant for a message, by what is known of it so far.
//
// Pure. A fact that nobody knows yet (headers at RCPT TO) is no mismatch: it is kUnknown.
#ifndef TLSWARDEN_POLICY_RULE_MATCH_H_
#define TLSWARDEN_POLICY_RULE_MATCH_H_

#include <string>
#include <string_view>

#include "policy/envelope.h"
#include "policy/evidence.h"
#include "policy/next_hop.h"
#include "policy/rule.h"

namespace tlswarden {

// What rules are matched with. nullptr or empty: not known, at least not yet. All that is pointed
// to must outlive it.
struct Facts {
  const Envelope* envelope = nullptr;
  const MailAddress* recipient = nullptr;
  const Domain* recipient_domain = nullptr;
  const NextHop* next_hop = nullptr;
  std::string_view transport;
  const MxEvidence* mx = nullptr;
};

enum class Fit { kNo, kUnknown, kYes };

// kNo also from its `until` on. A rule without matchers fits all.
Fit FitOf(const Rule& rule, const Facts& facts, Time now);

// Which matcher says no, or can't say: "sender-domain", "until"; empty when all say yes.
std::string_view FirstMisfit(const Rule& rule, const Facts& facts, Time now);

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_RULE_MATCH_H_
