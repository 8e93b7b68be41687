#include "report/overview.h"

#include <gtest/gtest.h>

#include <limits>

#include "report/overview_received.h"
#include "tests/unit/report/overview_build.h"

namespace tlswarden {
namespace {

constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();

TEST(OverviewTest, HasEveryDayAndItsFailuresByType) {
  const Overview overview = SmallOverview();
  ASSERT_EQ(overview.days.size(), 3u) << "also the day on which nothing was counted";
  EXPECT_EQ(overview.days[0].successes, 97);
  EXPECT_EQ(overview.days[0].by_type, (std::vector<std::int64_t>{2, 1}));
  EXPECT_EQ(overview.days[1].first, Back(1));
  EXPECT_EQ(overview.days[1].successes + overview.days[1].failures, 0);
  EXPECT_EQ(overview.days[2].by_type, (std::vector<std::int64_t>{0, 0}));
  EXPECT_EQ(overview.successes, 147);
  EXPECT_EQ(overview.failures, 3);
  EXPECT_EQ(overview.sessions(), 150);
}

TEST(OverviewTest, WorstDomainsAreThoseWithFailuresTheMostFirst) {
  const Overview overview = SmallOverview();
  EXPECT_EQ(overview.domains, 3u);
  EXPECT_EQ(overview.failing_domains, 2u);
  ASSERT_EQ(overview.worst.size(), 2u);
  EXPECT_EQ(overview.worst[0].domain, "bank.example");
  EXPECT_EQ(overview.worst[1].domain, "web.example");
}

TEST(OverviewTest, FiguresOutsideThePeriodDontCount) {
  LedgerFigures figures;
  figures.days = {{Back(5), 1, 1}, {Back(0), 2, 0}, {Back(-1), 4, 4}};
  figures.day_failures = {{Back(5), {Detail("tlsa-invalid", 1)}}};
  const Overview overview = MakeOverview(FrameOf(2), figures, {});
  EXPECT_EQ(overview.sessions(), 2);
}

TEST(OverviewTest, PeriodIsBoundedAndNeverUpsideDown) {
  OverviewFrame frame = FrameOf(1);
  frame.first = Back(-3);
  EXPECT_EQ(MakeOverview(frame, {}, {}).days.size(), 1u);
  frame.first = Back(100000);
  const Overview overview = MakeOverview(frame, {}, {});
  EXPECT_EQ(overview.days.size(), static_cast<std::size_t>(kMostOverviewDays));
  EXPECT_EQ(overview.days.back().last, kLastDay) << "cut at its beginning";
}

TEST(OverviewTest, ManyDomainsGiveABoundedList) {
  LedgerFigures figures;
  for (int i = 0; i < 100000; ++i) {
    figures.domains.push_back({"d" + std::to_string(i) + ".example", 1, i % 1000});
  }
  const Overview overview = MakeOverview(FrameOf(1), figures, {});
  EXPECT_EQ(overview.domains, 100000u);
  EXPECT_EQ(overview.failing_domains, 99900u);
  ASSERT_EQ(overview.worst.size(), kMostWorstDomains);
  EXPECT_EQ(overview.worst.front().failures, 999);
}

TEST(OverviewTest, PoliciesOfSeveralDaysAreSummedUp) {
  LedgerFigures figures;
  const FailureDetail expired = Detail("certificate-expired", 2, "mx.bank.example");
  figures.policies = {
      TallyOf(Sts("bank.example", "enforce"), 10, 2, {expired}),
      TallyOf({"no-policy-found", {}, "bank.example", {}}, 3, 0),
      TallyOf(Sts("bank.example", "enforce"), 5, 3, {Detail("tlsa-invalid", 1), expired})};
  const Overview overview = MakeOverview(FrameOf(2, "bank.example"), figures, {});
  ASSERT_EQ(overview.policies.size(), 2u);
  EXPECT_EQ(overview.policies[0].successes, 15) << "the most failures first";
  EXPECT_EQ(overview.policies[0].failures, 5);
  ASSERT_EQ(overview.policies[0].details.size(), 2u);
  EXPECT_EQ(overview.policies[0].details[0].sessions, 4);
  EXPECT_EQ(overview.policies[0].details[0].receiving_mx_hostname, "mx.bank.example");
}

TEST(OverviewTest, PoliciesAndDetailsAreBounded) {
  LedgerFigures figures;
  for (int i = 0; i < 500; ++i) {
    PolicyTally tally = TallyOf(Sts("d" + std::to_string(i), "enforce"), 1, i);
    for (int j = 0; j < 100; ++j) tally.details.push_back(Detail(std::to_string(j), 1));
    figures.policies.push_back(std::move(tally));
  }
  const Overview overview = MakeOverview(FrameOf(1, "bank.example"), figures, {});
  EXPECT_EQ(overview.policies.size(), kMostPolicies);
  EXPECT_EQ(overview.more_policies, 500 - kMostPolicies);
  EXPECT_EQ(overview.policies[0].details.size(), kMostDetails);
}

TEST(OverviewTest, CountsOfStrangersDontOverflow) {
  std::int64_t sum = 5;
  AddCount(sum, -7);
  EXPECT_EQ(sum, 5);
  AddCount(sum, kLargest);
  EXPECT_EQ(sum, kLargest);
  const TlsReport report = ReportOf(
      "x", "1",
      {TallyOf(Sts("a", "none"), kLargest, kLargest), TallyOf(Sts("a", "none"), kLargest, -1)});
  const Overview overview = MakeOverview(FrameOf(1), {}, {report});
  ASSERT_EQ(overview.received.rows.size(), 1u);
  EXPECT_EQ(overview.received.rows[0].successes, kLargest);
}

// FIELD: a sum over policy types would count Microsoft's sessions twice.
TEST(OverviewReceivedTest, CountsEachPolicyTypeForItself) {
  const ReceivedOverview received = SumUpReceived(
      {ReportOf("Microsoft Corporation", "1",
                {TallyOf(Sts("example.net", "enforce"), 7, 0),
                 TallyOf({"tlsa", {"3 1 1 00"}, "mx.example.net", {}}, 7, 1)}),
       ReportOf("Google Inc.", "1", {TallyOf(Sts("example.net", "enforce"), 3, 0)}),
       ReportOf("Google Inc.", "2", {TallyOf(Sts("example.net", "enforce"), 4, 0)}, 2)},
      "");
  EXPECT_EQ(received.reports, 3u);
  EXPECT_EQ(received.organizations, 2u);
  ASSERT_EQ(received.totals.size(), 2u);
  EXPECT_EQ(received.totals[0].policy_type, "sts");
  EXPECT_EQ(received.totals[0].successes, 14);
  EXPECT_EQ(received.totals[1].successes, 7);
  ASSERT_EQ(received.rows.size(), 3u);
  EXPECT_EQ(received.rows[0].policy_type, "tlsa") << "the most failures first";
  const ReceivedRow& google =
      received.rows[1].organization == "Google Inc." ? received.rows[1] : received.rows[2];
  EXPECT_EQ(google.reports, 2u);
  EXPECT_EQ(google.mode, "enforce");
  EXPECT_EQ(google.begin, Time(Back(2)));
  EXPECT_EQ(google.end, Time(Back(1)) + std::chrono::seconds(86399));
}

// RFC 8460 section 5.3: the Report-ID lets receivers drop what came twice.
TEST(OverviewReceivedTest, WhatCameTwiceCountsOnce) {
  const TlsReport report = ReportOf("a", "1", {TallyOf(Sts("example.net", "enforce"), 3, 0)});
  TlsReport without_id = report;
  without_id.report_id.clear();
  EXPECT_EQ(SumUpReceived({report, report}, "").totals[0].successes, 3);
  EXPECT_EQ(SumUpReceived({without_id, without_id}, "").totals[0].successes, 6)
      << "nobody can tell whether these are two";
}

TEST(OverviewReceivedTest, OfOneDomainOnlyItsPolicies) {
  const std::vector<TlsReport> reports = {
      ReportOf("a", "1",
               {TallyOf(Sts("example.net", "enforce"), 3, 0),
                TallyOf(Sts("example.org", "enforce"), 5, 0)}),
      ReportOf("b", "1", {TallyOf(Sts("example.org", "enforce"), 9, 0)})};
  const ReceivedOverview received = SumUpReceived(reports, "example.net");
  EXPECT_EQ(received.reports, 1u);
  ASSERT_EQ(received.rows.size(), 1u);
  EXPECT_EQ(received.rows[0].policy_domain, "example.net");
}

TEST(OverviewReceivedTest, IsBounded) {
  std::vector<TlsReport> reports;
  for (int i = 0; i < 1000; ++i) {
    const std::string name = std::to_string(i);
    reports.push_back(
        ReportOf(name, "1", {TallyOf({name, {}, name, {}}, 1, 1, {Detail(name, 1)})}));
  }
  const ReceivedOverview received = SumUpReceived(reports, "");
  EXPECT_EQ(received.reports, 1000u);
  EXPECT_EQ(received.rows.size(), kMostReceivedRows);
  EXPECT_EQ(received.more_rows, 1000 - kMostReceivedRows);
  EXPECT_EQ(received.totals.size(), kMostResultTypes);
  EXPECT_EQ(received.failures.size(), kMostResultTypes);
}

TEST(OverviewReceivedTest, FailuresHaveTheirMostFrequentPlace) {
  const std::vector<FailureDetail> sums = SumUpByType(
      {Detail("tlsa-invalid", 2, "mx1", "a"), Detail("validation-failure", 4, "mx9", "c"),
       Detail("tlsa-invalid", 1, "mx2", "b"), Detail("tlsa-invalid", 2, "mx2", "b")});
  ASSERT_EQ(sums.size(), 2u);
  EXPECT_EQ(sums[0], Detail("tlsa-invalid", 5, "mx2", "b"));
  EXPECT_EQ(sums[1], Detail("validation-failure", 4, "mx9", "c"));
}

TEST(OverviewTest, PolicyModeIsThatOfThePolicysText) {
  const auto mode = [](std::string type, std::vector<std::string> lines) {
    return std::string(PolicyMode({std::move(type), std::move(lines), "", {}}));
  };
  EXPECT_EQ(mode("sts", {"version: STSv1", "mode: testing"}), "testing");
  EXPECT_EQ(mode("sts", {"mode:enforce\r"}), "enforce");
  EXPECT_EQ(mode("sts", {"mode: none "}), "none");
  EXPECT_EQ(mode("sts", {"mode: <b>"}), "");
  EXPECT_EQ(mode("sts", {}), "") << "Microsoft leaves it out";
  EXPECT_EQ(mode("tlsa", {"mode: enforce"}), "");
}

TEST(OverviewTest, DaysAreGroupedWhereTheyAreTooMany) {
  LedgerFigures figures;
  figures.failures = {Detail("tlsa-invalid", 400)};
  for (int back = 0; back < 400; ++back) {
    figures.days.push_back({Back(back), 2, 1});
    figures.day_failures.push_back({Back(back), {Detail("tlsa-invalid", 1)}});
  }
  const Overview overview = MakeOverview(FrameOf(400), figures, {});
  for (const std::size_t most : {31u, 92u, 400u, 1u}) {
    const std::vector<OverviewDay> groups = GroupDays(overview.days, most);
    EXPECT_LE(groups.size(), most);
    EXPECT_EQ(groups.front().first, Back(399));
    EXPECT_EQ(groups.back().last, kLastDay);
    std::int64_t successes = 0, failures = 0, typed = 0;
    for (std::size_t i = 0; i < groups.size(); ++i) {
      successes += groups[i].successes;
      failures += groups[i].failures;
      typed += groups[i].by_type[0];
      if (i > 0) {
        EXPECT_EQ(groups[i].first, groups[i - 1].last + std::chrono::days(1));
      }
    }
    EXPECT_EQ(successes, 800) << most;
    EXPECT_EQ(failures, 400) << most;
    EXPECT_EQ(typed, 400) << most;
  }
  EXPECT_EQ(GroupDays(overview.days, 92).size(), 58u) << "weeks";
}

}  // namespace
}  // namespace tlswarden
