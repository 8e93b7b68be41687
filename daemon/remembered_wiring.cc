#include "daemon/remembered_wiring.h"

#include <map>
#include <utility>

namespace tlswarden {
namespace {

std::string HostOf(const TlsEvent& event) {
  return event.details.empty() ? std::string() : event.details.front().receiving_mx_hostname;
}

}  // namespace

RememberedTablePtr MakeRememberedTable(const std::vector<TlsDay>& days, Time now,
                                       const LetGo& let_go) {
  std::map<std::string_view, std::vector<RememberedDay>> by_domain;
  for (const TlsDay& day : days) {
    by_domain[day.domain].push_back(
        {day.day, day.plain, day.encrypted, day.authenticated, day.missing, day.last});
  }
  std::vector<RememberedDomain> domains;
  for (const auto& [domain, of_domain] : by_domain) {
    const RememberedTls tls =
        Remember(of_domain, now, let_go ? let_go(domain) : std::optional<Time>());
    if (tls.level != TlsLevel::kMay) domains.push_back({{std::string(domain)}, tls});
  }
  return std::make_shared<const RememberedTable>(std::move(domains));
}

std::optional<WatchedSession> WatchedOf(const TlsEvent& event, const Outbound& outbound) {
  if (event.policy.type != ToString(PolicyType::kNoPolicyFound)) return std::nullopt;
  const Result<Domain> domain = ParseDomain(event.domain);
  if (!domain) return std::nullopt;
  WatchedSession session{*domain, HostOf(event), WatchedSession::Tls::kThere, event.at};
  switch (event.reached) {
    case TlsReached::kEncrypted:
    case TlsReached::kAuthenticated:
      return session;
    case TlsReached::kPlain:
      session.tls = WatchedSession::Tls::kPlain;
      if (!PlainCounts({*domain}, outbound, event.at)) return std::nullopt;
      return session;
    case TlsReached::kUnknown:
      break;
  }
  if (!StarttlsWasMissing(event)) return std::nullopt;
  session.tls = WatchedSession::Tls::kMissing;
  return session;
}

void Learn(const TlsEvent& event, LatelyTracker& lately) {
  const Result<Domain> domain = ParseDomain(event.domain);
  // What a policy failure stopped had no session; a look of ours is no delivery.
  const bool is_session =
      event.source == EventSource::kDatagram || event.source == EventSource::kMailLog;
  if (!domain || !is_session) return;
  if (event.outcome == TlsEvent::Outcome::kSuccess) lately.AddSuccess(*domain);
  if (event.outcome != TlsEvent::Outcome::kFailure) return;
  for (const FailureDetail& detail : event.details) {
    const std::optional<ResultType> type = ParseResultType(detail.result_type);
    if (type) lately.AddFailure(*domain, detail.receiving_mx_hostname, *type, event.at);
  }
}

}  // namespace tlswarden
