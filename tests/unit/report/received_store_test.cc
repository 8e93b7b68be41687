#include "report/received_store.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/cache/build.h"

namespace tlswarden {
namespace {

using std::chrono::days;

const Day kDay = std::chrono::floor<days>(kNow);

ReceivedReport Report(const std::string& organization, const std::string& id, Day day = kDay,
                      const std::string& result_type = "certificate-expired") {
  ReceivedReport received;
  received.from_domain = "sender.example";
  received.report.organization_name = organization;
  received.report.report_id = id;
  received.report.begin = day;
  received.report.end = received.report.begin + std::chrono::seconds(86399);
  PolicyTally tally;
  tally.policy.type = "sts";
  tally.policy.domain = "corp.example";
  FailureDetail detail;
  detail.result_type = result_type;
  tally.details = {detail};
  received.report.policies = {tally};
  return received;
}

class ReceivedStoreTest : public testing::Test {
 protected:
  ReceivedStore Open(ReceivedLimits limits = {}) {
    Result<ReceivedStore> store = ReceivedStore::Open(path, sink, kNow, limits);
    EXPECT_TRUE(store.ok()) << store.error();
    return std::move(store).value();
  }
  // The ids, the latest first.
  static std::string Ids(ReceivedStore& store, Day from = Day(), Day to = kDay + days(10000)) {
    const Result<std::vector<ReceivedReport>> all = store.List(from, to, 1000000);
    if (!all) return all.error();
    std::string ids;
    for (const ReceivedReport& each : *all) ids += each.report.report_id + ' ';
    return ids;
  }

