// For which domains a report is made, and whom their records let us send it to (RFC 8460 section
// 3).
#include "report/report_maker.h"

#include <gtest/gtest.h>

#include "tests/unit/report/sender_world.h"

namespace tlswarden {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

class ReportMakerTest : public SenderWorld {
 protected:
  // The targets of a.test's report, and of nobody else's.
  std::vector<std::string> TargetsFor(const std::string& rua) {
    Count("a.test", 1);
    Publish("a.test", rua);
    Send();
    std::vector<std::string> targets;
    for (const TryMade& made : tries) targets.push_back(made.to);
    return targets;
  }
};

TEST_F(ReportMakerTest, TheReportIsOfTheWholeDay) {
  Count("a.test", 5, 2);
  Publish("a.test", "mailto:r@a.test");
  TlsReport report;
  compose = [&report](const TlsReport& made) -> Result<std::string> {
    report = made;
    return std::string("x");
  };
  EXPECT_EQ(Send().sent, 1u);
  EXPECT_EQ(report.organization_name, "Example Org");
  EXPECT_EQ(report.contact_info, "tls@example.org");
  EXPECT_EQ(report.report_id, ReportId(kReported, "a.test", 7, "example.org"));
  EXPECT_EQ(ToString(report.begin), "2026-11-24T00:00:00Z") << "RFC 8460 section 4.4";
  EXPECT_EQ(ToString(report.end), "2026-11-24T23:59:59Z");
  EXPECT_EQ(report.policies, ledger[kReported]["a.test"]);
}

TEST_F(ReportMakerTest, NotBeforeItIsDue) {
  Count("a.test", 5);
  Publish("a.test", "mailto:r@a.test");
  const Time due = DueAt(kReported, "a.test", 7);
  now = Time(kReported) + hours(23);
  Send();
  now = due - seconds(1);
  Send();
  EXPECT_TRUE(tries.empty());
  EXPECT_TRUE(lookups.empty());
  now = due;
  EXPECT_EQ(Send().sent, 1u);
}

struct HostileRua {
  const char* what;
  std::string rua;
  std::vector<std::string> targets;
};

class HostileRecords : public ReportMakerTest, public testing::WithParamInterface<HostileRua> {};

TEST_P(HostileRecords, LeadNowhereElse) {
  EXPECT_EQ(TargetsFor(GetParam().rua), GetParam().targets) << GetParam().what;
}

std::string ManyAddresses(int count) {
  std::string rua;
  for (int i = 0; i < count; ++i) {
    rua += (i == 0 ? "" : ",") + ("mailto:r" + std::to_string(i)) + "@v.test";
  }
  return rua;
}

std::vector<std::string> FirstTen() {
  std::vector<std::string> targets;
  for (int i = 0; i < 10; ++i) targets.push_back("mailto:r" + std::to_string(i) + "@v.test");
  return targets;
}

INSTANTIATE_TEST_SUITE_P(
    Rows, HostileRecords,
    testing::Values(
        HostileRua{
            "two", "mailto:r@a.test,https://r.a.test/x", {"mailto:r@a.test", "https://r.a.test/x"}},
        HostileRua{"a line break", "mailto:r@a.test\nBcc: all@v.test", {}},
        HostileRua{"an encoded one", "mailto:r%0ABcc:all@v.test", {}},
        HostileRua{"CR LF in the host", "https://r.a.test%0d%0a/x", {}},
        HostileRua{"a subject", "mailto:r@a.test?subject=Win&bcc=all@v.test", {"mailto:r@a.test"}},
        HostileRua{"a file", "file:///etc/passwd", {}},
        HostileRua{"a file and mail", "file:///etc/passwd,mailto:r@a.test", {"mailto:r@a.test"}},
        HostileRua{"a shell",
                   "mailto:r@a.test%3breboot,mailto:%60reboot%60@a.test",
                   {"mailto:`reboot`@a.test"}},
        HostileRua{"an option", "mailto:-oQ/tmp@a.test", {"mailto:-oQ/tmp@a.test"}},
        HostileRua{"http", "http://r.a.test/x", {}},
        HostileRua{"an address as host", "https://127.0.0.1/x,https://[::1]/x", {}},
        HostileRua{"a user", "https://u:p@r.a.test/x", {}},
        HostileRua{"500 addresses", ManyAddresses(500), FirstTen()},
        HostileRua{"the same twice", "mailto:r@a.test,mailto:r@a.test", {"mailto:r@a.test"}}));

TEST_F(ReportMakerTest, AnAddressOf500Octets) {
  EXPECT_TRUE(TargetsFor("mailto:" + std::string(500, 'x') + "@a.test").empty());
}

// RFC 8460 section 3: not exactly one record is no record.
TEST_F(ReportMakerTest, NoRecordNoReportAndNoSecondQuestion) {
  Count("none.test", 1);
  Count("two.test", 1);
  Count("bad.test", 1);
  records["_smtp._tls.two.test"] = {"v=TLSRPTv1; rua=mailto:a@two.test",
                                    "v=TLSRPTv1; rua=mailto:b@two.test"};
  records["_smtp._tls.bad.test"] = {"v=TLSRPTv1; rua="};
  const SendCounts counts = SendUntil(kAllDue + hours(12));
  EXPECT_EQ(counts, SendCounts());
  EXPECT_TRUE(tries.empty());
  for (const char* domain : {"none.test", "two.test", "bad.test"}) {
    EXPECT_EQ(lookups["_smtp._tls." + std::string(domain)], 1) << domain;
  }
  EXPECT_TRUE(log.empty()) << "most domains want no reports";
}

TEST_F(ReportMakerTest, ARecordThatIsGoneWhenTheReportIsDue) {
  Count("a.test", 1);
  seen["a.test"] = "v=TLSRPTv1; rua=mailto:r@a.test";
  EXPECT_EQ(Send().sent, 0u);
  EXPECT_TRUE(tries.empty()) << "the domain has taken it back";
}

TEST_F(ReportMakerTest, TheRecordOfNowWins) {
  Count("a.test", 1);
  seen["a.test"] = "v=TLSRPTv1; rua=mailto:old@a.test";
  Publish("a.test", "mailto:new@a.test");
  Send();
  ASSERT_EQ(tries.size(), 1u);
  EXPECT_EQ(tries[0].to, "mailto:new@a.test");
}

TEST_F(ReportMakerTest, TheRecordOfThatDayWillDoWhereDnsHasNoAnswer) {
  Count("a.test", 1);
  seen["a.test"] = "v=TLSRPTv1; rua=mailto:old@a.test";
  unanswered.insert("_smtp._tls.a.test");
  EXPECT_EQ(Send().sent, 1u);
  EXPECT_EQ(tries[0].to, "mailto:old@a.test");
}

TEST_F(ReportMakerTest, ADnsWithoutAnswerIsAskedAgain) {
  Count("a.test", 1);
  Publish("a.test", "mailto:r@a.test");
  unanswered.insert("_smtp._tls.a.test");
  EXPECT_EQ(SendUntil(kAllDue + hours(3)), SendCounts());
  const int asked = lookups["_smtp._tls.a.test"];
  EXPECT_GE(asked, 4);
  EXPECT_LE(asked, 7) << "less and less often";
  EXPECT_NE(Log(Notice::Level::kInfo).find("no answer for TXT _smtp._tls.a.test: SERVFAIL"),
            std::string::npos);
  EXPECT_EQ(Log(Notice::Level::kWarning), "");
  unanswered.clear();
  EXPECT_EQ(SendUntil(now + hours(5)).sent, 1u);
}

TEST_F(ReportMakerTest, ADnsThatNeverAnswersIsGivenUp) {
  Count("a.test", 1);
  unanswered.insert("_smtp._tls.a.test");
  SendUntil(kAllDue + hours(60));
  const int asked = lookups["_smtp._tls.a.test"];
  EXPECT_LE(asked, 14);
  const std::string warning = Log(Notice::Level::kWarning);
  EXPECT_NE(warning.find("the report of 2026-11-24 for a.test is given up"), std::string::npos)
      << warning;
  EXPECT_EQ(std::count(warning.begin(), warning.end(), '\n'), 1);
}

TEST_F(ReportMakerTest, AReportThatCantBeMadeIsGivenUpOnce) {
  Count("a.test", 1);
  Count("b.test", 1);
  Publish("a.test", "mailto:r@a.test");
  Publish("b.test", "mailto:r@b.test");
  compose = [](const TlsReport& report) -> Result<std::string> {
    if (report.policies[0].policy.domain == "a.test") {
      return Error{std::string("larger than\n10 MB")};
    }
    return std::string("x");
  };
  EXPECT_EQ(SendUntil(kAllDue + hours(2)).sent, 1u);
  EXPECT_EQ(Log(Notice::Level::kWarning),
            "tlsrpt: the report of 2026-11-24 for a.test can't be made and is given up: larger "
            "than?10 MB\n");
}

TEST_F(ReportMakerTest, DaysThatTheDaemonWasDown) {
  Publish("a.test", "mailto:r@a.test");
  for (int back = 0; back < 12; ++back) Count("a.test", 1, 0, kReported - days(back));
  now = kAllDue - days(11);
  Open();  // the queue begins
  now = kAllDue;
  EXPECT_EQ(Send().sent, static_cast<std::size_t>(kMostDaysBack));
  EXPECT_EQ(Send().sent, 0u);
}

TEST_F(ReportMakerTest, ANewQueueSendsYesterdayAlone) {
  Publish("a.test", "mailto:r@a.test");
  for (int back = 0; back < 12; ++back) Count("a.test", 1, 0, kReported - days(back));
  EXPECT_EQ(Send().sent, 1u);
}

TEST_F(ReportMakerTest, PreviewChangesNothing) {
  Count("a.test", 5, 2);
  Count("b.test", 1);
  Count("c.test", 1);
  Publish("a.test", "mailto:r@a.test");
  unanswered.insert("_smtp._tls.c.test");
  const auto sender = Open();
  for (int round = 0; round < 2; ++round) {
    const Result<std::vector<ReportPreview>> previews = sender->Preview(100);
    ASSERT_TRUE(previews.ok());
    ASSERT_EQ(previews->size(), 3u);
    for (const ReportPreview& preview : *previews) {
      EXPECT_EQ(preview.day, kReported);
      EXPECT_EQ(preview.record.destinations.size(), preview.domain == "a.test" ? 1u : 0u);
      EXPECT_EQ(preview.record.later, preview.domain == "c.test");
      if (preview.domain != "a.test") continue;
      EXPECT_EQ(preview.successes, 5);
      EXPECT_EQ(preview.failures, 2);
    }
  }
  EXPECT_EQ(sender->Preview(1)->size(), 1u);
  EXPECT_TRUE(tries.empty());
  EXPECT_TRUE(log.empty());
  EXPECT_EQ(Send().sent, 1u);
  EXPECT_TRUE(sender->PreviewTargets(100)->empty());
}

}  // namespace
}  // namespace tlswarden
