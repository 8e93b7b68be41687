#include "daemon/remembered_wiring.h"

#include <gtest/gtest.h>

#include "daemon/settings.h"
#include "daemon/wiring.h"

namespace tlswarden {
namespace {

using std::chrono::days;
using std::chrono::hours;

const Time kToday = ParseTime("2026-11-24T12:00:00Z").value();

TlsDay DayOf(const std::string& domain, int ago, std::int64_t plain, std::int64_t tls) {
  const Day day = std::chrono::floor<days>(kToday) - days(ago);
  return {domain, day, plain, tls, 0, 0, Time(day) + hours(9)};
}

TEST(MakeRememberedTable, OfTheLedgersDays) {
  const std::vector<TlsDay> ledger = {DayOf("a.test", 3, 0, 1), DayOf("b.test", 3, 1, 1),
                                      DayOf("a.test", 2, 0, 9), DayOf("b.test", 2, 0, 1),
                                      DayOf("a.test", 0, 0, 2), DayOf("b.test", 0, 0, 1)};
  const RememberedTablePtr table = MakeRememberedTable(ledger, kToday);
  ASSERT_EQ(table->size(), 1u);
  const RememberedTls* a = table->Find(Domain{"a.test"}, kToday);
  ASSERT_NE(a, nullptr);
  EXPECT_EQ(Describe(*a), "TLS on 3 days since 2026-11-21, last on 2026-11-24");
  const LetGo let_go = [](std::string_view domain) -> std::optional<Time> {
    if (domain == "a.test") return kToday;
    return std::nullopt;
  };
  EXPECT_EQ(MakeRememberedTable(ledger, kToday, let_go)->size(), 0u);
  EXPECT_EQ(MakeRememberedTable({}, kToday)->size(), 0u);
}

TEST(MakeRememberedTable, MissingStarttlsNamesTheDomainForStatus) {
  std::vector<TlsDay> ledger = {DayOf("a.test", 3, 0, 1), DayOf("a.test", 2, 0, 1),
                                DayOf("a.test", 1, 0, 1), DayOf("a.test", 0, 0, 0)};
  EXPECT_TRUE(MakeRememberedTable(ledger, kToday)->Gone(kToday).empty());
  ledger.back().missing = 1;
  const RememberedTablePtr table = MakeRememberedTable(ledger, kToday);
  ASSERT_EQ(table->Gone(kToday).size(), 1u);
  EXPECT_EQ(table->Gone(kToday)[0].tls.gone_since, std::chrono::floor<days>(kToday));
}

TlsEvent Event(TlsReached reached, TlsEvent::Outcome outcome, const std::string& result = "") {
  TlsEvent event;
  event.at = kToday;
  event.domain = "a.test";
  event.policy.type = "no-policy-found";
  event.reached = reached;
  event.outcome = outcome;
  if (!result.empty()) {
    event.details.emplace_back();
    event.details.back().result_type = result;
    event.details.back().receiving_mx_hostname = "mx.a.test";
  }
  return event;
}

TEST(WatchedOf, SessionsThatSaySomething) {
  using Outcome = TlsEvent::Outcome;
  using Tls = WatchedSession::Tls;
  const auto watched = [](TlsEvent event, const std::string& type = "no-policy-found") {
    event.policy.type = type;
    const auto session = WatchedOf(event, Outbound());
    return session ? static_cast<int>(session->tls) : -1;
  };
  const TlsEvent missing = Event(TlsReached::kUnknown, Outcome::kFailure, "starttls-not-supported");
  EXPECT_EQ(watched(Event(TlsReached::kEncrypted, Outcome::kSuccess)), int(Tls::kThere));
  EXPECT_EQ(watched(Event(TlsReached::kAuthenticated, Outcome::kSuccess)), int(Tls::kThere));
  EXPECT_EQ(watched(Event(TlsReached::kPlain, Outcome::kUncounted)), int(Tls::kPlain));
  EXPECT_EQ(watched(missing), int(Tls::kMissing));
  EXPECT_EQ(watched(Event(TlsReached::kUnknown, Outcome::kFailure, "validation-failure")), -1);
  EXPECT_EQ(watched(Event(TlsReached::kUnknown, Outcome::kSuccess)), -1);
  EXPECT_EQ(watched(missing, "sts"), -1) << "its policy's alarm says so";
  EXPECT_EQ(WatchedOf(missing, Outbound())->mx_hostname, "mx.a.test");
  TlsEvent bad = missing;
  bad.domain = "a b";
  EXPECT_EQ(watched(bad), -1);
}

// Somebody let it through on purpose.
TEST(WatchedOf, NotWhereARuleLetsItGo) {
  Rule rule;
  rule.name = "exception";
  rule.outbound.require = Requirement::kNone;
  Outbound outbound;
  outbound.rules = Rules({rule});
  const TlsEvent plain = Event(TlsReached::kPlain, TlsEvent::Outcome::kUncounted);
  EXPECT_TRUE(WatchedOf(plain, Outbound()));
  EXPECT_FALSE(WatchedOf(plain, outbound));
}

TEST(Learn, OnlyFromSessions) {
  using Outcome = TlsEvent::Outcome;
  LatelyTracker lately;
  const Domain a{"a.test"};
  TlsEvent failed = Event(TlsReached::kUnknown, Outcome::kFailure, "certificate-expired");
  for (const EventSource source : {EventSource::kPolicy, EventSource::kProbe}) {
    failed.source = source;
    Learn(failed, lately);
  }
  EXPECT_TRUE(lately.HostsOf(a, kToday).empty());
  failed.source = EventSource::kDatagram;
  Learn(failed, lately);
  failed.source = EventSource::kMailLog;
  Learn(failed, lately);
  ASSERT_EQ(lately.HostsOf(a, kToday).size(), 1u);
  EXPECT_EQ(lately.HostsOf(a, kToday)[0].failures, 2u);
  EXPECT_EQ(lately.HostsOf(a, kToday)[0].type, ResultType::kCertificateExpired);
  Learn(Event(TlsReached::kPlain, Outcome::kUncounted), lately);
  Learn(Event(TlsReached::kUnknown, Outcome::kFailure, "odd-word"), lately);
  EXPECT_EQ(lately.HostsOf(a, kToday).size(), 1u);
  Learn(Event(TlsReached::kAuthenticated, Outcome::kSuccess), lately);
  EXPECT_TRUE(lately.HostsOf(a, kToday).empty());
}

TEST(RememberSettings, ReachTheOrders) {
  Settings settings = DefaultSettings();
  EXPECT_EQ(MakeOrders(settings, {}).outbound.remember_tls, RememberTls::kWarn);
  EXPECT_FALSE(MakeOrders(settings, {}).outbound.learn);
  settings.outbound.remember_tls = RememberTls::kRequire;
  settings.outbound.learn = true;
  EXPECT_EQ(MakeOrders(settings, {}).outbound.remember_tls, RememberTls::kRequire);
  EXPECT_TRUE(MakeOrders(settings, {}).outbound.learn);
}

}  // namespace
}  // namespace tlswarden
