#include "policy/judge.h"

#include <algorithm>

#include "policy/published.h"

namespace tlswarden {
namespace {

bool TakesMail(const MxHost& host) {
  return host.dane != HostDane::kUnreachable && host.dane != HostDane::kUnresolved;
}

// True when TLS with every host that the MTA would use at `dane` is mandatory. Behind an unsigned
// MX it isn't: there, Postfix ignores TLSA records unless smtp_tls_dane_insecure_mx_policy says
// otherwise.
bool DaneCoversAll(const MxEvidence& mx) {
  return mx.security == Security::kSecure &&
         std::all_of(mx.hosts.begin(), mx.hosts.end(), [](const MxHost& host) {
           return !TakesMail(host) || host.dane == HostDane::kUsable ||
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

Failure Unmet(const Rule& rule, const Evidence& evidence) {
  const Failure* host_failure = FirstHostFailure(evidence.mx);
  if (host_failure != nullptr && evidence.mx.security == Security::kSecure) {
    return {host_failure->type, "authenticated TLS is required: " + host_failure->reason, true};
  }
  if (rule.require == Requirement::kDane) {
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
      verdict.level = TlsLevel::kEncrypt;
    }
  }
  if (verdict.level == TlsLevel::kMay) verdict.level = TlsLevel::kEncrypt;
}

void RequireOrFail(const Rule& rule, OnFailure on_failure, const Evidence& evidence,
                   Verdict& verdict) {
  const bool secure_is_enough = rule.require == Requirement::kAuthenticated;
  if (verdict.level == TlsLevel::kUndecided || verdict.level == TlsLevel::kDaneOnly) return;
  if (verdict.level == TlsLevel::kSecure && secure_is_enough) return;
  if (CanDemandDane(evidence.mx)) {
    DemandDaneOnly(evidence, verdict);
    return;
  }
  verdict.failure = Unmet(rule, evidence);
  verdict.lookup_failed = false;
  // An unmet rule with on-failure = accept falls back to what the domain publishes.
  if (on_failure != OnFailure::kAccept) verdict.level = TlsLevel::kUndecided;
}

void ApplyRule(const Rule& rule, OnFailure on_failure, const Evidence& evidence, Verdict& verdict) {
  verdict.rule = rule.name;
  if (rule.require != Requirement::kPublished) verdict.testing.reset();
  switch (rule.require) {
    case Requirement::kNone:
      verdict.level = TlsLevel::kMay;
      verdict.failure.reset();
      verdict.lookup_failed = false;
      break;
    case Requirement::kPublished:
      break;
    case Requirement::kEncrypt:
      RequireEncrypt(evidence, verdict);
      break;
    case Requirement::kAuthenticated:
    case Requirement::kDane:
      RequireOrFail(rule, on_failure, evidence, verdict);
      break;
  }
}

Action ActionFor(bool failed, bool may_heal, OnFailure on_failure) {
  if (!failed || on_failure == OnFailure::kAccept) return Action::kAccept;
  return on_failure == OnFailure::kReject && !may_heal ? Action::kReject : Action::kDefer;
}

// The operator's part: the rule, if one matches, and what follows from a failure.
void ApplyOrders(const Question& question, const Evidence& evidence, const Outbound& outbound,
                 Verdict& verdict) {
  OnFailure on_failure = outbound.on_failure;
  if (const Rule* rule = outbound.rules.Match(question.recipient_domain)) {
    on_failure = rule->on_failure.value_or(outbound.on_failure);
    ApplyRule(*rule, on_failure, evidence, verdict);
  }
  const bool failed = verdict.failure.has_value();
  verdict.action = ActionFor(failed, failed && MayHeal(verdict), on_failure);
  if (verdict.testing) {
    const std::optional<Failure>& failure = verdict.testing->failure;
    verdict.testing->action =
        ActionFor(failure.has_value(), failure && failure->transient, on_failure);
  }
  verdict.observed = outbound.mode != Mode::kEnforce;
}

}  // namespace

Verdict Judge(const Question& question, const Evidence& evidence, const Outbound& outbound,
              Time now) {
  Verdict verdict = Published(question, evidence, now);
  ApplyOrders(question, evidence, outbound, verdict);
  return verdict;
}

Verdict JudgeAnswer(const Question& question, const Evidence* evidence, const Outbound& outbound,
                    Time now) {
  if (evidence != nullptr) return Judge(question, *evidence, outbound, now);
  return JudgeWithoutEvidence(question, outbound, "no answer from DNS in time");
}

Verdict JudgeWithoutEvidence(const Question& question, const Outbound& outbound,
                             std::string_view why) {
  Verdict verdict;
  verdict.policy_domain = question.next_hop.domain;
  verdict.level = TlsLevel::kUndecided;
  verdict.failure = Failure{ResultType::kValidationFailure, std::string(why), true};
  verdict.lookup_failed = true;
  ApplyOrders(question, Evidence(), outbound, verdict);
  return verdict;
}

}  // namespace tlswarden
