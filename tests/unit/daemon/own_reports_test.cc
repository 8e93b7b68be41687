// The sessions by which our own reports leave aren't reported (RFC 8460 section 5.5).
#include "daemon/mail_log_feed.h"
#include "tests/unit/daemon/feed_world.h"

namespace tlswarden {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

class OwnReports : public FeedWorld {
 protected:
  OwnReports() {
    resolver.Know(WithSts("a.test"));
    resolver.Know(WithSts("b.test"));
  }
  // What the milter logs when it lets one pass.
  std::string Passed(const std::string& recipient, const std::string& rule = "tls-reports") {
    return ToString(at) + " out tlswarden[9]: 4A5B6C7D8E: rcpt=<" + recipient +
           "> action=accept rule=" + rule + " cache=hit ms=0.02\n";
  }
};

TEST_F(OwnReports, AreNotCounted) {
  Start();
  files.Write(Passed("tls@A.test"));
  files.Write(Established(at, 2, "a.test") + Delivered(at, 2, "tls@a.test"));
  files.Write(Established(at, 3, "a.test") + Delivered(at, 3, "u@a.test"));
  files.Write(Established(at, 4, "b.test") + Delivered(at, 4, "tls@b.test"));
  Settle();
  EXPECT_EQ(Said(), "1 a.test success sts\n1 b.test success sts\n");
}

TEST_F(OwnReports, InJsonToo) {
  Start();
  files.Write(ToString(at) +
              " out tlswarden[9]: {\"queue-id\":\"4A5B6C7D8E\",\"rcpt\":\"<tls@a.test>\","
              "\"action\":\"accept\",\"rule\":\"tls-reports\"}\n");
  files.Write(Established(at, 2, "a.test") + Delivered(at, 2, "tls@a.test"));
  Settle();
  EXPECT_EQ(Said(), "");
}

// The session carried other people's mail as well.
TEST_F(OwnReports, InASessionWithOthersCount) {
  Start();
  files.Write(Passed("tls@a.test"));
  files.Write(Established(at, 2, "a.test") + Delivered(at, 2, "tls@a.test") +
              Delivered(at, 2, "u@a.test"));
  Settle();
  EXPECT_EQ(Said(), "1 a.test success sts\n");
}

TEST_F(OwnReports, OnlyOurOwnRuleSaysSo) {
  Start();
  files.Write(Passed("tls@a.test", "tls-reports-not") + Passed("tls@a.test", "default"));
  files.Write(ToString(at) +
              " out postfix/smtp[9]: 4A5B6C7D8E: rcpt=<tls@a.test> action=accept "
              "rule=tls-reports\n");
  files.Write(ToString(at) +
              " out tlswarden[9]: 4A5B6C7D8E: rcpt=<u@a.test> action=accept "
              "rule=default reply=\"rule=tls-reports\"\n");
  files.Write(Established(at, 2, "a.test") + Delivered(at, 2, "tls@a.test"));
  files.Write(Established(at, 3, "a.test") + Delivered(at, 3, "u@a.test"));
  Settle();
  EXPECT_EQ(Said(), "2 a.test success sts\n");
}

// No report is tried for longer than two days; then the address is one like others.
TEST_F(OwnReports, ForTwoDays) {
  at -= hours(60);
  Start();
  files.Write(Passed("tls@a.test"));
  at += hours(47);
  files.Write(Established(at, 2, "a.test") + Delivered(at, 2, "tls@a.test"));
  Settle();
  EXPECT_EQ(Said(), "");
  at += hours(2);
  files.Write(Established(at, 3, "a.test") + Delivered(at, 3, "tls@a.test"));
  Settle();
  EXPECT_EQ(Said(), "1 a.test success sts\n");
}

// Who can have mail sent to ten thousand addresses must not fill the memory.
TEST_F(OwnReports, SoManyAreKnownAndNoMore) {
  at -= hours(60);
  Start();
  std::string lines;
  for (int i = 0; i < 10'000; ++i) lines += Passed("t" + std::to_string(i) + "@b.test");
  files.Write(lines + Passed("late@a.test"));
  files.Write(Established(at, 2, "a.test") + Delivered(at, 2, "late@a.test"));
  files.Write(Established(at, 3, "b.test") + Delivered(at, 3, "t9999@b.test"));
  Settle();
  EXPECT_EQ(Said(), "1 a.test success sts\n");
  // The old ones make room.
  at += hours(49);
  files.Write(Passed("later@a.test"));
  files.Write(Established(at, 2, "a.test") + Delivered(at, 2, "later@a.test"));
  Settle();
  EXPECT_EQ(Said(), "1 a.test success sts\n");
}

}  // namespace
}  // namespace tlswarden
