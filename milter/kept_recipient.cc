#include "milter/kept_recipient.h"

#include "policy/judge.h"
#include "policy/message_tag.h"

namespace tlswarden {
namespace {

Verdict ByMap(const KeptRecipient& kept, const Outbound& outbound, Time now) {
  const NextHop& next_hop = kept.recipient.question.next_hop;
  return JudgeAnswer({next_hop, next_hop.domain}, kept.evidence.get(), outbound, now);
}

Failure WhyNotCarried(const KeptRecipient& kept, const SessionOptions& options) {
  Failure failure{ResultType::kValidationFailure, "", false};
  if (options.per_message == PerMessage::kOff) {
    failure.reason =
        "what is demanded of this message can't be passed on; set [milter] per-message";
  } else if (kept.recipient.local_submission && options.local_domains.empty()) {
    failure.reason =
        "nobody knows whether mail to this domain leaves this machine, so its TLS can't be "
        "demanded; set [milter] local-domains";
  } else {
    failure.reason = "this mail server can't route a single message";
  }
  return failure;
}

}  // namespace

// What a policy map, which knows a next hop only, never applies.
bool OnlyForTheMessage(const Verdict& verdict) {
  return ActionTaken(verdict) == Action::kRoute ||
         (verdict.by != nullptr && NeedsMessage(*verdict.by));
}

bool RefusesMessage(const KeptRecipient& kept) {
  const Action action = ActionTaken(kept.verdict);
  return action == Action::kReject ||
         (action == Action::kDefer && !kept.recipient.local_submission);
}

TaggedRecipient WhatItNeeds(const KeptRecipient& kept, const Outbound& outbound, Time now) {
  TaggedRecipient tagged{&kept.recipient, "", nullptr};
  if (ActionTaken(kept.verdict) == Action::kRoute) {
    tagged.route_by = kept.verdict.by.get();
    return tagged;
  }
  const bool as_published = kept.verdict.requirement == Requirement::kPublished;
  if (as_published && outbound.rules.all().empty()) return tagged;
  tagged.tag = TagFor(kept.verdict, ByMap(kept, outbound, now));
  return tagged;
}

bool CanCarry(const KeptRecipient& kept, const SessionOptions& options) {
  if (options.per_message == PerMessage::kOff) return false;
  if (kept.recipient.local_submission && options.local_domains.empty()) return false;
  if (ActionTaken(kept.verdict) != Action::kRoute) return true;
  return options.per_message == PerMessage::kPostfix && kept.verdict.by != nullptr &&
         !kept.verdict.by->route.empty();
}

bool MustBeCarried(const KeptRecipient& kept, PerMessage how, const Outbound& outbound, Time now) {
  const Verdict& verdict = kept.verdict;
  if (ActionTaken(verdict) == Action::kRoute) return true;
  // An MTA that takes REQUIRETLS holds the delivery to it by itself, and a rule that the map knows
  // was asked for at RCPT.
  if (how == PerMessage::kOff && !OnlyForTheMessage(verdict)) return false;
  const Requirement by_map = ByMap(kept, outbound, now).requirement;
  if (verdict.requirement != by_map) return verdict.requirement > by_map;
  return verdict.by != nullptr && ParseRequirement(TagOf(*verdict.by)) != verdict.requirement;
}

Verdict Uncarried(const KeptRecipient& kept, const SessionOptions& options,
                  const Outbound& outbound) {
  Verdict verdict = kept.verdict;
  const OnFailure on_failure = OnFailureOf(verdict.by.get(), outbound, verdict.requiretls);
  verdict.failure = WhyNotCarried(kept, options);
  verdict.lookup_failed = false;
  verdict.action = on_failure == OnFailure::kReject   ? Action::kReject
                   : on_failure == OnFailure::kAccept ? Action::kAccept
                                                      : Action::kQuarantine;
  return verdict;
}

VerdictGiven RecordOf(const KeptRecipient& kept, const std::string& tag) {
  VerdictGiven record;
  record.recipient = kept.recipient.recipient;
  record.verdict = kept.verdict;
  record.tag = tag;
  record.cache_hit = true;
  record.action = ActionTaken(kept.verdict);
  const bool waits = kept.recipient.local_submission && record.action == Action::kDefer;
  if (waits) record.action = Action::kAccept;
  if (!waits) record.reply = CodesOf(MakeReply(kept.verdict, kept.recipient.recipient));
  return record;
}

}  // namespace tlswarden
