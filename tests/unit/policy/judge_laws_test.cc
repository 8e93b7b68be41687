// Laws that hold for every input of the judge. judge_test.cc has the cases that a person reads.
#include <gtest/gtest.h>

#include <algorithm>

#include "policy/explain.h"
#include "tests/unit/policy/enumerate.h"

namespace tlswarden {
namespace {

// Stops at the first point that breaks the law: the others mostly say the same.
template <typename Holds>
void ExpectEverywhere(Holds holds) {
  bool broken = false;
  ForEachPoint([&](const Point& point) {
    if (broken) return;
    const Verdict& verdict = VerdictOf(point);
    if (holds(point, verdict)) return;
    broken = true;
    ADD_FAILURE() << Describe(point) << ": level " << ToString(verdict.level) << ", action "
                  << ToString(verdict.action) << ", "
                  << (verdict.failure ? verdict.failure->reason : "no failure");
  });
}

bool Same(const Verdict& a, const Verdict& b) {
  return a.level == b.level && a.policy_type == b.policy_type &&
         a.policy_domain == b.policy_domain && a.sts == b.sts && a.action == b.action &&
         a.failure == b.failure && a.lookup_failed == b.lookup_failed &&
         a.mx_hostname == b.mx_hostname && a.rule == b.rule && a.observed == b.observed;
}

Point With(Point point, Sts sts) {
  point.sts = sts;
  return point;
}

Point With(Point point, OnFailure on_failure) {
  point.on_failure = on_failure;
  return point;
}

Point WithoutRule(Point point) {
  point.require.reset();
  return point;
}

bool HasLookupFailure(const Point& point) {
  return std::any_of(point.hosts.begin(), point.hosts.end(), [](HostDane dane) {
    return dane == HostDane::kFailed || dane == HostDane::kUnresolved;
  });
}

TEST(JudgeLaws, TheSameQuestionHasTheSameAnswer) {
  ExpectEverywhere([](const Point& point, const Verdict& v) { return Same(v, JudgePoint(point)); });
}

// RFC 8461 section 5: testing mode is never a failure of delivery. It is what the domain publishes,
// though, so the policy's type may tell.
TEST(JudgeLaws, TestingModeDemandsAsLittleAsNoPolicy) {
  ExpectEverywhere([](const Point& point, Verdict v) {
    if (point.sts != Sts::kTesting) return true;
    const Verdict& without = VerdictOf(With(point, Sts::kNone));
    v.policy_type = without.policy_type;
    return Same(v, without);
  });
}

TEST(JudgeLaws, AnExpiredPolicyHasNoEffect) {
  ExpectEverywhere([](const Point& point, const Verdict& v) {
    return point.sts != Sts::kExpired || Same(v, VerdictOf(With(point, Sts::kNone)));
  });
}

// RFC 8461 section 5.1: a policy that can't be had leaves mail as without MTA-STS, rules apart.
TEST(JudgeLaws, AFailedStsLookupAloneStopsNothing) {
  ExpectEverywhere([](const Point& point, const Verdict& v) {
    const Verdict& without = VerdictOf(With(point, Sts::kNone));
    return point.sts != Sts::kLookupFailed || point.require || Same(v, without);
  });
}

TEST(JudgeLaws, WhatMayHealIsNeverFinal) {
  ExpectEverywhere([](const Point&, const Verdict& v) {
    const bool may_heal = v.lookup_failed || (v.failure && v.failure->transient);
    return !may_heal || v.action == Action::kAccept || v.action == Action::kDefer;
  });
}

// While a lookup of a host behind a signed MX fails, nobody knows whether it has DANE.
TEST(JudgeLaws, AnUnmetDemandIsNotFinalWhileALookupFails) {
  ExpectEverywhere([](const Point& point, const Verdict& v) {
    const bool demands = point.require == Requirement::kDane ||
                         (point.require == Requirement::kAuthenticated && !IsEnforced(point.sts));
    const bool unknown = point.mx == Security::kIndeterminate ||
                         (point.mx == Security::kSecure && HasLookupFailure(point));
    return !demands || !unknown || v.action == Action::kAccept || v.action == Action::kDefer;
  });
}

TEST(JudgeLaws, ObserveChangesNothing) {
  ExpectEverywhere([](const Point& point, const Verdict& v) {
    if (point.mode == Mode::kEnforce) {
      return ActionTaken(v) == v.action && LevelDemanded(v) == v.level;
    }
    return ActionTaken(v) == Action::kAccept && LevelDemanded(v) == TlsLevel::kMay;
  });
}

TEST(JudgeLaws, ObserveSaysWhatWouldFollow) {
  ExpectEverywhere([](const Point& point, Verdict v) {
    Point enforced = point;
    enforced.mode = Mode::kEnforce;
    v.observed = false;
    return Same(v, VerdictOf(enforced));
  });
}

TEST(JudgeLaws, OnFailureAcceptAcceptsAndNeverLowersWhatIsPublished) {
  ExpectEverywhere([](const Point& point, const Verdict& v) {
    if (point.on_failure != OnFailure::kAccept) return true;
    if (v.action != Action::kAccept) return false;
    if (point.require == Requirement::kNone) return true;
    return Strength(v.level) >= Strength(VerdictOf(WithoutRule(point)).level);
  });
}

TEST(JudgeLaws, OnFailureHasNoSayWithoutARule) {
  ExpectEverywhere([](const Point& point, const Verdict& v) {
    return point.require || VerdictOf(With(point, OnFailure::kDefer)).level == v.level;
  });
}

TEST(JudgeLaws, NothingIsHeldBackWithoutAReason) {
  ExpectEverywhere([](const Point&, const Verdict& v) {
    return v.action == Action::kAccept || (v.failure && !v.failure->reason.empty());
  });
}

TEST(JudgeLaws, UndecidedAlwaysHasAFailure) {
  ExpectEverywhere([](const Point&, const Verdict& v) {
    return v.level != TlsLevel::kUndecided || v.failure.has_value();
  });
}

TEST(JudgeLaws, SecureHasNamesAndLines) {
  ExpectEverywhere([](const Point&, const Verdict& v) {
    return v.level != TlsLevel::kSecure || v.pinned ||
           (v.sts && !(*v.sts)->mx.empty() && !(*v.sts)->lines.empty() &&
            v.policy_type == PolicyType::kSts);
  });
}

TEST(JudgeLaws, DaneLevelsAreOfTypeTlsa) {
  ExpectEverywhere([](const Point&, const Verdict& v) {
    const bool dane = v.level == TlsLevel::kDane || v.level == TlsLevel::kDaneOnly;
    return !dane || v.policy_type == PolicyType::kTlsa;
  });
}

TEST(JudgeLaws, RequireNoneAlwaysAccepts) {
  ExpectEverywhere([](const Point& point, const Verdict& v) {
    return point.require != Requirement::kNone ||
           (v.action == Action::kAccept && v.level == TlsLevel::kMay && !v.failure);
  });
}

TEST(JudgeLaws, RequirePublishedIsAsGoodAsNoRule) {
  ExpectEverywhere([](const Point& point, Verdict v) {
    if (point.require != Requirement::kPublished) return true;
    v.rule = "default";
    return Same(v, VerdictOf(WithoutRule(point)));
  });
}

TEST(JudgeLaws, ARuleNeverLowersWhatIsPublished) {
  ExpectEverywhere([](const Point& point, const Verdict& v) {
    if (!point.require || point.require == Requirement::kNone) return true;
    return Strength(v.level) >= Strength(VerdictOf(WithoutRule(point)).level);
  });
}

// A demand is met by the level, or there is a failure.
TEST(JudgeLaws, ADemandIsMetOrFails) {
  ExpectEverywhere([](const Point& point, const Verdict& v) {
    if (v.failure) return true;
    if (point.require == Requirement::kEncrypt) return v.level != TlsLevel::kMay;
    if (point.require == Requirement::kAuthenticated) return Strength(v.level) >= 2;
    if (point.require == Requirement::kDane) return v.level == TlsLevel::kDaneOnly;
    return true;
  });
}

// Postfix finds no DANE behind an unsigned MX and would never deliver (RFC 7672 section 2.2.1).
TEST(JudgeLaws, DaneOnlyNeedsASignedMx) {
  ExpectEverywhere([](const Point& point, const Verdict& v) {
    return v.level != TlsLevel::kDaneOnly || point.mx == Security::kSecure;
  });
}

// RFC 8461 section 2, where the hosts that have DANE, or may have it, are concerned.
TEST(JudgeLaws, StsNeverOverridesDaneBehindASignedMx) {
  ExpectEverywhere([](const Point& point, const Verdict& v) {
    const bool dane = std::any_of(point.hosts.begin(), point.hosts.end(), [](HostDane host) {
      return host == HostDane::kUsable || host == HostDane::kFailed;
    });
    const bool spared = point.mx != Security::kSecure || point.require == Requirement::kNone ||
                        point.require == Requirement::kPinned;
    return spared || !dane || v.level != TlsLevel::kSecure;
  });
}

TEST(JudgeLaws, AnEnforcedPolicyAlwaysAuthenticates) {
  ExpectEverywhere([](const Point& point, const Verdict& v) {
    return !IsEnforced(point.sts) || point.require == Requirement::kNone || Strength(v.level) >= 2;
  });
}

TEST(JudgeLaws, ARefusalOfAnEnforcedPolicyNamesTheHost) {
  ExpectEverywhere([](const Point& point, const Verdict& v) {
    const bool mismatch = v.level == TlsLevel::kSecure && v.failure && !point.require;
    return !mismatch || v.mx_hostname == "mx1.a.test";
  });
}

TEST(JudgeLaws, EveryVerdictCanBeExplained) {
  ForEachPoint([](const Point& point) {
    const Evidence evidence = EvidenceOf(point);
    const Verdict& verdict = VerdictOf(point);
    ASSERT_FALSE(ExplainVerdict(verdict, evidence).empty()) << Describe(point);
    ASSERT_FALSE(ExplainSts(evidence.sts, kNow).empty()) << Describe(point);
    ASSERT_GE(ExplainMx(evidence.mx).size(), evidence.mx.hosts.size()) << Describe(point);
  });
}

TEST(JudgeLaws, WithoutEvidenceTheMailWaitsOrIsAccepted) {
  for (OnFailure on_failure : kAllOnFailures) {
    for (Requirement require :
         {Requirement::kPublished, Requirement::kEncrypt, Requirement::kAuthenticated,
          Requirement::kDane, Requirement::kPinned}) {
      const Verdict v = JudgeWithoutEvidence(
          Ask("a.test"), OneRule(Mode::kEnforce, on_failure, require), "too slow", kNow);
      EXPECT_EQ(v.action, on_failure == OnFailure::kAccept ? Action::kAccept : Action::kDefer);
      EXPECT_EQ(v.level, TlsLevel::kUndecided);
      ASSERT_TRUE(v.failure);
      EXPECT_EQ(v.failure->reason, "too slow");
    }
    const Verdict spared = JudgeWithoutEvidence(
        Ask("a.test"), OneRule(Mode::kEnforce, on_failure, Requirement::kNone), "too slow", kNow);
    EXPECT_EQ(spared.action, Action::kAccept);
    EXPECT_EQ(spared.level, TlsLevel::kMay);
  }
}

}  // namespace
}  // namespace tlswarden
