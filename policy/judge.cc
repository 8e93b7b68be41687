#include "policy/judge.h"

#include <algorithm>

#include "policy/published.h"

namespace tlswarden {
namespace {

// True when TLS with every host that the MTA would use at `dane` is mandatory; of a host whose
// address can't be had now, nobody knows. Behind an unsigned MX it isn't: there, Postfix ignores
// TLSA records unless smtp_tls_dane_insecure_mx_policy says otherwise.
bool DaneCoversAll(const MxEvidence& mx) {
  return mx.security == Security::kSecure &&
         std::all_of(mx.hosts.begin(), mx.hosts.end(), [](const MxHost& host) {
           return host.dane == HostDane::kUnreachable || host.dane == HostDane::kUsable ||
                  host.dane == HostDane::kUnusable;
         });
}

bool HasUsable(const MxEvidence& mx) {
  return std::any_of(mx.hosts.begin(), mx.hosts.end(),
                     [](const MxHost& host) { return host.dane == HostDane::kUsable; });
}

bool HasFailed(const MxEvidence& mx) {
  return std::any_of(mx.hosts.begin(), mx.hosts.end(),
                     [](const MxHost& host) { return host.dane == HostDane::kFailed; });
}

// Only behind a signed MX can DANE be demanded of every host (RFC 7672 section 6).
bool CanDemandDane(const MxEvidence& mx) {
  return mx.security == Security::kSecure && (HasUsable(mx) || HasFailed(mx));
}

Failure Unmet(Requirement require, const Evidence& evidence) {
  const Failure* host_failure = FirstHostFailure(evidence.mx);
  if (host_failure != nullptr && evidence.mx.security == Security::kSecure) {
    return {host_failure->type, "authenticated TLS is required: " + host_failure->reason, true};
  }
  if (require == Requirement::kDane) {
    return {ResultType::kDaneRequired, "DANE is required, but the domain doesn't offer it", false};
  }
  if (evidence.sts.failure && evidence.sts.failure->transient) {
    return {evidence.sts.failure->type,
            "authenticated TLS is required: " + evidence.sts.failure->reason, true};
  }
  return {ResultType::kValidationFailure,
          "authenticated TLS is required, but the domain publishes neither DANE nor an enforced "
          "MTA-STS policy",
          false};
}

void DemandDaneOnly(const Evidence& evidence, Verdict& verdict) {
  verdict.level = TlsLevel::kDaneOnly;
  verdict.policy_type = PolicyType::kTlsa;
  const bool was_sts_mismatch = verdict.failure && !verdict.lookup_failed;
  if (was_sts_mismatch) verdict.failure.reset();
  if (HasUsable(evidence.mx)) return;
  if (const Failure* failure = FirstHostFailure(evidence.mx)) verdict.failure = *failure;
  verdict.lookup_failed = true;
}

void RequireEncrypt(const Evidence& evidence, Verdict& verdict) {
  if (verdict.level == TlsLevel::kDane && !DaneCoversAll(evidence.mx)) {
    if (CanDemandDane(evidence.mx)) {
      DemandDaneOnly(evidence, verdict);
    } else {
      // Of hosts without an address nobody knows which have DANE, and at `dane` one that comes back
      // without it would get mail in the clear.
      verdict.level = verdict.lookup_failed ? TlsLevel::kUndecided : TlsLevel::kEncrypt;
    }
  }
  if (verdict.level == TlsLevel::kMay) verdict.level = TlsLevel::kEncrypt;
}

void RequireOrFail(Requirement require, OnFailure on_failure, const Evidence& evidence,
                   Verdict& verdict) {
  const bool secure_is_enough = require == Requirement::kAuthenticated;
  if (verdict.level == TlsLevel::kUndecided || verdict.level == TlsLevel::kDaneOnly) return;
  if (verdict.level == TlsLevel::kSecure && secure_is_enough) return;
  if (CanDemandDane(evidence.mx)) {
    DemandDaneOnly(evidence, verdict);
    return;
  }
  verdict.failure = Unmet(require, evidence);
  verdict.lookup_failed = false;
  // An unmet rule with on-failure = accept falls back to what the domain publishes.
  if (on_failure != OnFailure::kAccept) verdict.level = TlsLevel::kUndecided;
}

// What the domain publishes isn't what is applied (RFC 8460 section 4.4), nor can it fail.
void SetPublishedAside(Verdict& verdict) {
  verdict.policy_type = PolicyType::kNoPolicyFound;
  verdict.sts.reset();
  verdict.failure.reset();
  verdict.lookup_failed = false;
  verdict.mx_hostname.clear();
}

// The operator knows the partner's certificate better than DNS does. Only a next hop that nobody
// can find stays undecided.
void Pin(const OutboundDemand& demand, Verdict& verdict) {
  if (verdict.level == TlsLevel::kUndecided) return;
  SetPublishedAside(verdict);
  verdict.pinned = true;
  verdict.level = demand.fingerprints.empty() ? TlsLevel::kSecure : TlsLevel::kFingerprint;
}

void Require(Requirement require, OnFailure on_failure, const Evidence& evidence,
             Verdict& verdict) {
  if (require != Requirement::kPublished) verdict.testing.reset();
  switch (require) {
    case Requirement::kNone:
      verdict.level = TlsLevel::kMay;
      SetPublishedAside(verdict);
      break;
    case Requirement::kPublished:
      break;
    case Requirement::kEncrypt:
      RequireEncrypt(evidence, verdict);
      break;
    case Requirement::kAuthenticated:
    case Requirement::kDane:
      RequireOrFail(require, on_failure, evidence, verdict);
      break;
    case Requirement::kPinned:
      Pin(verdict.by->outbound, verdict);
      break;
  }
}

// Where to send mail to without waiting: hold it, or take another way. Not while a later try may
// heal the failure.
Action FinalAction(OnFailure on_failure) {
  switch (on_failure) {
    case OnFailure::kReject:
      return Action::kReject;
    case OnFailure::kQuarantine:
      return Action::kQuarantine;
    case OnFailure::kRoute:
      return Action::kRoute;
    case OnFailure::kDefer:
    case OnFailure::kAccept:
      break;
  }
  return Action::kDefer;
}

Action ActionFor(bool failed, bool may_heal, OnFailure on_failure) {
  if (!failed || on_failure == OnFailure::kAccept) return Action::kAccept;
  return may_heal ? Action::kDefer : FinalAction(on_failure);
}

// Whether the operator demands something that the domain doesn't, or has said that he doesn't.
bool DemandsMore(const Rule* rule) {
  if (rule == nullptr) return false;
  const OutboundDemand& demand = rule->outbound;
  return demand.require != Requirement::kPublished || demand.minimum_tls != TlsVersion::kNone ||
         !demand.ciphers.empty();
}

// The message that may demand something itself. An order already holds what its message demanded.
const Envelope* AskingMessage(const Question& question) {
  return question.order == nullptr ? question.envelope : nullptr;
}

// RFC 8689 section 5: a bounce should reach its sender even where the next hop can't do REQUIRETLS.
bool HoldsToRequireTls(const Envelope* message) {
  return message != nullptr && message->requiretls && !message->sender.text.empty();
}

// What the rule and the message demand together. REQUIRETLS wants the next hop to be authenticated
// (RFC 8689 section 4.2.1), and the header that lifts policies counts only where the operator
// demands nothing of his own (section 4.3).
Requirement Demanded(const Question& question, const Rule* rule, const Outbound& outbound) {
  const Requirement own = rule == nullptr ? Requirement::kPublished : rule->outbound.require;
  const Envelope* message = AskingMessage(question);
  if (HoldsToRequireTls(message)) return std::max(own, Requirement::kAuthenticated);
  const bool lifted = message != nullptr && message->tls_required_no &&
                      outbound.honour_tls_required_no && !DemandsMore(rule);
  return lifted ? Requirement::kNone : own;
}

// What past sessions have proven, where neither the domain nor the operator says anything.
void Recall(const Question& question, const Outbound& outbound, Time now, Verdict& verdict) {
  const bool off = outbound.remembered == nullptr || outbound.remember_tls == RememberTls::kOff;
  const bool is_open = verdict.requirement == Requirement::kPublished &&
                       verdict.level == TlsLevel::kMay && !verdict.failure;
  if (off || !is_open) return;
  const RememberedTls* known = outbound.remembered->Find(question.next_hop, now);
  if (known == nullptr) return;
  verdict.remembered = *known;
  if (outbound.remember_tls != RememberTls::kRequire) return;
  verdict.level = TlsLevel::kEncrypt;
  if (verdict.by == nullptr) verdict.rule = kRememberedRule;
}

// The operator's part: the rule, the memory, and what follows from a failure.
void ApplyOrders(const RulePtr& rule, const Question& question, const Evidence& evidence,
                 const Outbound& outbound, Time now, Verdict& verdict) {
  verdict.by = rule;
  if (rule != nullptr) verdict.rule = rule->name;
  verdict.requirement = Demanded(question, rule.get(), outbound);
  verdict.requiretls = HoldsToRequireTls(AskingMessage(question));
  const OnFailure on_failure = OnFailureOf(rule.get(), outbound, verdict.requiretls);
  Require(verdict.requirement, on_failure, evidence, verdict);
  Recall(question, outbound, now, verdict);
  DecideActions(outbound, verdict);
  const Mode mode = rule == nullptr ? outbound.mode : rule->mode.value_or(outbound.mode);
  verdict.observed = mode != Mode::kEnforce;
}

// A message that is on its way keeps its order while the rule is changed. One that is over, off, or
// only observed by now demands nothing.
bool IsInForce(const Rule& order, Time now) {
  return order.mode.value_or(Mode::kEnforce) == Mode::kEnforce && !IsOver(order, now);
}

Tested TrialOf(const Verdict& verdict) {
  return {verdict.level, verdict.action, verdict.failure, verdict.mx_hostname, verdict.rule};
}

Verdict Judged(const Verdict& published, const Question& question, const Evidence& evidence,
               const Outbound& outbound, Time now) {
  if (question.order != nullptr && !IsInForce(*question.order, now)) {
    Question without = question;
    without.order = nullptr;
    return Judged(published, without, evidence, outbound, now);
  }
  RuleMatch match;
  if (question.order != nullptr) {
    match.rule = question.order;
  } else {
    match = outbound.rules.Match(FactsOf(question, evidence), now);
  }
  Verdict verdict = published;
  ApplyOrders(match.rule, question, evidence, outbound, now, verdict);
  // While the MX hosts can't be had, an earlier rule may be meant for them: whoever makes the
  // lookup fail must not choose the exception behind it.
  const bool waits = match.waits_for_mx && published.level == TlsLevel::kUndecided;
  if (waits && verdict.requirement == Requirement::kNone) {
    Question plain = question;
    plain.envelope = nullptr;
    verdict = published;
    ApplyOrders(nullptr, plain, evidence, outbound, now, verdict);
  }
  verdict.undecided = match.undecided;
  if (match.observed != nullptr) {
    Verdict trial = published;
    ApplyOrders(match.observed, question, evidence, outbound, now, trial);
    verdict.trial = TrialOf(trial);
  }
  return verdict;
}

}  // namespace

Facts FactsOf(const Question& question, const Evidence& evidence) {
  Facts facts;
  facts.envelope = question.envelope;
  facts.recipient = question.recipient ? &*question.recipient : nullptr;
  facts.recipient_domain = &question.recipient_domain;
  facts.next_hop = &question.next_hop;
  facts.transport = question.transport;
  if (!evidence.mx.hosts.empty()) facts.mx = &evidence.mx;
  return facts;
}

OnFailure OnFailureOf(const Rule* rule, const Outbound& outbound, bool requiretls) {
  if (requiretls) return OnFailure::kReject;
  return rule == nullptr ? outbound.on_failure : rule->on_failure.value_or(outbound.on_failure);
}

void DecideActions(const Outbound& outbound, Verdict& verdict) {
  const OnFailure on_failure = OnFailureOf(verdict.by.get(), outbound, verdict.requiretls);
  const bool failed = verdict.failure.has_value();
  verdict.action = ActionFor(failed, failed && MayHeal(verdict), on_failure);
  if (!verdict.testing) return;
  const std::optional<Failure>& failure = verdict.testing->failure;
  verdict.testing->action =
      ActionFor(failure.has_value(), failure && failure->transient, on_failure);
}

Verdict Judge(const Question& question, const Evidence& evidence, const Outbound& outbound,
              Time now) {
  return Judged(Published(question, evidence, now), question, evidence, outbound, now);
}

Verdict JudgeAnswer(const Question& question, const Evidence* evidence, const Outbound& outbound,
                    Time now) {
  if (evidence != nullptr) return Judge(question, *evidence, outbound, now);
  return JudgeWithoutEvidence(question, outbound, "no answer from DNS in time", now);
}

Verdict JudgeWithoutEvidence(const Question& question, const Outbound& outbound,
                             std::string_view why, Time now) {
  Verdict verdict;
  verdict.policy_domain = question.next_hop.domain;
  verdict.level = TlsLevel::kUndecided;
  verdict.failure = Failure{ResultType::kValidationFailure, std::string(why), true};
  verdict.lookup_failed = true;
  return Judged(verdict, question, Evidence(), outbound, now);
}

}  // namespace tlswarden
