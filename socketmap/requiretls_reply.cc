#include "socketmap/requiretls_reply.h"

#include "socketmap/postfix_reply.h"

namespace tlswarden {

std::string RequireTlsReply(const NextHop& next_hop, const Outbound& outbound, Time now) {
  if (outbound.mode != Mode::kEnforce) return std::string(kNotFound);
  Facts facts;
  facts.recipient_domain = &next_hop.domain;
  facts.next_hop = &next_hop;
  const RulePtr rule = outbound.rules.Match(facts, now).rule;
  const bool exception = rule != nullptr && rule->outbound.require == Requirement::kNone;
  return exception ? "OK opportunistic" : "OK enforce";
}

}  // namespace tlswarden
