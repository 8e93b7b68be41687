// Question, Outbound and Verdict: what the judge is asked, by which orders, and what follows.
#ifndef TLSWARDEN_POLICY_VERDICT_H_
#define TLSWARDEN_POLICY_VERDICT_H_

#include <optional>
#include <string>
#include <string_view>

#include "policy/domain.h"
#include "policy/envelope.h"
#include "policy/evidence.h"
#include "policy/failure.h"
#include "policy/next_hop.h"
#include "policy/remembered_table.h"
#include "policy/rules.h"
#include "policy/sts_policy.h"
#include "policy/tls_level.h"

namespace tlswarden {

struct Question {
  NextHop next_hop;
  Domain recipient_domain;  // what rules match; the next hop's domain when nothing else is known
  // What only the milter knows. A policy map leaves these empty.
  std::optional<MailAddress> recipient{};
  std::string transport{};
  const Envelope* envelope = nullptr;  // must outlive the question
  // Counts instead of the rule that would match: of a message that was told apart from the others
  // for this next hop (message_tag.h).
  RulePtr order{};
};

// The operator's orders for mail that goes out. Immutable while questions are asked.
struct Outbound {
  Mode mode = Mode::kEnforce;
  OnFailure on_failure = OnFailure::kDefer;
  Rules rules{};
  bool all_or_none = false;            // one recipient that can't be served refuses the message
  bool honour_tls_required_no = true;  // the header of RFC 8689 section 3
  // Domains that publish nothing, and had TLS so far (doc/remember-tls.md). nullptr: none is known.
  RememberTls remember_tls = RememberTls::kOff;
  RememberedTablePtr remembered{};
  bool learn = false;  // sessions that failed lately count before a message is taken (lately.h)
};

// RFC 8460 section 4.4's policy-type.
enum class PolicyType { kTlsa, kSts, kNoPolicyFound };
std::string_view ToString(PolicyType type);

enum class Action { kAccept, kDefer, kReject, kQuarantine, kRoute };
std::string_view ToString(Action action);

// What would have followed, had it been enforced: a policy in testing mode (RFC 8461 section 5), or
// a rule with mode = observe.
struct Tested {
  TlsLevel level = TlsLevel::kSecure;
  Action action = Action::kAccept;
  std::optional<Failure> failure;
  std::string mx_hostname;  // as Verdict's
  std::string rule{};       // the observed rule's name
};

struct Verdict {
  // For the MTA at delivery.
  TlsLevel level = TlsLevel::kMay;
  PolicyType policy_type = PolicyType::kNoPolicyFound;
  Domain policy_domain;
  std::optional<SharedStsPolicy> sts;  // level kSecure: whose names must be on the certificate
  bool pinned = false;  // kSecure, kFingerprint: what `by` pins must be on the certificate

  // For the message now. What would follow without observe mode: see ActionTaken.
  Action action = Action::kAccept;
  std::optional<Failure> failure;  // why action isn't kAccept, or what enforcing would have hit
  bool lookup_failed = false;      // the failure is that of a lookup, not of a policy
  bool requiretls = false;         // the message demands it (RFC 8689); a failure bounces then
  std::string mx_hostname;         // receiving-mx-hostname, when the failure speaks of one host

  std::optional<Tested> testing;  // set when testing mode alone made the level what it is
  std::optional<Tested> trial;    // what a rule that is only observed would have led to

  std::string rule = "default";                       // the name of the rule that matched
  RulePtr by;                                         // that rule; nullptr: none did
  Requirement requirement = Requirement::kPublished;  // of the rule, or raised by the message
  bool observed = false;                              // mode = observe: nothing is enforced
  // The least that an earlier rule demands which may match when the headers are known.
  std::optional<Requirement> undecided;
  // The domain had TLS so far, and nothing else demands it: neither what it publishes nor a rule.
  std::optional<RememberedTls> remembered;
};

// Whether the memory of past sessions alone made the level what it is.
bool IsHeldToMemory(const Verdict& verdict);

// Whether the failure is one that a later try may heal. What only the memory demands nobody has
// promised, so mail waits for it and is never refused for good. REQUIRES: verdict.failure
bool MayHeal(const Verdict& verdict);

// What is done with the message, and what the MTA is told to demand: nothing in observe mode.
Action ActionTaken(const Verdict& verdict);
TlsLevel LevelDemanded(const Verdict& verdict);

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_VERDICT_H_
