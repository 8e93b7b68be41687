// When reports are due, tried again and given up (RFC 8460 sections 4.4 and 5.5).
#include "report/schedule.h"

#include <gtest/gtest.h>

#include <set>

namespace tlswarden {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Day kDay{std::chrono::year(2026) / 11 / 24};
constexpr SendTimes kTimes;

TEST(Schedule, ADayIsDueAfterItsEndAndWithinTheSpread) {
  const Time begin = Time(kDay + days(1)) + kTimes.rest;
  Time earliest = begin + days(1), latest{};
  std::set<Time> moments;
  for (int i = 0; i < 2000; ++i) {
    const Time due = DueAt(kDay, "d" + std::to_string(i) + ".test", 7);
    earliest = std::min(earliest, due);
    latest = std::max(latest, due);
    moments.insert(due);
  }
  EXPECT_GE(earliest, begin);
  EXPECT_LE(latest, begin + hours(4)) << "RFC 8460 section 4.4";
  EXPECT_LT(earliest, begin + minutes(2)) << "the whole spread is used";
  EXPECT_GT(latest, begin + hours(4) - minutes(2));
  EXPECT_GT(moments.size(), 1700u) << "not all at once";
}

TEST(Schedule, TheMomentStaysTheSameButDiffersByDayDomainAndInstallation) {
  EXPECT_EQ(DueAt(kDay, "a.test", 7), DueAt(kDay, "a.test", 7));
  const seconds a = DueAt(kDay, "a.test", 7) - Time(kDay);
  EXPECT_NE(a, DueAt(kDay, "b.test", 7) - Time(kDay));
  EXPECT_NE(a, DueAt(kDay, "a.test", 8) - Time(kDay));
  EXPECT_NE(a, DueAt(kDay + days(1), "a.test", 7) - Time(kDay + days(1)));
  // Another build, compiler or release must not move it either.
  EXPECT_EQ(ToString(DueAt(kDay, "example.com", 1)), "2026-11-25T01:51:45Z");
}

TEST(Schedule, NoSpread) {
  SendTimes at_once;
  at_once.spread = seconds(0);
  EXPECT_EQ(DueAt(kDay, "a.test", 7, at_once), Time(kDay + days(1)) + at_once.rest);
}

std::string Days(Day since, Time now) {
  std::string text;
  for (const Day day : DaysToReport(since, now)) {
    text += (text.empty() ? "" : " ") + ToString(Time(day)).substr(5, 5);
  }
  return text;
}

TEST(Schedule, DaysToReport) {
  const Time now = Time(kDay) + hours(9);
  EXPECT_EQ(Days(kDay - days(1), now), "11-23") << "the first day of the queue";
  EXPECT_EQ(Days(kDay - days(3), now), "11-23 11-22 11-21");
  EXPECT_EQ(Days(Day(), now), "11-23 11-22 11-21 11-20 11-19 11-18 11-17") << "not for ever";
  EXPECT_EQ(Days(kDay + days(900), now), "11-23") << "begun by a clock that was ahead";
  EXPECT_EQ(Days(kDay - days(1), Time(kDay) - seconds(1)), "11-22") << "23 isn't over";
}

TEST(Schedule, BackOffDoublesUpToTheLongestStep) {
  const int minutes_of_steps[] = {5, 10, 20, 40, 80, 160, 240, 240, 240, 240};
  Time now = Time(kDay);
  Attempts attempts;
  for (const int step : minutes_of_steps) {
    attempts = Begin(attempts, now, 99);
    const seconds wait = attempts.next - now;
    EXPECT_GE(wait, minutes(step));
    EXPECT_LE(wait, minutes(step) * 5 / 4);
    EXPECT_LE(wait, LongestWait());
    EXPECT_EQ(attempts.first, Time(kDay));
    EXPECT_FALSE(IsDue(attempts, attempts.next - seconds(1)));
    EXPECT_TRUE(IsDue(attempts, attempts.next));
    now = attempts.next;
  }
  EXPECT_EQ(attempts.tries, 10);
  Attempts many{1'000'000, Time(kDay), Time(kDay)};
  EXPECT_LE(Begin(many, now, 1).next - now, LongestWait()) << "no overflow";
}

TEST(Schedule, TargetsDontComeAtTheSameMoment) {
  std::set<Time> moments;
  for (std::uint64_t i = 0; i < 60; ++i) {
    moments.insert(Begin({}, Time(kDay), Spread(i, "mailto:tls@a.test")).next);
  }
  EXPECT_GT(moments.size(), 30u);
}

// RFC 8460 section 5.5: tried for 24 hours, not for less and not for much more.
TEST(Schedule, GivesUpADayAfterTheFirstTry) {
  Time now = Time(kDay);
  Attempts attempts;
  do {
    attempts = Begin(attempts, now, 5);
    if (IsHopeless(attempts, now)) break;
    now = attempts.next;
  } while (attempts.tries < 100);
  EXPECT_GE(now - attempts.first, hours(24));
  EXPECT_LE(now - attempts.first, hours(29));
  EXPECT_LE(attempts.tries, 14);
}

TEST(Schedule, AClockThatJumpsForwardDoesntGiveUp) {
  Attempts attempts = Begin({}, Time(kDay), 5);
  Time now = Time(kDay) + days(400);
  EXPECT_TRUE(IsDue(attempts, now));
  EXPECT_FALSE(IsHopeless(attempts, now)) << "one try isn't enough";
  const Time jumped = now;
  while (!IsHopeless(attempts, now)) {
    attempts = Begin(attempts, now, 5);
    now = attempts.next;
  }
  EXPECT_GE(now - jumped, hours(5)) << "tried for some hours all the same";
}

TEST(Schedule, AClockThatJumpsBackDoesntWaitForItsOldTime) {
  const Attempts before = Begin({}, Time(kDay) + days(400), 5);
  const Time now = Time(kDay);
  EXPECT_TRUE(IsDue(before, now)) << "no step is so long";
  const Attempts after = Begin(before, now, 5);
  EXPECT_EQ(after.first, now);
  EXPECT_FALSE(IsDue(after, now));
  EXPECT_TRUE(IsDue(after, after.next));
  // A jump by less than a step isn't seen, and the wait is longer by it.
  EXPECT_FALSE(IsDue(Begin({}, now + hours(1), 5), now));
}

TEST(Schedule, ReportIds) {
  const std::string id = ReportId(kDay, "a.test", 7, "example.org");
  EXPECT_EQ(id.size(), std::string("20261124.0123456789abcdef@example.org").size());
  EXPECT_TRUE(id.starts_with("20261124."));
  EXPECT_TRUE(id.ends_with("@example.org"));
  EXPECT_EQ(id, ReportId(kDay, "a.test", 7, "example.org"));
  EXPECT_NE(id, ReportId(kDay, "b.test", 7, "example.org"));
  EXPECT_NE(id, ReportId(kDay, "a.test", 8, "example.org"));
  EXPECT_NE(id.substr(9), ReportId(kDay + days(1), "a.test", 7, "example.org").substr(9));
}

}  // namespace
}  // namespace tlswarden
