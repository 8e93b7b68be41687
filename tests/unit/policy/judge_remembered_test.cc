// What past sessions make of verdicts: the second table of doc/remember-tls.md, and laws that hold
// at every point of the judge's space.
#include <gtest/gtest.h>

#include "policy/explain.h"
#include "policy/message_tag.h"
#include "policy/probe_verdict.h"
#include "tests/unit/policy/orders_build.h"
#include "tests/unit/policy/remembered_doc.h"

namespace tlswarden {
namespace {

RememberedTablePtr ATest() {
  static const auto table = std::make_shared<const RememberedTable>(
      std::vector<RememberedDomain>{{Name("a.test"), Remembered("tttttt")}});
  return table;
}

Outbound Remembering(Outbound outbound, RememberTls mode) {
  outbound.remember_tls = mode;
  outbound.remembered = ATest();
  return outbound;
}

Evidence Publishing(const std::string& what) {
  if (what == "nothing") return Plain();
  if (what == "MTA-STS, testing") return WithSts("testing", "mx.a.test");
  if (what == "MTA-STS, enforce") return WithSts("enforce", "mx.a.test");
  if (what == "MX lookup fails") return NoMx(Security::kIndeterminate);
  if (what == "DANE") return Dane();
  if (what == "DANE at some hosts") {
    return Seen("a.test", MxOf({HostDane::kUsable, HostDane::kNone}));
  }
  EXPECT_EQ(what, "MTA-STS can't be had");
  Evidence evidence = Plain();
  evidence.sts.failure = Failure{ResultType::kStsPolicyFetchError, "timeout", true};
  return evidence;
}

TEST(JudgeRemembered, EveryRowOfThePage) {
  const auto rows = RowsOfDoc('J');
  ASSERT_EQ(rows.size(), 19u);
  for (const auto& row : rows) {
    Question question = Ask(row.at(4));
    Evidence evidence = Publishing(row.at(1));
    evidence.next_hop = question.next_hop;
    Envelope envelope;
    envelope.tls_required_no = row.at(3) == "TLS-Required: No";
    question.envelope = &envelope;
    const std::string& setting = row.at(5);
    const Mode mode = setting == "require, observe" ? Mode::kObserve : Mode::kEnforce;
    std::vector<Rule> rules;
    if (row.at(2) != "-") rules.push_back(Demanding(ParseRequirement(row.at(2)).value()));
    const RememberTls remember = setting == "off"    ? RememberTls::kOff
                                 : setting == "warn" ? RememberTls::kWarn
                                                     : RememberTls::kRequire;
    const Verdict verdict = Judge(
        question, evidence, Remembering(Orders(rules, OnFailure::kDefer, mode), remember), kNow);
    EXPECT_EQ(ToString(LevelDemanded(verdict)), row.at(6)) << row[0];
  }
}

TEST(JudgeRemembered, ItSaysWhy) {
  const auto judged = [](const Outbound& outbound) {
    return Judge(Ask("a.test"), Plain(), outbound, kNow);
  };
  const Verdict held = judged(Remembering({}, RememberTls::kRequire));
  EXPECT_EQ(Said(held), "encrypt accept remembered");
  EXPECT_TRUE(IsHeldToMemory(held));
  EXPECT_EQ(held.policy_type, PolicyType::kNoPolicyFound);
  EXPECT_EQ(ExplainVerdict(held, Plain()),
            "the domain demands nothing, but had TLS on 6 days since 2027-01-10, last on "
            "2027-01-15, and remember-tls = require; tlswarden cache purge a.test lets it go");
  const Verdict warned = judged(Remembering({}, RememberTls::kWarn));
  EXPECT_EQ(Said(warned), "may accept default");
  EXPECT_FALSE(IsHeldToMemory(warned));
  EXPECT_EQ(ExplainVerdict(warned, Plain()),
            "the domain demands nothing, but had TLS on 6 days since 2027-01-10, last on "
            "2027-01-15; remember-tls = warn warns if it is missing");
  const Outbound by_rule = Orders({Demanding(Requirement::kPublished)});
  EXPECT_EQ(Said(judged(Remembering(by_rule, RememberTls::kRequire))), "encrypt accept r")
      << "the operator's rule keeps its name";
  EXPECT_EQ(
      Said(judged(Remembering(Orders({Demanding(Requirement::kNone)}), RememberTls::kRequire))),
      "may accept r");
}

TEST(JudgeRemembered, AnObservedRuleIsTriedWithTheMemoryToo) {
  const Outbound outbound = Orders({With(Demanding(Requirement::kNone), Mode::kObserve)});
  const Verdict v =
      Judge(Ask("a.test"), Plain(), Remembering(outbound, RememberTls::kRequire), kNow);
  EXPECT_EQ(v.level, TlsLevel::kEncrypt);
  ASSERT_TRUE(v.trial);
  EXPECT_EQ(v.trial->level, TlsLevel::kMay);
}

TEST(JudgeRemembered, ItEndsByItself) {
  const Outbound outbound = Remembering({}, RememberTls::kRequire);
  const Time last = Remembered("tttttt").last;
  const auto level = [&](Time now) { return Judge(Ask("a.test"), Plain(), outbound, now).level; };
  EXPECT_EQ(level(last + kRememberedFor - std::chrono::seconds(1)), TlsLevel::kEncrypt);
  EXPECT_EQ(level(last + kRememberedFor), TlsLevel::kMay);
}

// A message that may do without gets a tag for it, since the map answers `encrypt`.
TEST(JudgeRemembered, TlsRequiredNoIsCarriedToTheDelivery) {
  const Outbound outbound = Remembering({}, RememberTls::kRequire);
  Envelope envelope;
  envelope.tls_required_no = true;
  Question question = Ask("a.test");
  const Verdict by_map = Judge(question, Plain(), outbound, kNow);
  question.envelope = &envelope;
  const Verdict verdict = Judge(question, Plain(), outbound, kNow);
  const std::string tag = TagFor(verdict, by_map);
  EXPECT_EQ(tag, "none");
  Question tagged = Ask("a.test");
  tagged.order = OrderOf(tag, outbound.rules);
  EXPECT_EQ(Judge(tagged, Plain(), outbound, kNow).level, TlsLevel::kMay);
}

// Nobody promised it, so a look that finds no STARTTLS makes mail wait, and never bounce.
TEST(JudgeRemembered, WhatTheMemoryDemandsNeverRefusesForGood) {
  const ProbeOutcome none{ProbeState::kUnmet,
                          Failure{ResultType::kStarttlsNotSupported, "isn't offered", false},
                          "mx.a.test", kNow};
  for (const OnFailure on_failure : kAllOnFailures) {
    const Outbound outbound = Remembering(Orders({}, on_failure), RememberTls::kRequire);
    Verdict v = Judge(Ask("a.test"), Plain(), outbound, kNow);
    ApplyProbe(none, outbound, v);
    const Action expected = on_failure == OnFailure::kAccept ? Action::kAccept : Action::kDefer;
    EXPECT_EQ(v.action, expected) << ToString(on_failure);
    EXPECT_EQ(v.level, TlsLevel::kEncrypt);
    Outbound by_rule = Orders({Demanding(Requirement::kEncrypt)}, on_failure);
    by_rule = Remembering(std::move(by_rule), RememberTls::kRequire);
    Verdict demanded = Judge(Ask("a.test"), Plain(), by_rule, kNow);
    ApplyProbe(none, by_rule, demanded);
    EXPECT_EQ(demanded.action == Action::kReject, on_failure == OnFailure::kReject)
        << "what the operator demands does";
  }
}

// With and without the memory, everywhere.
template <typename Holds>
void ExpectEverywhere(Holds holds) {
  bool broken = false;
  ForEachPoint([&](const Point& point) {
    if (broken) return;
    const Verdict& without = VerdictOf(point);
    for (const RememberTls mode : {RememberTls::kOff, RememberTls::kWarn, RememberTls::kRequire}) {
      const Verdict with =
          Judge(Ask("a.test"), EvidenceOf(point), Remembering(OrdersOf(point), mode), kNow);
      if (holds(point, mode, without, with)) continue;
      broken = true;
      ADD_FAILURE() << Describe(point) << ", remember-tls " << ToString(mode) << ": "
                    << ToString(without.level) << " became " << ToString(with.level);
      return;
    }
  });
}

bool SameButForLevel(const Verdict& a, const Verdict& b) {
  return a.policy_type == b.policy_type && a.sts == b.sts && a.action == b.action &&
         a.failure == b.failure && a.lookup_failed == b.lookup_failed &&
         a.mx_hostname == b.mx_hostname && a.observed == b.observed && a.by == b.by &&
         a.requirement == b.requirement && a.pinned == b.pinned &&
         a.testing.has_value() == b.testing.has_value();
}

TEST(RememberedLaws, OnlyNothingBecomesEncryptAndNothingElseChanges) {
  ExpectEverywhere([](const Point& point, RememberTls mode, const Verdict& without,
                      const Verdict& with) {
    // Each time the orders are made anew, the rule is another one.
    Verdict same = without;
    same.by = with.by;
    if (!SameButForLevel(same, with)) return false;
    const bool is_open = without.level == TlsLevel::kMay && !without.failure &&
                         point.require.value_or(Requirement::kPublished) == Requirement::kPublished;
    const bool raises = is_open && mode == RememberTls::kRequire;
    if (with.level != (raises ? TlsLevel::kEncrypt : without.level)) return false;
    if (IsHeldToMemory(with) != raises) return false;
    const bool names_it = raises && !point.require;
    return with.rule == (names_it ? kRememberedRule : std::string_view(without.rule));
  });
}

TEST(RememberedLaws, NothingIsHeldBackAtTheDoor) {
  ExpectEverywhere([](const Point&, RememberTls, const Verdict& without, const Verdict& with) {
    return with.action == without.action && ActionTaken(with) == ActionTaken(without);
  });
}

TEST(RememberedLaws, NeverWeaker) {
  ExpectEverywhere([](const Point&, RememberTls, const Verdict& without, const Verdict& with) {
    return Strength(LevelDemanded(with)) >= Strength(LevelDemanded(without));
  });
}

TEST(RememberedLaws, ARuleWithRequireNoneIsAsWithoutMemory) {
  ExpectEverywhere([](const Point& point, RememberTls, const Verdict&, const Verdict& with) {
    return point.require != Requirement::kNone || LevelDemanded(with) == TlsLevel::kMay;
  });
}

TEST(RememberedLaws, ObserveDemandsNothing) {
  ExpectEverywhere([](const Point& point, RememberTls, const Verdict&, const Verdict& with) {
    return point.mode == Mode::kEnforce || LevelDemanded(with) == TlsLevel::kMay;
  });
}

}  // namespace
}  // namespace tlswarden
