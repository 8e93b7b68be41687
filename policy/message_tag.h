// message_tag: one word for what a message demands of its delivery beyond what the policy map would
// answer for its next hop.
//
// The MTA carries the word from the milter to the delivery: by a transport of that name (Postfix)
// or by the queue id (Sendmail). There, the socketmap's names `require-TAG` and `rule-NAME` turn it
// into an order again.
#ifndef TLSWARDEN_POLICY_MESSAGE_TAG_H_
#define TLSWARDEN_POLICY_MESSAGE_TAG_H_

#include <optional>
#include <string>
#include <string_view>

#include "policy/rules.h"
#include "policy/verdict.h"

namespace tlswarden {

// Where a word has to stand though no tag is needed: what the map answers for the next hop.
inline constexpr std::string_view kDefaultTag = "default";

// "none", "published", "encrypt", "authenticated", "dane", or "rule-NAME" where the rule says more
// than a word can: pins, TLS versions, ciphers, on-failure = accept.
std::string TagOf(const Rule& rule);

// The order that a tag stands for; nullptr when it stands for none, such as a rule that is gone.
// What a word demands and can't be had waits, whatever [outbound] on-failure says.
RulePtr OrderOf(std::string_view tag, const Rules& rules);

// The tag that a message needs so that `verdict` holds at its delivery; empty when what the map
// answers for the next hop is enough. `by_map` is the verdict without the message's facts. Where
// REQUIRETLS raises what a rule demands, that rule's TLS versions and ciphers are lost.
std::string TagFor(const Verdict& verdict, const Verdict& by_map);

// The one of two tags that is good enough for both recipients of one message; nothing when neither
// is, such as two partners' pins, or when one is empty: the map may demand more for that recipient
// than the other's tag says.
std::optional<std::string> TagForBoth(const std::string& a, const std::string& b,
                                      const Rules& rules);

// The stricter of two tags, for an MTA that can carry only one. Empty is the least.
std::string StricterTag(const std::string& a, const std::string& b);

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_MESSAGE_TAG_H_
