// Reports of a real ledger, through a real queue, to targets that do as they are told.
#include "daemon/report_doors.h"

#include <filesystem>
#include <set>

#include "daemon/wiring.h"
#include "report/report_reader.h"
#include "tests/unit/daemon/sending_world.h"

namespace tlswarden {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

class ReportDoors : public SendingWorld {};

TEST_F(ReportDoors, ADayThatIsntOverIsntSent) {
  Count("a.test", 3, 1);
  Publish("a.test", "mailto:tls@a.test");
  now = kNextDay - seconds(1);
  EXPECT_EQ(Send(), SendCounts());
  now = kNextDay;
  EXPECT_EQ(Send(), (SendCounts{1, 0, 0}));
  ASSERT_EQ(mails.size(), 1u);
  EXPECT_EQ(mails[0].recipients, std::vector<std::string>{"tls@a.test"});
}

// In the daemon: ten minutes after the day's end, and within [tlsrpt] spread of that.
TEST_F(ReportDoors, EachReportHasItsOwnTime) {
  std::set<Time> times;
  for (int i = 0; i < 20; ++i) {
    Count("d" + std::to_string(i) + ".test", 1);
    Publish("d" + std::to_string(i) + ".test", "mailto:tls@a.test");
  }
  settings.tlsrpt.spread = hours(2);
  const auto sender = Open(false);
  for (; now <= kNextDay + minutes(131); now += minutes(1)) {
    for (std::size_t i = Due(*sender).sent; i > 0; --i) times.insert(now);
  }
  EXPECT_EQ(mails.size(), 20u);
  EXPECT_GE(*times.begin(), kNextDay + minutes(10));
  EXPECT_GT(times.size(), 10u) << "they are spread";
}

TEST_F(ReportDoors, OnceAlsoAfterARestart) {
  Count("a.test", 3, 1);
  Publish("a.test", "mailto:tls@a.test");
  const auto sender = Open();
  EXPECT_EQ(Due(*sender), (SendCounts{1, 0, 0}));
  EXPECT_EQ(Due(*sender), SendCounts());
  EXPECT_EQ(Send(), SendCounts());
  for (int hour = 0; hour < 50; ++hour, now += hours(1)) EXPECT_EQ(Send(), SendCounts()) << hour;
  EXPECT_EQ(mails.size(), 1u);
}

TEST_F(ReportDoors, OnlyToWhoAsksForIt) {
  Count("a.test", 1);
  Count("b.test", 1);
  Count("c.test", 1);
  records["_smtp._tls.b.test"] = "v=TLSRPTv2; rua=mailto:tls@b.test";
  Publish("c.test", "mailto:tls@c.test");
  EXPECT_EQ(Send(), (SendCounts{1, 0, 0}));
  ASSERT_EQ(mails.size(), 1u);
  EXPECT_EQ(mails[0].recipients, std::vector<std::string>{"tls@c.test"});
}

TEST_F(ReportDoors, EachTargetGetsTheVerySameReport) {
  Count("a.test", 3, 1);
  Publish("a.test", "mailto:tls@a.test,https://r.a.test/v1,mailto:other@b.test");
  EXPECT_EQ(Send(), (SendCounts{3, 0, 0}));
  ASSERT_EQ(mails.size(), 2u);
  ASSERT_EQ(posts.size(), 1u);
  EXPECT_EQ(posts[0].first, "https://r.a.test/v1");
  EXPECT_EQ(Said(posts[0].second), "a.test 3/1");
  for (const SmtpMail& mail : mails) {
    const auto read = ReadReports(mail.text);
    ASSERT_TRUE(read.ok()) << read.error();
    ASSERT_EQ(read->size(), 1u);
    EXPECT_EQ((*read)[0].report, *ParseReport(*Gunzip(posts[0].second, 1 << 20)));
  }
}

TEST_F(ReportDoors, TheSettingsStandInTheReport) {
  settings.tlsrpt.sender = "noreply@corp.test";
  Count("a.test", 3, 1);
  Publish("a.test", "mailto:tls@a.test,https://r.a.test/v1");
  Send();
  ASSERT_EQ(mails.size(), 1u);
  ASSERT_EQ(posts.size(), 1u);
  const Result<TlsReport> report = ParseReport(*Gunzip(posts[0].second, 1 << 20));
  ASSERT_TRUE(report.ok()) << report.error();
  EXPECT_EQ(report->organization_name, "Corp Inc.");
  EXPECT_EQ(report->contact_info, "tls@corp.test");
  EXPECT_EQ(report->begin, Time(kReported));
  EXPECT_EQ(report->end, kNextDay - seconds(1));
  ASSERT_EQ(report->policies.size(), 1u);
  EXPECT_EQ(report->policies[0].details[0].result_type, "certificate-expired");
  EXPECT_EQ(mails[0].sender, "noreply@corp.test");
  for (const std::string& field :
       {std::string("From: <noreply@corp.test>"), std::string("To: <tls@a.test>"),
        std::string("TLS-Report-Domain: a.test"), std::string("TLS-Report-Submitter: corp.test"),
        std::string("TLS-Required: No"), '@' + HostName() + '>',
        std::string("Date: Wed, 25 Nov 2026 00:00:00 +0000")}) {
    EXPECT_NE(mails[0].text.find(field), std::string::npos) << field << "\n" << mails[0].text;
  }
}

// Whoever has two machines behind one contact doesn't send two reports at one moment.
TEST_F(ReportDoors, TheSeedIsTheInstallations) {
  const std::uint64_t seed = ReportSeed(settings);
  EXPECT_EQ(ReportSeed(settings), seed);
  settings.tlsrpt.contact_info = "other@corp.test";
  EXPECT_NE(ReportSeed(settings), seed);
}

TEST_F(ReportDoors, WhatFailsIsTriedAgainFor24Hours) {
  Count("a.test", 1);
  Publish("a.test", "mailto:tls@a.test,https://r.a.test/v1");
  smtp = [](const SmtpMail&) {
    return SmtpOutcome{SmtpOutcome::Status::kTemporary, "450 busy", {"tls@a.test: 450 busy"}};
  };
  EXPECT_EQ(Send(), (SendCounts{1, 1, 0}));
  EXPECT_EQ(Send(), SendCounts()) << "not at once";
  SendCounts sum;
  Time last = now;
  for (; now <= kNextDay + hours(40); now += minutes(20)) {
    const std::size_t before = mails.size();
    const SendCounts counts = Send();
    sum.failed += counts.failed;
    sum.given_up += counts.given_up;
    if (mails.size() != before) last = now;
  }
  EXPECT_EQ(sum.given_up, 1u);
  EXPECT_GE(sum.failed, 7u);
  EXPECT_GE(last, kNextDay + hours(23));
  EXPECT_LE(last, kNextDay + hours(30));
  EXPECT_EQ(posts.size(), 1u) << "who has taken it isn't bothered again";
  ASSERT_FALSE(log.notices().empty());
  EXPECT_NE(log.notices().back().text.find("given up"), std::string::npos);
}

TEST_F(ReportDoors, DnsThatIsDownPutsItOff) {
  Count("a.test", 1);
  Publish("a.test", "mailto:tls@a.test");
  dns_is_down = true;
  EXPECT_EQ(Send(), (SendCounts{0, 0, 0, 1}));
  EXPECT_EQ(Send(), SendCounts()) << "not at once again";
  dns_is_down = false;
  now += minutes(15);
  EXPECT_EQ(Send(), (SendCounts{1, 0, 0}));
}

TEST_F(ReportDoors, AClockThatJumpsBackSendsNothingTwice) {
  Count("a.test", 1, 0, kReported - days(1));
  Count("b.test", 1);
  Publish("a.test", "mailto:tls@a.test");
  Publish("b.test", "mailto:tls@b.test");
  now = kNextDay - days(1);
  const auto sender = Open();
  EXPECT_EQ(Due(*sender).sent, 1u);
  now = kNextDay + hours(5);
  EXPECT_EQ(Due(*sender).sent, 1u);
  for (const Time jumped : {kNextDay - days(300), kNextDay, kNextDay - hours(2), kNextDay + days(3),
                            kNextDay + hours(6)}) {
    now = jumped;
    EXPECT_EQ(Due(*sender), SendCounts()) << ToString(jumped);
    EXPECT_EQ(Send(), SendCounts()) << ToString(jumped);
  }
  EXPECT_EQ(mails.size(), 2u);
}

TEST_F(ReportDoors, ALedgerMayComeLater) {
  Publish("a.test", "mailto:tls@a.test");
  const auto sender = Open();
  EXPECT_EQ(Due(*sender), SendCounts());
  Count("a.test", 1);
  now += minutes(11);  // so often it looks again
  EXPECT_EQ(Due(*sender), (SendCounts{1, 0, 0}));
}

TEST_F(ReportDoors, ALedgerThatCantBeReadIsAnError) {
  std::filesystem::create_directory(settings.tlsrpt.ledger);
  const Result<SendCounts> counts = Open()->SendDue();
  ASSERT_FALSE(counts.ok());
  EXPECT_NE(counts.error().find(settings.tlsrpt.ledger), std::string::npos) << counts.error();
}

// A damaged ledger is moved aside, and a new one begun, while the sender runs.
TEST_F(ReportDoors, ALedgerThatIsBegunAnewIsLookedInto) {
  Publish("a.test", "mailto:tls@a.test");
  Publish("b.test", "mailto:tls@b.test");
  Count("a.test", 1);
  const auto sender = Open();
  EXPECT_EQ(Due(*sender).sent, 1u);
  std::filesystem::rename(settings.tlsrpt.ledger, settings.tlsrpt.ledger + ".corrupt-1");
  Count("b.test", 1);
  now += minutes(11);
  EXPECT_EQ(Due(*sender), (SendCounts{1, 0, 0}));
}

TEST_F(ReportDoors, PreviewChangesNothing) {
  Count("a.test", 3, 1);
  Publish("a.test", "mailto:tls@a.test");
  const auto previews = Open()->Preview(10);
  ASSERT_TRUE(previews.ok()) << previews.error();
  ASSERT_EQ(previews->size(), 1u);
  EXPECT_EQ((*previews)[0].domain, "a.test");
  EXPECT_EQ((*previews)[0].successes, 3);
  EXPECT_EQ((*previews)[0].failures, 1);
  EXPECT_TRUE(mails.empty());
  EXPECT_EQ(Send(), (SendCounts{1, 0, 0}));
}

}  // namespace
}  // namespace tlswarden
