#include "policy/alarm.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/policy/build.h"

namespace tlswarden {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const Failure kMismatch{ResultType::kValidationFailure, "no MX host matches the policy", false};
const Failure kExpired{ResultType::kCertificateExpired, "expired", false};
const Failure kNoStarttls{ResultType::kStarttlsNotSupported, "no STARTTLS", true};

Sighting Of(const std::string& domain, std::optional<Failure> failure, bool blocked = true,
            const std::string& rule = "default") {
  Sighting sighting;
  sighting.domain = Name(domain);
  sighting.rule = rule;
  sighting.failure = std::move(failure);
  sighting.blocked = sighting.failure && blocked;
  sighting.recipient = "<a@" + domain + ">";
  return sighting;
}

// "+DOMAIN RESULT-TYPE" for each begin, "-..." for each end; mails are told by Mailed.
std::string Told(const std::vector<AlarmEvent>& events) {
  std::string told;
  for (const AlarmEvent& event : events) {
    if (event.kind == AlarmEvent::Kind::kWorthMail) continue;
    if (!told.empty()) told += ", ";
    told += event.kind == AlarmEvent::Kind::kBegins ? '+' : '-';
    told += event.alarm.IsMiddlebox() ? "middlebox" : event.alarm.domain.ascii;
    told += ' ' + std::string(ToString(event.alarm.failure.type));
  }
  return told;
}

std::size_t Mailed(const std::vector<AlarmEvent>& events) {
  return static_cast<std::size_t>(std::count_if(
      events.begin(), events.end(),
      [](const AlarmEvent& event) { return event.kind == AlarmEvent::Kind::kWorthMail; }));
}

// One judgement, or a tick, and what it tells.
struct Step {
  minutes at;
  std::optional<Sighting> sighting;
  const char* told;
};

void Walk(const char* what, const std::vector<Step>& steps) {
  AlarmTracker tracker;
  for (const Step& step : steps) {
    const Time now = kNow + step.at;
    const auto events = step.sighting ? tracker.Observe(*step.sighting, now) : tracker.Tick(now);
    EXPECT_EQ(Told(events), step.told) << what << ", minute " << step.at.count();
  }
}

TEST(AlarmTracker, OnceForEachDomainAndCause) {
  Walk("begin, hold, end by a judgement",
       {{minutes(0), Of("b.test", {}), ""},
        {minutes(1), Of("b.test", kMismatch), "+b.test validation-failure"},
        {minutes(2), Of("b.test", kMismatch), ""},
        {minutes(60), Of("b.test", kMismatch), ""},
        {minutes(61), Of("b.test", {}), ""},
        {minutes(70), Of("b.test", {}), "-b.test validation-failure"},
        {minutes(71), Of("b.test", {}), ""}});
  Walk("end by the clock, after a good judgement",
       {{minutes(0), Of("b.test", kMismatch), "+b.test validation-failure"},
        {minutes(1), Of("b.test", {}), ""},
        {minutes(9), {}, ""},
        {minutes(10), {}, "-b.test validation-failure"},
        {minutes(11), {}, ""}});
  Walk("silence is no health, for a day",
       {{minutes(0), Of("b.test", kMismatch), "+b.test validation-failure"},
        {minutes(60), {}, ""},
        {hours(23), {}, ""},
        {hours(24), {}, "-b.test validation-failure"}});
  Walk("another cause", {{minutes(0), Of("b.test", kMismatch), "+b.test validation-failure"},
                         {minutes(1), Of("b.test", kExpired), "+b.test certificate-expired"},
                         {minutes(2), Of("c.test", kExpired), "+c.test certificate-expired"},
                         {minutes(12), Of("b.test", kExpired), "-b.test validation-failure"},
                         {minutes(13), {}, ""}});
  Walk("another rule's recipients don't give the all-clear",
       {{minutes(0), Of("b.test", kMismatch, true, "bank"), "+b.test validation-failure"},
        {minutes(1), Of("b.test", {}), ""},
        {minutes(30), {}, ""},
        {minutes(31), Of("b.test", {}, true, "bank"), "-b.test validation-failure"}});
  Walk("noted first, then blocked",
       {{minutes(0), Of("b.test", kMismatch, false), "+b.test validation-failure"},
        {minutes(1), Of("b.test", kMismatch, true), "+b.test validation-failure"},
        {minutes(2), Of("b.test", kMismatch, false), ""},
        {minutes(3), Of("b.test", kMismatch, true), ""}});
}

TEST(AlarmTracker, TheAlarmSaysWhatWasSeen) {
  AlarmTracker tracker;
  tracker.Observe(Of("b.test", kMismatch), kNow);
  Failure other = kMismatch;
  other.reason = "another reason";
  tracker.Observe(Of("b.test", other), kNow + minutes(5));
  tracker.Observe(Of("b.test", {}), kNow + minutes(6));
  const auto events = tracker.Tick(kNow + minutes(15));
  ASSERT_EQ(Told(events), "-b.test validation-failure");
  const Alarm& alarm = events[0].alarm;
  EXPECT_EQ(alarm.failure, kMismatch) << "as it was first";
  EXPECT_EQ(alarm.recipient, "<a@b.test>");
  EXPECT_EQ(alarm.rule, "default");
  EXPECT_EQ(alarm.since, kNow);
  EXPECT_EQ(alarm.last, kNow + minutes(5));
  EXPECT_EQ(alarm.count, 2u);
  EXPECT_TRUE(alarm.blocked);
}

TEST(AlarmTracker, AMailIsForWhatBlocksAndLasts) {
  const struct {
    const char* what;
    bool may_heal;
    bool blocked;
    std::vector<std::pair<int, std::size_t>> mails;  // at which minute, how many
  } cases[] = {
      {"at once and once", false, true, {{0, 1}, {1, 0}, {60, 0}}},
      {"when it lasts", true, true, {{0, 0}, {4, 0}, {5, 1}, {6, 0}}},
      {"not when mail passes", false, false, {{0, 0}, {60, 0}}},
  };
  for (const auto& c : cases) {
    AlarmTracker tracker;
    for (const auto& [minute, mails] : c.mails) {
      Sighting sighting = Of("b.test", kMismatch, c.blocked);
      sighting.may_heal = c.may_heal;
      EXPECT_EQ(Mailed(tracker.Observe(sighting, kNow + minutes(minute))), mails)
          << c.what << ", minute " << minute;
    }
  }
}

TEST(AlarmTracker, AMiddleboxIsOneMail) {
  AlarmTracker tracker;
  std::size_t mails = 0;
  for (int i = 1; i <= 30; ++i) {
    Sighting sighting = Of("partner" + std::to_string(i) + ".example", kNoStarttls);
    sighting.may_heal = true;
    mails += Mailed(tracker.Observe(sighting, kNow + seconds(i)));
  }
  EXPECT_EQ(mails, 1u) << "and none of the first nine, which may heal";
}

TEST(AlarmTracker, AFlappingDomainDoesNotFillTheLog) {
  for (const minutes period : {minutes(1), minutes(10), minutes(15), minutes(45), minutes(120)}) {
    AlarmTracker tracker;
    std::size_t lines = 0;
    bool fine = true;
    for (minutes at{0}; at < hours(24); at += minutes(1)) {
      if (at % period == minutes(0)) fine = !fine;
      const Sighting sighting = Of("b.test", fine ? std::nullopt : std::optional(kMismatch));
      for (const auto& events : {tracker.Observe(sighting, kNow + at), tracker.Tick(kNow + at)}) {
        lines += events.size() - Mailed(events);
      }
    }
    EXPECT_GE(lines, 1u);
    EXPECT_LE(lines, 12u) << period.count();
  }
}

TEST(AlarmTracker, FlappingIsForgottenAfterADay) {
  AlarmTracker tracker;
  Time now = kNow;
  for (int i = 0; i < 20; ++i) {
    tracker.Observe(Of("b.test", kMismatch), now);
    tracker.Observe(Of("b.test", {}), now += minutes(1));
    tracker.Tick(now += hours(5));
  }
  tracker.Tick(now += hours(24));
  EXPECT_TRUE(tracker.quiet());
  EXPECT_EQ(Told(tracker.Observe(Of("b.test", kMismatch), now)), "+b.test validation-failure");
  tracker.Observe(Of("b.test", {}), now);
  EXPECT_EQ(Told(tracker.Tick(now + kAlarmCalm)), "-b.test validation-failure");
}

TEST(AlarmTracker, ManyDomainsAreBounded) {
  AlarmTracker tracker(3);
  for (int i = 1; i <= 4; ++i) {
    tracker.Observe(Of(std::to_string(i) + ".test", kMismatch), kNow + seconds(i));
    EXPECT_LE(tracker.domains(), 3u);
  }
  EXPECT_EQ(Told(tracker.Observe(Of("2.test", kMismatch), kNow + seconds(5))), "") << "kept";
  EXPECT_EQ(Told(tracker.Observe(Of("1.test", kMismatch), kNow + seconds(6))),
            "+1.test validation-failure")
      << "the oldest went";
  EXPECT_EQ(Told(tracker.Observe(Of("2.test", kMismatch), kNow + seconds(7))), "")
      << "not 2, which failed since; 3 went";
}

TEST(AlarmTracker, OneAlarmForAMiddleboxInsteadOfMany) {
  AlarmTracker tracker;
  std::string told;
  for (int i = 1; i <= 30; ++i) {
    const std::string domain = "partner" + std::to_string(i) + ".example";
    told += Told(tracker.Observe(Of(domain, kNoStarttls), kNow + seconds(i))) + ";";
  }
  std::string expected;
  for (int i = 1; i <= 9; ++i) {
    expected += "+partner" + std::to_string(i) + ".example starttls-not-supported;";
  }
  EXPECT_EQ(told, expected + "+middlebox starttls-not-supported" + std::string(21, ';'));
  EXPECT_EQ(Told(tracker.Observe(Of("other.example", kExpired), kNow + seconds(31))),
            "+other.example certificate-expired")
      << "other causes are told";
  for (int i = 1; i <= 28; ++i) {
    tracker.Observe(Of("partner" + std::to_string(i) + ".example", {}), kNow + minutes(5));
  }
  const auto events = tracker.Tick(kNow + minutes(6));
  ASSERT_EQ(Told(events), "-middlebox starttls-not-supported");
  EXPECT_EQ(events[0].alarm.destinations, 30u);
  EXPECT_EQ(events[0].alarm.count, 30u);
  EXPECT_EQ(Told(tracker.Observe(Of("partner29.example", kNoStarttls), kNow + minutes(7))),
            "+partner29.example starttls-not-supported")
      << "what is still without STARTTLS is told now";
  std::size_t ends = 0;
  for (const AlarmEvent& event : tracker.Tick(kNow + minutes(20)))
    ends += event.kind == AlarmEvent::Kind::kEnds;
  EXPECT_EQ(ends, 9u) << "those that were told, and nothing of those held back";
}

TEST(AlarmTracker, AddressLiteralsHaveNoDomain) {
  AlarmTracker tracker;
  Sighting literal;
  literal.failure = kMismatch;
  EXPECT_TRUE(tracker.Observe(literal, kNow).empty());
  EXPECT_TRUE(tracker.quiet());
}

TEST(AlarmTracker, AClockThatGoesBackDoesNoHarm) {
  AlarmTracker tracker;
  tracker.Observe(Of("b.test", kMismatch), kNow);
  EXPECT_EQ(Told(tracker.Observe(Of("b.test", {}), kNow - hours(5))), "");
  EXPECT_EQ(Told(tracker.Tick(kNow - hours(5))), "");
  EXPECT_EQ(Told(tracker.Tick(kNow + kAlarmCalm)), "-b.test validation-failure");
}

TEST(WhatToDo, IsShortForEveryCause) {
  Alarm alarm;
  alarm.domain = Name(std::string(63, 'a') + '.' + std::string(63, 'b') + '.' +
                      std::string(63, 'c') + ".test");
  for (int type = 0; type <= static_cast<int>(ResultType::kStsWebpkiInvalid); ++type) {
    alarm.failure.type = static_cast<ResultType>(type);
    EXPECT_LE(WhatToDo(alarm).size(), 200u) << WhatToDo(alarm);
    EXPECT_NE(WhatToDo(alarm).find("tlswarden explain"), std::string::npos);
  }
  alarm.domain = Domain();
  EXPECT_LE(WhatToDo(alarm).size(), 200u);
  EXPECT_NE(WhatToDo(alarm).find("firewall"), std::string::npos);
}

}  // namespace
}  // namespace tlswarden
