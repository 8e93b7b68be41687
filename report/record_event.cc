#include "report/record_event.h"

#include <variant>

#include "policy/published.h"
#include "report/reported_policy.h"

namespace tlswarden {
namespace {

// Whether a failure is of what the domain publishes. A lookup that failed for another reason than
// DNSSEC is a transient network error, which needn't be reported (RFC 8460 section 4.3).
bool IsReportable(const Failure& failure, const Verdict& verdict) {
  if (failure.type != ResultType::kValidationFailure) return true;
  return verdict.sts.has_value() && !verdict.lookup_failed && !verdict.pinned;
}

// The probe and the sessions before have been counted themselves.
bool StopsBeforeAnySession(const Verdict& verdict) {
  if (!verdict.failure || !IsReportable(*verdict.failure, verdict)) return false;
  switch (verdict.failure->type) {
    case ResultType::kStarttlsNotSupported:
    case ResultType::kCertificateHostMismatch:
    case ResultType::kCertificateNotTrusted:
    case ResultType::kCertificateExpired:
      return false;
    default:
      return true;
  }
}

Verdict PublishedBy(const Evidence& evidence, Time now) {
  return Published({evidence.next_hop, evidence.next_hop.domain}, evidence, now);
}

TlsEvent Event(const Verdict& published, const Evidence& evidence, const std::string& mx_hostname,
               EventSource source, Time now) {
  TlsEvent event;
  event.at = now;
  event.domain = evidence.next_hop.domain.ascii;
  event.policy = PolicyOf(published, evidence, mx_hostname);
  event.source = source;
  return event;
}

std::optional<TlsEvent> OfVerdict(const Verdict& verdict, const Evidence& evidence, Time now) {
  if (!StopsBeforeAnySession(verdict)) return std::nullopt;
  TlsEvent event =
      Event(PublishedBy(evidence, now), evidence, verdict.mx_hostname, EventSource::kPolicy, now);
  event.outcome = TlsEvent::Outcome::kFailure;
  event.details.push_back(DetailOf(*verdict.failure, verdict.mx_hostname, ""));
  return event;
}

TlsReached ReachedBy(const ProbeFacts& facts) {
  const bool named = !facts.untrusted && facts.names_host;
  const bool by_dane = facts.dane_usage >= 0 && !facts.dane_failure;
  return named || by_dane ? TlsReached::kAuthenticated : TlsReached::kEncrypted;
}

std::optional<TlsEvent> OfProbe(const ProbeEnded& probe, const Evidence& evidence, Time now) {
  const ProbeFacts& facts = *probe.facts;
  const std::string& host = facts.target.host.ascii;
  TlsEvent event = Event(PublishedBy(evidence, now), evidence, host, EventSource::kProbe, now);
  if (!probe.failure) {
    if (facts.no_tls) return std::nullopt;
    event.reached = ReachedBy(facts);
    return event;
  }
  event.outcome = TlsEvent::Outcome::kFailure;
  event.details.push_back(DetailOf(*probe.failure, host, facts.address));
  return event;
}

// No mail was stopped: without a policy that was learned the domain is as if it had none.
std::optional<TlsEvent> OfInquiry(const InquiryFailed& inquiry, const Evidence& evidence,
                                  Time now) {
  TlsEvent event = Event(PublishedBy(evidence, now), evidence, "", EventSource::kPolicy, now);
  event.policy.type = ToString(PolicyType::kSts);
  event.policy.domain = event.domain;
  event.outcome = TlsEvent::Outcome::kDetailOnly;
  event.details.push_back(DetailOf(inquiry.failure, "", ""));
  return event;
}

}  // namespace

std::optional<NextHop> CountedNextHop(const Record& record) {
  if (const auto* given = std::get_if<VerdictGiven>(&record)) {
    const bool stopped = given->action == Action::kDefer || given->action == Action::kReject;
    if (!stopped || !StopsBeforeAnySession(given->verdict)) return std::nullopt;
    return NextHop{given->verdict.policy_domain};
  }
  if (const auto* answered = std::get_if<MapAnswered>(&record)) {
    if (answered->cache_hit || ActionTaken(answered->verdict) == Action::kAccept ||
        !StopsBeforeAnySession(answered->verdict)) {
      return std::nullopt;
    }
    return NextHop{answered->verdict.policy_domain};
  }
  if (const auto* probe = std::get_if<ProbeEnded>(&record)) {
    // A host that can't be spoken to now has had no session.
    const bool seen =
        probe->facts->visited && !(probe->facts->no_tls && probe->facts->no_tls->transient);
    if (!seen) return std::nullopt;
    return NextHop{probe->domain};
  }
  if (const auto* inquiry = std::get_if<InquiryFailed>(&record)) {
    if (!inquiry->of_policy || inquiry->failure.type == ResultType::kValidationFailure) {
      return std::nullopt;
    }
    return NextHop{inquiry->domain};
  }
  return std::nullopt;
}

std::optional<TlsEvent> EventOf(const Record& record, const Evidence& evidence, Time now) {
  if (const auto* given = std::get_if<VerdictGiven>(&record)) {
    return OfVerdict(given->verdict, evidence, now);
  }
  if (const auto* answered = std::get_if<MapAnswered>(&record)) {
    return OfVerdict(answered->verdict, evidence, now);
  }
  if (const auto* probe = std::get_if<ProbeEnded>(&record)) return OfProbe(*probe, evidence, now);
  if (const auto* inquiry = std::get_if<InquiryFailed>(&record)) {
    return OfInquiry(*inquiry, evidence, now);
  }
  return std::nullopt;
}

}  // namespace tlswarden
