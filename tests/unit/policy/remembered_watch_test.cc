#include "policy/remembered_watch.h"

#include <gtest/gtest.h>

#include "tests/unit/policy/remembered_doc.h"

namespace tlswarden {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using Tls = WatchedSession::Tls;

WatchedSession Session(const std::string& domain, Tls tls, Time at) {
  return {Name(domain), "mx." + domain, tls, at};
}

// A daemon's part: the watch, and the tracker that it tells.
class Watching {
 public:
  // "+" for each begin, "-" for each end, "m" for each mail; in capitals' stead the middlebox.
  std::string Observe(const std::string& domain, Tls tls, Time at) {
    const RememberedTls* known = known_ ? &*known_ : nullptr;
    const auto sighting = watch.Observe(Session(domain, tls, at), known);
    return sighting ? Told(tracker.Observe(*sighting, at)) : "";
  }
  std::string Tick(Time at) { return Told(tracker.Tick(at)); }
  void Forget() { known_.reset(); }
  void Know(const RememberedTls& known) { known_ = known; }

  RememberedWatch watch;
  AlarmTracker tracker;
  std::vector<Alarm> alarms;

 private:
  std::string Told(const std::vector<AlarmEvent>& events) {
    std::string told;
    for (const AlarmEvent& event : events) {
      if (event.alarm.IsMiddlebox()) told += "middlebox";
      told += event.kind == AlarmEvent::Kind::kBegins ? '+'
              : event.kind == AlarmEvent::Kind::kEnds ? '-'
                                                      : 'm';
      alarms.push_back(event.alarm);
    }
    return told;
  }
  std::optional<RememberedTls> known_ = Remembered("tttttt");
};

TEST(RememberedWatch, OneWarningHoweverLongItGoesOn) {
  Watching watching;
  EXPECT_EQ(watching.Observe("a.test", Tls::kThere, kNow), "");
  EXPECT_EQ(watching.Observe("a.test", Tls::kPlain, kNow), "+");
  const Alarm& alarm = watching.alarms.at(0);
  EXPECT_EQ(
      alarm.failure.reason,
      "the domain had TLS on 6 days since 2027-01-10, last on 2027-01-15; now mail goes to it "
      "in the clear");
  EXPECT_EQ(alarm.failure.type, ResultType::kStarttlsNotSupported);
  EXPECT_FALSE(alarm.blocked);
  EXPECT_EQ(WhatToDo(alarm),
            "look whether others lack STARTTLS too; if it is gone for good, tlswarden cache purge "
            "a.test lets the domain go");
  std::string told;
  Time at = kNow;
  for (int i = 0; i < 100; ++i) {
    at += hours(5);
    told += watching.Tick(at) + watching.Observe("a.test", Tls::kPlain, at);
    if (i == 50) watching.Forget();  // disproved meanwhile
  }
  EXPECT_EQ(told, "");
  const std::vector<GoneDomain> gone = watching.watch.Gone(at);
  ASSERT_EQ(gone.size(), 1u);
  EXPECT_EQ(gone[0], (GoneDomain{Name("a.test"), kNow, at, 101, false}));
  EXPECT_EQ(watching.Observe("a.test", Tls::kThere, at), "");
  EXPECT_EQ(watching.Tick(at + minutes(10)), "-") << "the all-clear";
  EXPECT_TRUE(watching.watch.Gone(at).empty());
}

// Once a week: the alarm ends meanwhile, since nobody knows; it isn't raised every week.
TEST(RememberedWatch, OneWarningWhereMailIsRare) {
  Watching watching;
  EXPECT_EQ(watching.Observe("a.test", Tls::kPlain, kNow), "+");
  EXPECT_EQ(watching.Tick(kNow + hours(25)), "-");
  for (int week = 1; week < 4; ++week) {
    EXPECT_EQ(watching.Observe("a.test", Tls::kPlain, kNow + week * hours(168)), "");
    EXPECT_EQ(watching.Observe("a.test", Tls::kPlain, kNow + week * hours(168)), "");
  }
  EXPECT_EQ(watching.Observe("a.test", Tls::kThere, kNow + hours(600)), "");
  EXPECT_EQ(watching.Observe("a.test", Tls::kPlain, kNow + hours(601)), "+") << "once more";
}

TEST(RememberedWatch, ARestartDoesNotWarnAgain) {
  Watching watching;
  watching.Know(Remembered("tttttp"));  // today, as before a restart
  EXPECT_EQ(watching.Observe("a.test", Tls::kPlain, kNow), "+");
  Watching later;
  later.Know(Remembered("ttttp."));
  EXPECT_EQ(later.Observe("a.test", Tls::kPlain, kNow), "");
  EXPECT_EQ(later.watch.Gone(kNow).size(), 1u);
  EXPECT_EQ(later.Observe("a.test", Tls::kMissing, kNow), "+") << "now it waits";
}

TEST(RememberedWatch, MailThatWaits) {
  Watching watching;
  EXPECT_EQ(watching.Observe("a.test", Tls::kMissing, kNow), "+");
  EXPECT_TRUE(watching.alarms.at(0).blocked);
  EXPECT_EQ(watching.alarms.at(0).failure.reason,
            "the domain had TLS on 6 days since 2027-01-10, last on 2027-01-15; now STARTTLS is "
            "missing, and mail waits");
  EXPECT_EQ(watching.Observe("a.test", Tls::kMissing, kNow + minutes(4)), "");
  EXPECT_EQ(watching.Observe("a.test", Tls::kMissing, kNow + minutes(5)), "m") << "it lasts";
  EXPECT_EQ(watching.Observe("a.test", Tls::kMissing, kNow + minutes(9)), "");
  EXPECT_TRUE(watching.watch.Gone(kNow).at(0).held);
  // What the map answers meanwhile is no sign that TLS is back.
  Sighting judged;
  judged.domain = Name("a.test");
  judged.rule = kRememberedRule;
  EXPECT_TRUE(watching.tracker.Observe(judged, kNow + minutes(20)).empty());
  EXPECT_EQ(watching.Tick(kNow + minutes(30)), "");
}

TEST(RememberedWatch, ManyAtOnceAreOneAlarm) {
  Watching watching;
  std::string told;
  for (int i = 0; i < 40; ++i) {
    const std::string domain = "d" + std::to_string(i) + ".owner" + std::to_string(i) + ".test";
    told += watching.Observe(domain, Tls::kPlain, kNow + minutes(i / 10));
  }
  EXPECT_EQ(told, "+++++++++middlebox+middleboxm");
}

TEST(RememberedWatch, NothingOfDomainsThatWereNeverProven) {
  Watching watching;
  watching.Forget();
  for (const Tls tls : {Tls::kPlain, Tls::kMissing, Tls::kThere, Tls::kPlain}) {
    EXPECT_EQ(watching.Observe("a.test", tls, kNow), "");
  }
  EXPECT_TRUE(watching.watch.Gone(kNow).empty());
  WatchedSession nowhere = Session("a.test", Tls::kPlain, kNow);
  nowhere.domain = {};
  const RememberedTls known = Remembered("ttt");
  EXPECT_FALSE(watching.watch.Observe(nowhere, &known));
}

TEST(RememberedWatch, LetsGoAndIsBounded) {
  const RememberedTls known = Remembered("ttt");
  RememberedWatch watch(3);
  for (int i = 0; i < 5; ++i) {
    watch.Observe(Session("d" + std::to_string(i) + ".test", Tls::kPlain, kNow + minutes(i)),
                  &known);
  }
  watch.Observe(Session("d2.test", Tls::kPlain, kNow + minutes(6)), &known);
  watch.Observe(Session("d5.test", Tls::kPlain, kNow + minutes(7)), &known);
  std::string names;
  for (const GoneDomain& gone : watch.Gone(kNow)) names += gone.domain.ascii + ' ';
  EXPECT_EQ(names, "d2.test d4.test d5.test ") << "the one heard of longest ago goes";
  watch.LetGo(Name("d4.test"));
  watch.LetGo(Name("unknown.test"));
  EXPECT_EQ(watch.Gone(kNow).size(), 2u);
  EXPECT_TRUE(watch.Gone(kNow + kRememberedFor + minutes(8)).empty());
}

// A message that was let through on purpose must not make a domain be forgotten.
TEST(PlainCounts, OnlyWhereNothingLetItThrough) {
  const auto table = std::make_shared<const RememberedTable>(
      std::vector<RememberedDomain>{{Name("a.test"), Remembered("ttt")}});
  const auto counts = [&](std::string_view domain, Mode mode, RememberTls remember,
                          std::optional<Requirement> require = {},
                          std::optional<Mode> of_rule = {}) {
    Outbound outbound{mode, OnFailure::kDefer, {}};
    if (require) {
      Rule rule;
      rule.name = "r";
      rule.outbound.require = *require;
      rule.mode = of_rule;
      outbound.rules = Rules({rule});
    }
    outbound.remember_tls = remember;
    outbound.remembered = table;
    return PlainCounts(Hop(domain), outbound, kNow);
  };
  EXPECT_FALSE(counts("a.test", Mode::kEnforce, RememberTls::kRequire)) << "it is held to TLS";
  EXPECT_TRUE(counts("b.test", Mode::kEnforce, RememberTls::kRequire)) << "not proven yet";
  EXPECT_TRUE(counts("a.test", Mode::kEnforce, RememberTls::kWarn));
  EXPECT_TRUE(counts("a.test", Mode::kObserve, RememberTls::kRequire)) << "nothing is demanded";
  EXPECT_FALSE(counts("b.test", Mode::kEnforce, RememberTls::kWarn, Requirement::kNone));
  EXPECT_FALSE(counts("a.test", Mode::kEnforce, RememberTls::kRequire, Requirement::kPublished));
  EXPECT_FALSE(counts("a.test", Mode::kObserve, RememberTls::kRequire, Requirement::kPublished,
                      Mode::kEnforce))
      << "the rule's own mode";
}

}  // namespace
}  // namespace tlswarden