  TempDir dir;
  const std::string path = dir / "received.db";
  NoticeSink sink;
};

TEST_F(ReceivedStoreTest, KeepsEachReportOnce) {
  ReceivedStore store = Open();
  const ReceivedReport first = Report("Google Inc.", "1");
  EXPECT_FALSE(store.Add(first, kNow).value().is_duplicate);
  EXPECT_FALSE(store.Add(Report("Google Inc.", "2"), kNow).value().is_duplicate);
  EXPECT_FALSE(store.Add(Report("Microsoft", "1"), kNow).value().is_duplicate);
  const Storing again = store.Add(Report("Google Inc.", "1", kDay, "tlsa-invalid"), kNow).value();
  EXPECT_TRUE(again.is_duplicate);
  EXPECT_TRUE(again.new_failures.empty());
  EXPECT_EQ(Ids(store), "1 2 1 ");

  ReceivedStore later = Open();
  EXPECT_TRUE(later.Add(first, kNow).value().is_duplicate) << "also after a restart";
  EXPECT_EQ(later.List(kDay, kDay, 10).value()[2], first) << "as it was";
}

TEST_F(ReceivedStoreTest, AReportWithoutAnIdIsKnownByItsDayAndDomains) {
  ReceivedStore store = Open();
  EXPECT_FALSE(store.Add(Report("x", ""), kNow).value().is_duplicate);
  EXPECT_TRUE(store.Add(Report("x", ""), kNow).value().is_duplicate);
  EXPECT_FALSE(store.Add(Report("x", "", kDay + days(1)), kNow).value().is_duplicate);
  ReceivedReport other = Report("x", "");
  other.report.policies[0].policy.domain = "other.example";
  EXPECT_FALSE(store.Add(other, kNow).value().is_duplicate);
}

TEST_F(ReceivedStoreTest, ListsByDays) {
  ReceivedStore store = Open();
  for (int day = 0; day < 5; ++day) {
    ASSERT_TRUE(store.Add(Report("x", std::to_string(day), kDay + days(day)), kNow).ok());
  }
  EXPECT_EQ(Ids(store, kDay + days(1), kDay + days(3)), "3 2 1 ");
  EXPECT_EQ(store.List(kDay, kDay + days(9), 2).value().size(), 2u);
  Result<ReceivedStore> reader = ReceivedStore::OpenToRead(path);
  ASSERT_TRUE(reader.ok()) << reader.error();
  ReceivedStore reading = std::move(reader).value();
  EXPECT_EQ(Ids(reading), "4 3 2 1 0 ");
  EXPECT_FALSE(reading.Add(Report("x", "new"), kNow).ok());
}

TEST_F(ReceivedStoreTest, SaysWhichFailuresAreNew) {
  ReceivedStore store = Open();
  ReceivedReport report = Report("x", "1");
  FailureDetail other = report.report.policies[0].details[0], none = other;
  other.result_type = "tlsa-invalid";
  none.result_type = "dane-required";
  none.sessions = 0;
  report.report.policies[0].details = {other, other, report.report.policies[0].details[0], none};
  const std::vector<FailureKind> both = {{"corp.example", "certificate-expired", "x"},
                                         {"corp.example", "tlsa-invalid", "x"}};
  EXPECT_EQ(store.NewFailures(report.report).value(), both) << "asking stores nothing";
  EXPECT_EQ(store.Add(report, kNow).value().new_failures, both);
  EXPECT_TRUE(store.Add(Report("x", "2"), kNow).value().new_failures.empty());
  EXPECT_EQ(store.Add(Report("y", "2"), kNow).value().new_failures.size(), 1u);
  EXPECT_TRUE(Open().NewFailures(report.report).value().empty());
}

TEST_F(ReceivedStoreTest, ForgetsAfterTheDaysKept) {
  ReceivedStore store = Open();
  ASSERT_TRUE(store.Add(Report("x", "old"), kNow).ok());
  ASSERT_TRUE(store.Add(Report("x", "new"), kNow + days(400)).ok());
  EXPECT_EQ(Ids(store), "new old ");
  ASSERT_TRUE(store.Add(Report("x", "newest", kDay, "tlsa-invalid"), kNow + days(401)).ok());
  EXPECT_EQ(Ids(store), "newest new ");
  // A day that a stranger makes up doesn't keep a report.
  ASSERT_TRUE(store.Add(Report("x", "future", kDay + days(9000), "x"), kNow + days(401)).ok());
  EXPECT_EQ(Ids(store), "future newest new ");
  const Storing later = store.Add(Report("x", "later", kDay, "x"), kNow + days(802)).value();
  EXPECT_EQ(Ids(store), "later ");
  EXPECT_TRUE(later.new_failures.empty()) << "as old as it was kept, when it was asked";
  EXPECT_EQ(store.Add(Report("x", "last"), kNow + days(802)).value().new_failures.size(), 1u);
}

TEST_F(ReceivedStoreTest, IsBounded) {
  ReceivedLimits limits;
  limits.reports = 5;
  limits.kinds_of_failure = 3;
  ReceivedStore store = Open(limits);
  for (int i = 0; i < 9; ++i) {
    const std::string number = std::to_string(i);
    ASSERT_TRUE(
        store.Add(Report("x", number, kDay, "type-" + number), kNow + std::chrono::seconds(i))
            .ok());
  }
  EXPECT_EQ(Ids(store), "8 7 6 5 4 ");
  EXPECT_EQ(store.NewFailures(Report("x", "", kDay, "type-5").report).value().size(), 1u);
  EXPECT_EQ(store.NewFailures(Report("x", "", kDay, "type-6").report).value().size(), 0u);
}

TEST_F(ReceivedStoreTest, IsBoundedInOctets) {
  const auto large = [](const std::string& id) {
    ReceivedReport report = Report("x", id);
    report.report.contact_info = std::string(4000, 'c');
    return report;
  };
  ReceivedLimits limits;
  limits.octets = 10000;
  limits.octets_each = 6000;
  ReceivedStore store = Open(limits);
  for (const char* id : {"1", "2", "3", "4"}) ASSERT_TRUE(store.Add(large(id), kNow).ok());
  EXPECT_EQ(Ids(store), "4 3 ");
  ReceivedReport too_large = large("5");
  too_large.report.policies[0].policy.strings = {std::string(4000, 's')};
  const Result<Storing> refused = store.Add(too_large, kNow);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error(), "a report of more than 6000 octets isn't kept");
  EXPECT_EQ(Ids(store), "4 3 ");
}

TEST_F(ReceivedStoreTest, TextsOfStrangersAreOnlyTexts) {
  const std::string hostile("'); DROP TABLE received; --\0\r\n\xc3\xa4", 32);
  ReceivedStore store = Open();
  ReceivedReport report = Report(hostile, hostile, kDay, hostile);
  report.from_domain = hostile;
  EXPECT_EQ(store.Add(report, kNow).value().new_failures[0].result_type, hostile);
  EXPECT_TRUE(store.Add(report, kNow).value().is_duplicate);
  EXPECT_EQ(store.List(kDay, kDay, 10).value()[0], report);
}

TEST_F(ReceivedStoreTest, KnowsReportsToOurselvesByTheirId) {
  using Found = std::optional<SelfReport>;
  ReceivedStore store = Open();
  EXPECT_EQ(store.FindSelfReport("1", kNow).value(), Found());
  ASSERT_EQ(store.ExpectSelfReport("1", kNow), std::nullopt);
  EXPECT_EQ(store.FindSelfReport("1", kNow).value(), (SelfReport{kNow, {}, {}}));
  EXPECT_EQ(store.FindSelfReport("2", kNow).value(), Found());

  ReceivedStore reader = Open();  // another process's
  const Time later = kNow + std::chrono::seconds(7);
  const std::vector<DkimSignature> two = {{"corp.example", "s1"}, {"other.example", "2026"}};
  ASSERT_EQ(reader.SelfReportCame("1", two, later), std::nullopt);
  ASSERT_EQ(reader.SelfReportCame("2", two, later), std::nullopt);
  EXPECT_EQ(store.FindSelfReport("1", later).value(), (SelfReport{kNow, later, two}));
  EXPECT_EQ(store.FindSelfReport("2", later).value(), Found());
  ASSERT_EQ(reader.SelfReportCame("1", {}, later + days(1)), std::nullopt);
  EXPECT_EQ(store.FindSelfReport("1", later).value(), (SelfReport{kNow, later, two}))
      << "the first time counts";
  EXPECT_EQ(Ids(store), "") << "it is no report about us";
  EXPECT_EQ(store.FindSelfReport("1", kNow + days(1)).value()->sent, kNow);
  EXPECT_EQ(store.FindSelfReport("1", kNow + days(1) + std::chrono::seconds(1)).value(), Found());
}

TEST_F(ReceivedStoreTest, ReportsToOurselvesAreFew) {
  ReceivedLimits limits;
  limits.self_reports = 3;
  ReceivedStore store = Open(limits);
  const auto expected = [&](Time now) {
    std::string ids;
    for (const char* id : {"0", "1", "2", "3", "4", "5"}) {
      if (store.FindSelfReport(id, now).value()) ids += id;
    }
    return ids;
  };
  for (const char* id : {"0", "1", "2", "3", "4"}) {
    ASSERT_EQ(store.ExpectSelfReport(id, kNow), std::nullopt);
  }
  EXPECT_EQ(expected(kNow), "234");
  ASSERT_EQ(store.ExpectSelfReport("5", kNow + days(2)), std::nullopt);
  EXPECT_EQ(expected(kNow), "5") << "the old ones are gone from the file";
  ASSERT_EQ(store.ExpectSelfReport("0", kNow), std::nullopt);
  EXPECT_EQ(expected(kNow), "0") << "what a wrong clock wrote doesn't stay";
}

TEST_F(ReceivedStoreTest, ADamagedFileIsMovedAside) {
  std::ofstream(path) << std::string(10000, 'x');
  ReceivedStore store = Open();
  EXPECT_TRUE(store.Add(Report("x", "1"), kNow).ok());
  EXPECT_EQ(sink.notices().size(), 1u);
  EXPECT_FALSE(ReceivedStore::OpenToRead(dir / "missing.db").ok());
}

}  // namespace
}  // namespace tlswarden
