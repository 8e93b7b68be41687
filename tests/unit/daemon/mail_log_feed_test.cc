#include "daemon/mail_log_feed.h"

#include "tests/unit/daemon/feed_world.h"

namespace tlswarden {
namespace {

using std::chrono::seconds;

// A captured log as if it had begun at `at`. Its classic stamps have no year, so what they mean
// would depend on the day of the test.
std::string Captured(const std::string& name, Time at) {
  std::istringstream lines(LogFile(name));
  std::string text;
  std::optional<int> first;
  for (std::string line; std::getline(lines, line);) {
    int hours = 0, minutes = 0, secs = 0;
    if (std::sscanf(line.c_str(), "Nov 24 %d:%d:%d ", &hours, &minutes, &secs) == 3) {
      const int of_day = hours * 3600 + minutes * 60 + secs;
      if (!first) first = of_day;
      line.replace(0, 15, ToString(at + seconds(of_day - *first)));
    }
    text += line + '\n';
  }
  return text;
}

class MailLogFeedTest : public FeedWorld {
 protected:
  // With it the lack of a TLS line means something: the log is followed for a while.
  std::string Before() const { return SmtpLine(at - seconds(60), 1, "warning: x"); }

  // What the domains of the captured logs publish.
  void KnowTheLab() {
    for (const char* domain : {"dane.test", "danebad.test"}) resolver.Know(WithDane(domain));
    for (const char* domain : {"sts.test", "stsbad.test", "expired.test"}) {
      resolver.Know(WithSts(domain));
    }
    resolver.Know(WithSts("ststest.test", "testing"));
    for (const char* domain : {"plain.test", "self.test", "insecure.test", "bogus.test",
                               "refuse454.test", "may454.test", "closes.test", "garbage.test"}) {
      resolver.Know(NoPolicy(domain));
    }
  }
};

TEST_F(MailLogFeedTest, APostfixLogBecomesEvents) {
  KnowTheLab();
  Start();
  files.Write(Before());
  files.Write(Captured("postfix37-maillog.txt", at));
  at += seconds(300);
  Settle();
  EXPECT_EQ(Said(),
            "3 dane.test success tlsa\n"
            "2 danebad.test failure tlsa certificate-not-trusted\n"
            "2 expired.test failure sts certificate-expired\n"
            "1 insecure.test failure no-policy-found validation-failure\n"
            "1 insecure.test success no-policy-found\n"
            "2 plain.test failure no-policy-found starttls-not-supported\n"
            "1 plain.test uncounted no-policy-found\n"
            "2 self.test failure no-policy-found validation-failure\n"
            "1 self.test success no-policy-found\n"
            "4 sts.test success sts\n"
            "2 stsbad.test failure sts certificate-host-mismatch\n"
            "1 ststest.test success no-policy-found\n");
  EXPECT_EQ(Complaints(), std::vector<std::string>());
}

TEST_F(MailLogFeedTest, ASendmailLogBecomesEvents) {
  KnowTheLab();
  Start();
  files.Write(Captured("sendmail-maillog.txt", at));
  at += seconds(300);
  Settle();
  EXPECT_EQ(Said(),
            "2 dane.test success no-policy-found\n"
            "1 expired.test success no-policy-found\n"
            "1 plain.test failure no-policy-found starttls-not-supported\n"
            "1 self.test success no-policy-found\n"
            "2 sts.test success sts\n"
            "1 stsbad.test failure sts certificate-host-mismatch\n");
}

TEST_F(MailLogFeedTest, AnEventSaysWhenAndWhere) {
  resolver.Know(WithSts("sts.test"));
  Start();
  const Time begun = at;
  files.Write(SessionLines(at, 2, "sts.test"));
  Settle();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].at, begun);
  EXPECT_EQ(events[0].source, EventSource::kMailLog);
  EXPECT_EQ(events[0].reached, TlsReached::kAuthenticated);
  EXPECT_EQ(events[0].policy.mx_hosts, std::vector<std::string>{"mx.sts.test"});
}

// Classic syslog has local time without a year.
TEST_F(MailLogFeedTest, ClassicStampsAreLocalTime) {
  ASSERT_EQ(setenv("TZ", "XXX-05:30", 1), 0);
  tzset();
  resolver.Know(WithSts("sts.test"));
  Start();
  at = WallClock() - seconds(60);
  const Time begun = at;
  const Time local = begun + std::chrono::minutes(330);
  std::string lines = SessionLines(local, 2, "sts.test");
  const std::time_t seconds_of = Seconds(local);
  char stamp[32];
  std::tm utc{};
  std::strftime(stamp, sizeof stamp, "%b %e %H:%M:%S", gmtime_r(&seconds_of, &utc));
  const std::string iso = ToString(local);
  for (std::size_t found = 0; (found = lines.find(iso)) != std::string::npos;) {
    lines.replace(found, iso.size(), stamp);
  }
  files.Write(lines);
  Settle();
  Stop();
  unsetenv("TZ");
  tzset();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(ToString(events[0].at), ToString(begun));
}

TEST_F(MailLogFeedTest, ASessionWaitsForWhatItsDomainPublishes) {
  resolver.Know(NoPolicy("known.test"));
  Start();
  files.Write(SessionLines(at, 2, "slow.test") + SessionLines(at, 3, "known.test"));
  Settle();
  EXPECT_EQ(Said(), "1 known.test success no-policy-found\n") << "a slow domain holds up no other";
  EXPECT_EQ(resolver.waiting(), 1u);
  resolver.Finish("slow.test", std::make_shared<const Evidence>(WithSts("slow.test")));
  EXPECT_EQ(Said(), "1 known.test success no-policy-found\n1 slow.test success sts\n");
}

