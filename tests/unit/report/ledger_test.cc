// What the ledger counts, and its limits.
#include "report/ledger.h"

#include <algorithm>

#include "policy/utf8.h"
#include "tests/unit/report/ledger_build.h"

namespace tlswarden {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::seconds;
using Outcome = TlsEvent::Outcome;

// RFC 8460 section 4.4: sessions for each policy, and failures by all that is known of them.
TEST_F(LedgerTest, CountsSessionsForEachPolicyAndKindOfFailure) {
  auto ledger = Open();
  TlsEvent tlsa = Success("a.test");
  tlsa.policy = {"tlsa", {"3 1 1 00FF", "2 0 1 AA"}, "mx.a.test", {}};
  for (int i = 0; i < 3; ++i) ledger->Add(Success("a.test"));
  ledger->Add(tlsa);
  for (int i = 0; i < 2; ++i) ledger->Add(Failed("a.test", Detail("certificate-expired")));
  ledger->Add(Failed("a.test", Detail("validation-failure", "mx2.a.test")));
  ledger->Add(Success("b.test"));
  ledger->Flush();
  const std::vector<PolicyTally> tallies = Tallies("a.test");
  ASSERT_EQ(tallies.size(), 2u);
  FailureDetail twice = Detail("certificate-expired");
  twice.sessions = 2;
  const PolicyTally sts{
      ReportedSts("a.test"), 3, 3, {twice, Detail("validation-failure", "mx2.a.test")}};
  EXPECT_EQ(tallies[0], sts) << "the details with most sessions first";
  EXPECT_EQ(tallies[1], (PolicyTally{tlsa.policy, 1, 0, {}}));
  EXPECT_EQ(Got(Reader().Domains(kToday)), (std::vector<std::string>{"a.test", "b.test"}));
  EXPECT_EQ(ledger->counts(), (LedgerCounts{8, 0}));
  EXPECT_TRUE(complaints().empty());
}

TEST_F(LedgerTest, EveryTextOfAFailureAndOfAPolicyCounts) {
  auto ledger = Open();
  std::vector<FailureDetail> details(8, Detail("certificate-expired"));
  details[1].result_type = "validation-failure";
  details[2].sending_mta_ip = "192.0.2.9";
  details[3].receiving_mx_hostname = "";
  details[4].receiving_mx_helo = "x";
  details[5].receiving_ip = "2001:db8::1";
  details[6].additional_information = "https://a.test/";
  details[7].failure_reason_code = "X509_V_ERR";
  for (const FailureDetail& detail : details) ledger->Add(Failed("a.test", detail));
  std::vector<ReportedPolicy> policies(5, ReportedSts("a.test"));
  policies[1].type = "tlsa";
  policies[2].strings.pop_back();
  policies[3].domain = "other.test";
  policies[4].mx_hosts.emplace_back("*.a.test");
  for (const ReportedPolicy& policy : policies) {
    TlsEvent event = Success("a.test");
    event.policy = policy;
    ledger->Add(event);
  }
  ledger->Flush();
  for (const FailureDetail& detail : details) ledger->Add(Failed("a.test", detail));
  ledger->Flush();
  const std::vector<PolicyTally> tallies = Tallies("a.test");
  ASSERT_EQ(tallies.size(), policies.size());
  std::sort(policies.begin(), policies.end());
  for (std::size_t i = 0; i < tallies.size(); ++i) EXPECT_EQ(tallies[i].policy, policies[i]);
  for (FailureDetail& detail : details) detail.sessions = 2;
  for (const PolicyTally& tally : tallies) {
    if (tally.policy != ReportedSts("a.test")) continue;
    std::vector<FailureDetail> counted = tally.details;
    std::sort(counted.begin(), counted.end());
    std::sort(details.begin(), details.end());
    EXPECT_EQ(counted, details);
  }
}

// RFC 8460 section 4.3: one attempt may count under several types; a success may follow failures.
TEST_F(LedgerTest, ASessionMayHaveSeveralDetails) {
  auto ledger = Open();
  TlsEvent event = Success("a.test");
  event.details = {Detail("certificate-expired"), Detail("certificate-host-mismatch")};
  ledger->Add(event);
  ledger->Flush();
  const PolicyTally tally = Tallies("a.test").at(0);
  EXPECT_EQ(tally.successes, 1);
  EXPECT_EQ(tally.failures, 0);
  EXPECT_EQ(tally.details, event.details);
}

TEST_F(LedgerTest, DetailsAloneAreNoSessions) {
  auto ledger = Open();
  TlsEvent event = Failed("a.test", Detail("sts-policy-fetch-error"));
  event.outcome = Outcome::kDetailOnly;
  event.reached = TlsReached::kEncrypted;
  ledger->Add(event);
  ledger->Flush();
  EXPECT_EQ(Tallies("a.test"),
            (std::vector<PolicyTally>{{ReportedSts("a.test"), 0, 0, event.details}}));
  EXPECT_EQ(Got(Reader().Domains(kToday)), std::vector<std::string>{"a.test"});
  EXPECT_EQ(Got(Reader().Failures(kToday, kToday)).size(), 1u);
  EXPECT_TRUE(Got(Reader().DayTotals(kToday, kToday)).empty());
  EXPECT_TRUE(Got(Reader().DomainTotals(kToday, kToday, 10)).empty());
  EXPECT_TRUE(Got(Reader().TlsDays(kToday)).empty());
}

TEST_F(LedgerTest, UncountedSessionsAreRememberedAndNotReported) {
  auto ledger = Open();
  TlsEvent event = Event("a.test", Outcome::kUncounted);
  event.details = {Detail("starttls-not-supported")};
  event.reached = TlsReached::kPlain;
  ledger->Add(event);
  ledger->Add(event);
  event.at += seconds(5);
  event.reached = TlsReached::kAuthenticated;
  event.outcome = Outcome::kFailure;
  ledger->Flush();
  EXPECT_TRUE(Got(Reader().Domains(kToday)).empty());
  ledger->Add(event);
  event.domain = "b.test";
  event.reached = TlsReached::kEncrypted;
  ledger->Add(event);
  event.domain = "c.test";
  event.reached = TlsReached::kUnknown;
  ledger->Add(event);
  ledger->Flush();
  const std::vector<TlsDay> tls = Got(Reader().TlsDays(kToday));
  ASSERT_EQ(tls.size(), 2u) << "of c.test nothing is known";
  EXPECT_EQ(tls[0].domain, "a.test");
  EXPECT_EQ(tls[0].day, kToday);
  EXPECT_EQ(tls[0].plain, 2);
  EXPECT_EQ(tls[0].encrypted, 0);
  EXPECT_EQ(tls[0].authenticated, 1);
  EXPECT_EQ(tls[0].last, kNow + seconds(5));
  EXPECT_EQ(tls[1].encrypted, 1);
  EXPECT_TRUE(Got(Reader().TlsDays(kToday + days(1))).empty());
}

TEST_F(LedgerTest, SessionsWithoutStarttlsWhereItWasDemanded) {
  auto ledger = Open();
  TlsEvent event = Event("a.test", Outcome::kFailure);
  event.details = {Detail("starttls-not-supported")};
  ledger->Add(event);
  event.policy = {};
  event.policy.type = "no-policy-found";
  ledger->Add(event);
  ledger->Flush();
  ledger->Add(event);
  ledger->Add(event);
  event.details = {Detail("certificate-expired")};
  ledger->Add(event);
  ledger->Flush();
  const std::vector<TlsDay> tls = Got(Reader().TlsDays(kToday));
  ASSERT_EQ(tls.size(), 1u);
  EXPECT_EQ(tls[0].missing, 3) << "of a domain with a policy it isn't remembered";
  EXPECT_EQ(tls[0].plain + tls[0].encrypted + tls[0].authenticated, 0);
}

TEST_F(LedgerTest, TheLastTlsrptRecordOfADayIsKept) {
  auto ledger = Open();
  const auto add = [&](const std::string& record, Time at) {
    TlsEvent event = Success("a.test", at);
    event.tlsrpt_record = record;
    ledger->Add(event);
  };
  add("v=TLSRPTv1; rua=mailto:old@a.test", kNow);
  add("v=TLSRPTv1; rua=mailto:a@a.test", kNow);
  add("", kNow);
  add("", kNow + days(1));
  ledger->Flush();
  EXPECT_EQ(Got(Reader().TlsrptRecord(kToday, "a.test")), "v=TLSRPTv1; rua=mailto:a@a.test");
  EXPECT_EQ(Got(Reader().TlsrptRecord(kToday + days(1), "a.test")), "");
  EXPECT_EQ(Got(Reader().TlsrptRecord(kToday, "b.test")), "");
  add("v=TLSRPTv1; rua=mailto:new@a.test", kNow);
  ledger->Flush();
  add("", kNow);
  ledger->Flush();
  EXPECT_EQ(Got(Reader().TlsrptRecord(kToday, "a.test")), "v=TLSRPTv1; rua=mailto:new@a.test");
}

TEST_F(LedgerTest, MergesOverBatchesAndRestarts) {
  for (int run = 0; run < 3; ++run) {
    auto ledger = Open();
    for (int batch = 0; batch < 2; ++batch) {
      ledger->Add(Success("a.test"));
      ledger->Add(Failed("a.test", Detail("certificate-expired")));
      if (batch == 0) ledger->Flush();
    }
  }
  const std::vector<PolicyTally> tallies = Tallies("a.test");
  ASSERT_EQ(tallies.size(), 1u);
  EXPECT_EQ(tallies[0].successes, 6);
  EXPECT_EQ(tallies[0].failures, 6);
  ASSERT_EQ(tallies[0].details.size(), 1u);
  EXPECT_EQ(tallies[0].details[0].sessions, 6);
}

// RFC 8460 section 4.1: a report is of one UTC day.
TEST_F(LedgerTest, ADayEndsAtMidnight) {
  const Time midnight = kToday + days(1);
  now = midnight;
  auto ledger = Open();
  ledger->Add(Success("a.test", midnight - seconds(1)));
  for (int i = 0; i < 2; ++i) ledger->Add(Success("a.test", midnight));
  ledger->Flush();
  EXPECT_EQ(Totals(kToday, kToday), "1/0");
  EXPECT_EQ(Totals(kToday + days(1), kToday + days(1)), "2/0");
  EXPECT_EQ(Totals(), "3/0");
}

TEST_F(LedgerTest, NonsensicalDaysCountForTheClocksDay) {
  auto ledger = Open();
  const Time kNonsense[] = {Time{}, Time::max(), Time::min(), kNow - days(3), kNow + days(3)};
  for (const Time at : kNonsense) ledger->Add(Success("a.test", at));
  for (const int day : {-2, -1, 1, 2}) ledger->Add(Success("a.test", kNow + days(day)));
  ledger->Flush();
  EXPECT_EQ(Got(Reader().DayTotals(kToday - days(9), kToday + days(9))).size(), 5u);
  EXPECT_EQ(Totals(kToday, kToday), "5/0");
  EXPECT_EQ(Totals(), "9/0");
}

TEST_F(LedgerTest, SumsUpForPeople) {
  now = kNow + days(1);
  auto ledger = Open();
  for (int i = 0; i < 5; ++i) ledger->Add(Success("b.test"));
  for (int i = 0; i < 2; ++i) ledger->Add(Success("c.test", kNow + days(1)));
  FailureDetail often = Detail("certificate-expired", "often.test");
  often.failure_reason_code = "old";
  for (int i = 0; i < 3; ++i) ledger->Add(Failed("a.test", often));
  ledger->Add(Failed("a.test", Detail("certificate-expired", "rare.test")));
  ledger->Add(Failed("c.test", Detail("validation-failure"), kNow + days(1)));
  ledger->Flush();
  LedgerReader reader = Reader();
  const auto totals = Got(reader.DomainTotals(kToday, kToday + days(1), 2));
  ASSERT_EQ(totals.size(), 2u);
  EXPECT_EQ(totals[0].domain, "a.test");
  EXPECT_EQ(totals[0].failures, 4);
  EXPECT_EQ(totals[1].domain, "c.test") << "a failure before any success";
  const auto b = Got(reader.DayTotals(kToday, kToday + days(1), "b.test"));
  ASSERT_EQ(b.size(), 1u);
  EXPECT_EQ(b[0].day, kToday);
  EXPECT_EQ(b[0].successes, 5);
  const auto failures = Got(reader.Failures(kToday, kToday + days(1)));
  ASSERT_EQ(failures.size(), 2u);
  EXPECT_EQ(failures[0].result_type, "certificate-expired");
  EXPECT_EQ(failures[0].sessions, 4);
  EXPECT_EQ(failures[0].receiving_mx_hostname, "often.test");
  EXPECT_EQ(failures[0].failure_reason_code, "old");
  EXPECT_EQ(Got(reader.Failures(kToday, kToday)).size(), 1u);
  EXPECT_EQ(Got(reader.Failures(kToday, kToday + days(1), "c.test")).at(0).sessions, 1);
}

TEST_F(LedgerTest, FailuresBeyondTheLimitCountWithoutTheirTexts) {
  auto ledger = Open({.rows_a_domain_and_day = 3});
  const auto fail = [&](const std::string& type, int number) {
    ledger->Add(Failed("a.test", Detail(type, "mx" + std::to_string(number))));
  };
  for (int batch = 0; batch < 2; ++batch) {
    fail("certificate-expired", 0);
    for (int i = 1; i < 7; ++i) fail("certificate-expired", 10 * batch + i);
    fail("validation-failure", 7);
    fail("made-up-type-" + std::to_string(batch), 8);
    ledger->Flush();
  }
  const PolicyTally tally = Tallies("a.test").at(0);
  EXPECT_EQ(tally.failures, 18);
  std::int64_t sessions = 0;
  for (const FailureDetail& detail : tally.details) sessions += detail.sessions;
  EXPECT_EQ(sessions, 18);
  ASSERT_EQ(tally.details.size(), 5u) << "three with texts, and two types";
  EXPECT_EQ(tally.details[0], (FailureDetail{"certificate-expired", "", "", "", "", "", "", 10}));
  EXPECT_EQ(tally.details[1], (FailureDetail{"validation-failure", "", "", "", "", "", "", 4}));
  EXPECT_EQ(tally.details[2].sessions, 2) << "what has its row keeps it";
}

TEST_F(LedgerTest, PoliciesBeyondTheLimitsCountWithoutTheirTexts) {
  const LedgerLimits kLimits[] = {{.policies_a_domain_and_day = 2}, {.policies = 2}};
  for (const LedgerLimits& limits : kLimits) {
    std::filesystem::remove(path);
    auto ledger = Open(limits);
    for (int batch = 0; batch < 3; ++batch) {
      for (const std::string type : {"sts", "sts", "sts", "made-up"}) {
        static int number = 0;
        TlsEvent event = Failed("a.test", Detail("certificate-expired"));
        event.policy.type = type;
        event.policy.strings = {std::to_string(++number)};
        ledger->Add(event);
      }
      ledger->Flush();
    }
    EXPECT_EQ(Totals(), "0/12");
    const std::vector<PolicyTally> tallies = Tallies("a.test");
    ASSERT_EQ(tallies.size(), 4u);
    EXPECT_EQ(tallies[0].policy, (ReportedPolicy{"no-policy-found", {}, "a.test", {}}));
    EXPECT_EQ(tallies[0].failures, 3);
    EXPECT_EQ(tallies[1].policy, (ReportedPolicy{"sts", {}, "a.test", {}}));
    EXPECT_EQ(tallies[1].failures, 7);
    EXPECT_EQ(tallies[1].details.at(0).sessions, 7);
    EXPECT_EQ(ledger->counts().lost, 0u);
  }
}

TEST_F(LedgerTest, DomainsBeyondTheLimitAreLost) {
  auto ledger = Open({.domains_a_day = 2});
  const auto add = [&](const std::string& domain, Time at) {
    for (int i = 0; i < 2; ++i) ledger->Add(Success(domain, at));
    ledger->Flush();
  };
  add("a.test", kNow);
  add("b.test", kNow);
  add("c.test", kNow);
  add("a.test", kNow);
  add("c.test", kNow + days(1));
  EXPECT_EQ(Got(Reader().Domains(kToday)), (std::vector<std::string>{"a.test", "b.test"}));
  EXPECT_EQ(Got(Reader().Domains(kToday + days(1))), std::vector<std::string>{"c.test"});
  EXPECT_EQ(Totals(), "8/0");
  EXPECT_EQ(ledger->counts(), (LedgerCounts{10, 2}));
}

TEST_F(LedgerTest, HostileTextsAreCutOffAtACharactersEnd) {
  auto ledger = Open();
  std::string odd = "\xc3\xa4" + std::string(998, 'x') + "\xc3\xa4";  // the last doesn't fit
  TlsEvent event = Failed(std::string(70000, 'd'), Detail("validation-failure"));
  event.policy.type = std::string("a\0b\xff\xc3", 5);
  event.policy.strings = std::vector<std::string>(100000, std::string(2000, 's'));
  event.policy.mx_hosts = std::vector<std::string>(10, "mx");
  event.details[0].receiving_mx_helo = odd;
  event.details[0].failure_reason_code = "\"'; DROP TABLE tally; --\r\n";
  event.details[0].sessions = INT64_MIN;
  event.tlsrpt_record = std::string(5000, 'r');
  ledger->Add(event);
  event.details[0].sessions = INT64_MAX;
  ledger->Add(event);
  ledger->Flush();
  ledger->Add(event);
  ledger->Flush();
  const std::string domain(1000, 'd');
  const PolicyTally tally = Tallies(domain).at(0);
  EXPECT_EQ(tally.failures, 3);
  EXPECT_EQ(tally.policy.type, std::string("a\0b??", 5));
  ASSERT_FALSE(tally.policy.strings.empty());
  EXPECT_LE(tally.policy.strings.size() * 1000, kMaxLedgerPolicy);
  EXPECT_EQ(tally.policy.strings[0], std::string(1000, 's'));
  ASSERT_EQ(tally.details.size(), 1u);
  EXPECT_EQ(tally.details[0].receiving_mx_helo, odd.substr(0, 1000));
  EXPECT_TRUE(IsUtf8(tally.details[0].receiving_mx_helo));
  EXPECT_EQ(tally.details[0].failure_reason_code, event.details[0].failure_reason_code);
  EXPECT_EQ(tally.details[0].sessions, 2 * kMaxLedgerSessions + 1);
  EXPECT_EQ(Got(Reader().TlsrptRecord(kToday, domain)).size(), 1000u);
  event.domain.clear();
  ledger->Add(event);
  EXPECT_EQ(ledger->counts().lost, 1u) << "there is nobody to report to";
}

TEST_F(LedgerTest, WhatWaitsIsBounded) {
  auto ledger = OpenAt(dir / "missing/tls.db", {.waiting_octets = 100'000});
  for (int i = 0; i < 10'000; ++i) ledger->Add(Success(std::to_string(i) + ".test"));
  const std::uint64_t lost = ledger->counts().lost;
  EXPECT_GT(lost, 9000u);
  EXPECT_LT(lost, 9990u);
  for (int i = 0; i < 1000; ++i) ledger->Add(Success("0.test"));
  EXPECT_EQ(ledger->counts().lost, lost) << "what is known takes no room";
  ledger->Add(Failed("0.test", Detail("certificate-expired")));
  EXPECT_EQ(ledger->counts().lost, lost + 1);
  std::filesystem::create_directory(dir / "missing");
  ledger->Flush();
  std::filesystem::rename(dir / "missing/tls.db", path);
  std::filesystem::rename(dir / "missing/tls.db-wal", path + "-wal");
  EXPECT_EQ(Totals(), std::to_string(11'001 - ledger->counts().lost) + "/0");
}

class LedgerDaysTest : public LedgerTest {
 protected:
  // A day's events, and as many batches as it takes for old days to go.
  void Live(Ledger& ledger, int day) {
    now = kNow + days(day);
    for (int batch = 0; batch < 3; ++batch) {
      TlsEvent event = Failed("a.test", Detail("certificate-expired"), now);
      event.policy.strings = {std::to_string(day)};
      event.reached = TlsReached::kEncrypted;
      ledger.Add(event);
      ledger.Flush();
    }
  }
  // The first day that is there, of how many: "FIRST+COUNT".
  std::string Kept() {
    const auto totals = Got(Reader().DayTotals(kToday - days(1000), kToday + days(100000)));
    const auto failures = Got(Reader().Failures(kToday - days(1000), kToday + days(100000)));
    EXPECT_EQ(failures.at(0).sessions, 3 * static_cast<std::int64_t>(totals.size()));
    return std::to_string((totals.at(0).day - kToday).count()) + '+' +
           std::to_string(totals.size());
  }
  std::int64_t Policies() {
    Result<SqliteDb> db = SqliteDb::OpenToRead(path);
    SqliteStatement count(*db, "SELECT count(*) FROM policy");
    return count.Step() ? count.Number(0) : -1;
  }
};

TEST_F(LedgerDaysTest, OldDaysGoAndWhatTheyNeeded) {
  auto ledger = Open({.keep_days = 5, .keep_tls_days = 8});
  for (int day = 0; day < 20; ++day) Live(*ledger, day);
  EXPECT_EQ(Kept(), "14+6") << "today and five days before";
  EXPECT_EQ(Policies(), 6);
  EXPECT_EQ(Got(Reader().TlsDays(kToday)).size(), 9u);
  Live(*ledger, 40);  // after a long silence
  EXPECT_EQ(Kept(), "15+6") << "the third youngest is of day 18";
  Live(*ledger, 41);
  Live(*ledger, 42);
  EXPECT_EQ(Kept(), "40+3");
}

TEST_F(LedgerDaysTest, ManyDomainsGoInSteps) {
  auto ledger = Open({.keep_days = 5, .keep_tls_days = 5});
  for (int i = 0; i < 1000; ++i) ledger->Add(Success(std::to_string(i) + ".test"));
  ledger->Flush();
  for (int day = 10; day < 12; ++day) Live(*ledger, day);
  Live(*ledger, 12);
  const auto old = Got(Reader().Domains(kToday)).size();
  EXPECT_LT(old, 1000u);
  EXPECT_GT(old, 0u);
  for (int i = 0; i < 2; ++i) Live(*ledger, 12 + i);
  EXPECT_TRUE(Got(Reader().Domains(kToday)).empty());
}

TEST_F(LedgerDaysTest, AClockThatIsWrongForAWhileDestroysNextToNothing) {
  auto ledger = Open({.keep_days = 5, .keep_tls_days = 5});
  for (int day = 0; day < 6; ++day) Live(*ledger, day);
  EXPECT_EQ(Kept(), "0+6");
  Live(*ledger, 10000);  // years ahead
  Live(*ledger, 10001);
  EXPECT_EQ(Kept(), "2+6") << "days 2 to 5, and two of the future";
  Live(*ledger, -900);  // and back
  EXPECT_EQ(Kept(), "-900+7");
  Live(*ledger, 6);
  EXPECT_EQ(Kept(), "2+7") << "days 2 to 6, and two of the future";
}

}  // namespace
}  // namespace tlswarden
