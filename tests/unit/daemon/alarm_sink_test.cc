#include "daemon/alarm_sink.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/unit/policy/build.h"

namespace tlswarden {
namespace {

class Kinds : public RecordSink {
 public:
  void Write(Record record) override {
    const std::lock_guard lock(mutex_);
    if (std::holds_alternative<VerdictGiven>(record)) kinds_ += "verdict ";
    if (std::holds_alternative<MapAnswered>(record)) kinds_ += "map ";
    if (std::holds_alternative<AlarmRaised>(record)) kinds_ += "begin ";
    if (std::holds_alternative<AlarmCleared>(record)) kinds_ += "end ";
    if (std::holds_alternative<Notice>(record)) kinds_ += "notice ";
  }
  bool WantsCachedMapAnswers() const override { return wants_cached; }
  std::string kinds() {
    const std::lock_guard lock(mutex_);
    return kinds_;
  }
  bool wants_cached = false;

 private:
  std::mutex mutex_;
  std::string kinds_;
};

Verdict Judged(const std::string& domain, bool fails) {
  Verdict verdict;
  verdict.policy_domain = Name(domain);
  if (!fails) return verdict;
  verdict.failure = Failure{ResultType::kValidationFailure, "no MX host matches", false};
  verdict.action = Action::kDefer;
  return verdict;
}

VerdictGiven Given(const std::string& domain, bool fails) {
  VerdictGiven record;
  record.recipient = "<a@" + domain + ">";
  record.verdict = Judged(domain, fails);
  record.action = record.verdict.action;
  return record;
}

class AlarmSinkTest : public testing::Test {
 protected:
  bool WaitFor(const std::string& kinds) {
    for (int i = 0; i < 500 && log.kinds() != kinds; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return log.kinds() == kinds;
  }

  Kinds log;
  std::atomic<std::int64_t> now{kNow.time_since_epoch().count()};
  std::vector<Alarm> mails;
  AlarmSink sink{log, [this] { return Time(std::chrono::seconds(now.load())); },
                 [this](const Alarm& alarm) { mails.push_back(alarm); },
                 std::chrono::milliseconds(1)};
};

TEST_F(AlarmSinkTest, RecordsPassAndAlarmsFollow) {
  sink.Write(Notice{Notice::Level::kInfo, "ready"});
  sink.Write(Given("b.test", false));
  sink.Write(Given("b.test", true));
  sink.Write(Given("b.test", true));
  EXPECT_EQ(log.kinds(), "notice verdict verdict begin verdict ");
  ASSERT_EQ(mails.size(), 1u);
  EXPECT_EQ(mails[0].domain, Name("b.test"));
  EXPECT_EQ(mails[0].recipient, "<a@b.test>");
}

TEST_F(AlarmSinkTest, TheAllClearComesByItself) {
  sink.Write(Given("b.test", true));
  sink.Write(Given("b.test", false));
  std::this_thread::sleep_for(std::chrono::milliseconds(30));
  EXPECT_EQ(log.kinds(), "verdict begin verdict ") << "not before it is calm";
  now += std::chrono::seconds(kAlarmCalm).count();
  EXPECT_TRUE(WaitFor("verdict begin verdict end ")) << log.kinds();
}

TEST_F(AlarmSinkTest, TheMapsAnswersCount) {
  MapAnswered answered;
  answered.verdict = Judged("b.test", true);
  sink.Write(answered);
  sink.Write(Given("b.test", true));
  EXPECT_EQ(log.kinds(), "map begin verdict ") << "one trouble for both doors";
  EXPECT_FALSE(sink.WantsCachedMapAnswers());
  log.wants_cached = true;
  EXPECT_TRUE(sink.WantsCachedMapAnswers());
}

TEST_F(AlarmSinkTest, WhatIsOnlyObservedIsAnAlarmWithoutMail) {
  VerdictGiven observed = Given("b.test", true);
  observed.verdict.observed = true;
  observed.action = Action::kAccept;
  sink.Write(observed);
  EXPECT_EQ(log.kinds(), "verdict begin ");
  EXPECT_TRUE(mails.empty());
}

TEST_F(AlarmSinkTest, ProbesMayTell) {
  Sighting sighting;
  sighting.domain = Name("b.test");
  sighting.failure = Failure{ResultType::kStarttlsNotSupported, "no STARTTLS", true};
  sink.Observe(sighting);
  sink.OnStarttlsSeen("mx.c.test");
  EXPECT_EQ(log.kinds(), "begin ");
}

TEST_F(AlarmSinkTest, ManyThreadsGiveOneAlarm) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([this] {
      for (int n = 0; n < 500; ++n) sink.Write(Given("b.test", n % 2 == 0));
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::string kinds = log.kinds();
  std::size_t begins = 0;
  for (auto at = kinds.find("begin"); at != std::string::npos; at = kinds.find("begin", at + 1)) {
    ++begins;
  }
  EXPECT_EQ(begins, 1u);
}

}  // namespace
}  // namespace tlswarden