TEST_F(MailLogFeedTest, WhereDnsDoesntAnswerIsComplainedOfOnce) {
  Start();
  files.Write(SessionLines(at, 2, "a.test") + SessionLines(at, 3, "b.test"));
  Settle();
  resolver.Finish("a.test", nullptr);
  resolver.Finish("b.test", nullptr);
  EXPECT_EQ(Said(), "");
  ASSERT_EQ(Complaints().size(), 1u);
  EXPECT_NE(Complaints()[0].find("can't be counted"), std::string::npos) << Complaints()[0];
}

// An answer that comes when the feed is gone: the engine stops after it.
TEST_F(MailLogFeedTest, AnAnswerAfterTheEndIsStillCounted) {
  Start();
  files.Write(SessionLines(at, 2, "slow.test"));
  Settle();
  Stop();
  resolver.Finish("slow.test", std::make_shared<const Evidence>(NoPolicy("slow.test")));
  EXPECT_EQ(Said(), "1 slow.test success no-policy-found\n");
}

TEST_F(MailLogFeedTest, SoManyQuestionsAndNoMore) {
  constexpr int kMost = 1000;
  Start();
  std::string lines;
  for (int i = 0; i < kMost + 3; ++i) {
    lines += SessionLines(at, 100 + i, "d" + std::to_string(i) + ".test");
  }
  files.Write(lines);
  Settle();
  EXPECT_EQ(resolver.waiting(), std::size_t{kMost});
  EXPECT_EQ(Complaints().size(), 1u);
  // There is room again for as many as are answered.
  resolver.Finish("d0.test", nullptr);
  files.Write(SessionLines(at, 2, "late.test"));
  Settle();
  EXPECT_EQ(resolver.waiting(), std::size_t{kMost});
  resolver.Finish("late.test", std::make_shared<const Evidence>(NoPolicy("late.test")));
  EXPECT_EQ(Said(), "1 late.test success no-policy-found\n");
}

TEST_F(MailLogFeedTest, LinesThatArentUnderstoodDoNoHarm) {
  resolver.Know(WithSts("sts.test"));
  Start();
  files.Write("\n# a comment\nno stamp: postfix/smtp[2]: x\n" + std::string(20000, 'x') + "\n");
  files.Write(Established(at, 2, "sts.test"));
  files.Write(SmtpLine(at, 2, "4A5B6C7D8E: to=<u@sts.test>, relay=") + std::string("\xff\0\n", 3));
  files.Write(ToString(at) + " out postfix/qmgr[2]: 4A5B6C7D8E: to=<x@sts.test>, relay=mx\n");
  files.Write(Delivered(at, 2, "u@sts.test"));
  Settle();
  EXPECT_EQ(Said(), "1 sts.test success sts\n");
}

// A name that can't be one is nobody's report.
TEST_F(MailLogFeedTest, ADomainThatIsNoneIsntAskedAbout) {
  Start();
  files.Write(Established(at, 2, "a.test") + Delivered(at, 2, "u@[192.0.2.1]"));
  files.Write(Established(at, 3, "a.test") + Delivered(at, 3, "u@" + std::string(300, 'a')));
  Settle();
  EXPECT_EQ(resolver.waiting(), 0u);
  EXPECT_EQ(Said(), "");
}

TEST_F(MailLogFeedTest, WhatDatagramsTellOfIsntCountedOnceMore) {
  resolver.Know(WithSts("told.test"));
  resolver.Know(WithSts("other.test"));
  told = {"told.test"};
  Start();
  files.Write(SessionLines(at, 2, "told.test") + SessionLines(at, 3, "other.test"));
  files.Write(SmtpLine(at, 4,
                       "4A5B6C7D8E: to=<u@told.test>, relay=mx.told.test[192.0.2.1]:25, delay=0.1, "
                       "delays=0/0/0/0, dsn=4.7.4, status=deferred (TLS is required, but was not "
                       "offered by host mx.told.test[192.0.2.1])"));
  Settle();
  EXPECT_EQ(Said(), "1 other.test success sts\n2 told.test uncounted sts\n");
}

// Sendmail sends no datagrams, so its log counts whatever a Postfix beside it does.
TEST_F(MailLogFeedTest, SendmailsLogCountsWhoeverElseTells) {
  KnowTheLab();
  told = {"sts.test"};
  Start();
  files.Write(Captured("sendmail-maillog.txt", at));
  at += seconds(300);
  Settle();
  EXPECT_NE(Said().find("2 sts.test success sts\n"), std::string::npos) << Said();
}

// By the tag of the transport, the session was under an order of its own.
TEST_F(MailLogFeedTest, ATagSaysWhatWasDemanded) {
  resolver.Know(WithSts("sts.test"));
  Start();
  std::string tagged = Delivered(at, 3, "u@sts.test");
  tagged.replace(tagged.find("postfix/smtp"), 12, "postfix/tlswarden-none/smtp");
  files.Write(Before() + SessionLines(at, 2, "sts.test") + tagged + Delivered(at, 4, "u@sts.test"));
  Settle();
  EXPECT_EQ(Said(),
            "1 sts.test failure sts starttls-not-supported\n"
            "1 sts.test success sts\n"
            "1 sts.test uncounted no-policy-found\n");
}

}  // namespace
}  // namespace tlswarden
