// inbound: whether the session by which a message comes in is good enough.
//
// Pure. Knows what Postfix and Sendmail can tell of a session, and nothing of what they can't: a
// trusted client certificate, for example, is one that the MTA says it has verified.
#ifndef TLSWARDEN_POLICY_INBOUND_H_
#define TLSWARDEN_POLICY_INBOUND_H_

#include <optional>
#include <string>

#include "policy/envelope.h"
#include "policy/rules.h"
#include "policy/verdict.h"

namespace tlswarden {

// The operator's orders for sessions of clients. Immutable while questions are asked.
struct Inbound {
  Mode mode = Mode::kObserve;
  OnFailure on_failure = OnFailure::kReject;
  InboundDemand demand;  // where no rule matches; nothing is demanded of this machine's own clients
  Rules rules;
};

// How a session falls short.
struct InboundFailure {
  bool no_tls = false;  // it has no TLS at all: RFC 3207 section 4 has a reply code for it
  std::string reason;   // for a person: "TLS 1.0 is older than TLS 1.2"
  bool operator==(const InboundFailure&) const = default;
};

// What a rule that is only observed would have led to.
struct InboundTrial {
  Action action = Action::kAccept;
  std::optional<InboundFailure> failure;
  std::string rule;
};

struct InboundVerdict {
  Action action = Action::kAccept;  // without observe mode
  std::optional<InboundFailure> failure;
  std::string rule = "default";
  RulePtr by;
  bool observed = false;  // mode = observe: nothing is enforced
  std::optional<InboundTrial> trial;
  bool decided = true;  // false: an earlier rule may match when more is known
};

// How `tls` falls short of the demand; nothing when it doesn't.
std::optional<InboundFailure> ShortOf(const InboundDemand& demand, const InboundTls& tls);

// At MAIL the facts hold no recipient: rules that name one are undecided then, and the verdict
// waits for RCPT. REQUIRES: facts.envelope
InboundVerdict JudgeInbound(const Facts& facts, const Inbound& inbound, Time now);

// What is done with the message.
Action ActionTaken(const InboundVerdict& verdict);

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_INBOUND_H_
