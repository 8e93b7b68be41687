// What a MailLogFeed leaves behind when it ends, and how the next one goes on.
#include "daemon/mail_log_feed.h"
#include "report/log_position.h"
#include "report/state_keeper.h"
#include "tests/unit/daemon/feed_world.h"

namespace tlswarden {
namespace {

using std::chrono::seconds;

class MailLogRestart : public FeedWorld {
 protected:
  MailLogRestart() {
    for (const char* domain : {"a.test", "b.test", "c.test"}) resolver.Know(WithSts(domain));
  }
  LogPosition Saved() {
    const auto text = StateKeeper(state, {}).Load();
    if (!text.ok() || !*text) return {};
    return ParseLogPosition(**text).value_or(LogPosition());
  }
};

TEST_F(MailLogRestart, TheFirstTimeItBeginsAtTheEnd) {
  files.Write(SessionLines(at, 2, "a.test"));
  Start();
  files.Write(SessionLines(at, 3, "b.test"));
  Settle();
  EXPECT_EQ(Said(), "1 b.test success sts\n");
}

TEST_F(MailLogRestart, NothingTwiceAndNothingLost) {
  for (int run = 1; run <= 3; ++run) {
    // The first has no position to go on from.
    if (run > 1) files.Write(SessionLines(at, 10 + run, "a.test"));
    Start();
    files.Write(SessionLines(at, 20 + run, "b.test"));
    Settle();
    Stop();
    EXPECT_EQ(Saved().path, files.log);
    EXPECT_EQ(Saved().offset, std::filesystem::file_size(files.log));
  }
  EXPECT_EQ(Said(), "2 a.test success sts\n3 b.test success sts\n");
}

TEST_F(MailLogRestart, ThroughARotationMeanwhile) {
  Start();
  files.Write(SessionLines(at, 2, "a.test"));
  Settle();
  Stop();
  files.Write(SessionLines(at, 3, "b.test"));
  files.Rotate();
  files.Write(SessionLines(at, 4, "c.test"));
  Start();
  Settle();
  EXPECT_EQ(Said(), "1 a.test success sts\n1 b.test success sts\n1 c.test success sts\n");
}

// While more recipients may come, a session is open. The last position lies behind its lines.
TEST_F(MailLogRestart, WhatIsOpenIsHandedOnBeforeTheLastPositionIsSaved) {
  at = WallClock() + std::chrono::hours(1);  // so that nothing but the end closes it
  std::vector<std::pair<std::size_t, std::uint64_t>> kept_before;
  at_keep = [&] { kept_before.emplace_back(events.size(), Saved().offset); };
  Start();
  files.Write(Established(at, 2, "a.test") + Delivered(at, 2, "u@a.test") +
              Delivered(at, 2, "v@a.test") + Established(at, 1, "b.test"));
  KnowElsewhere("read.test");
  files.Write(SmtpLine(at, 1, "4A5B6C: Server certificate not verified"));
  files.Write(Delivered(at, 1, "u@read.test"));  // mx.b.test was given up: a session at once
  EXPECT_TRUE(bell.WaitFor([this] { return resolver.WasAsked("read.test"); }));
  EXPECT_EQ(Said(), "");
  Stop();
  EXPECT_EQ(Said(), "1 a.test success sts\n");
  ASSERT_GE(kept_before.size(), 2u);
  const auto [events_before, offset] = kept_before[kept_before.size() - 2];
  EXPECT_EQ(events_before, 1u);
  EXPECT_LT(offset, std::filesystem::file_size(files.log));
  EXPECT_EQ(Saved().offset, std::filesystem::file_size(files.log));
}

// A kill: what isn't in the ledger by then is read again.
TEST_F(MailLogRestart, WhatIsOpenComesAgainAfterAKill) {
  Start();
  files.Write(SessionLines(at, 2, "a.test"));
  Settle();
  std::this_thread::sleep_for(std::chrono::milliseconds(1200));  // a position is saved each second
  std::filesystem::copy_file(state, files.dir / "as-killed");
  Stop();
  events.clear();  // they weren't on the disk
  std::filesystem::rename(files.dir / "as-killed", state);
  Start();
  WaitForEvents(1);
  EXPECT_EQ(Said(), "1 a.test success sts\n");
}

TEST_F(MailLogRestart, AStateThatIsNoneIsComplainedOf) {
  std::ofstream(state) << "path=/var/log/mail.log\noffset=many\n";
  files.Write(SessionLines(at, 2, "a.test"));
  Start();
  files.Write(SessionLines(at, 3, "b.test"));
  Settle();
  EXPECT_EQ(Said(), "1 b.test success sts\n");
  EXPECT_EQ(Complaints().size(), 1u);
}

TEST_F(MailLogRestart, WhatCantBeFollowedIsAnError) {
  for (const std::string& log : {files.dir / "..", state + "/none/mail.log"}) {
    std::ofstream(state) << "";
    const auto opened = MailLogFeed::Open({log, state + ".other"}, Doors());
    if (log.ends_with("..")) {
      ASSERT_FALSE(opened.ok());
      EXPECT_NE(opened.error().find(log), std::string::npos) << opened.error();
    } else {
      EXPECT_TRUE(opened.ok()) << "a log that isn't there is waited for: " << opened.error();
    }
  }
}

// The TLS line of a delivery that was under way at the start is before what is read: that it isn't
// seen doesn't mean that the mail went in the clear.
TEST_F(MailLogRestart, ADeliveryThatWasUnderWayAtTheStartIsNotInTheClear) {
  files.Write(Established(at, 2, "a.test"));
  Start();
  files.Write(SessionLines(at, 3, "b.test"));  // this MTA logs TLS
  files.Write(Delivered(at, 2, "u@a.test"));
  Settle();
  EXPECT_EQ(Said(), "1 b.test success sts\n");
}

}  // namespace
}  // namespace tlswarden
