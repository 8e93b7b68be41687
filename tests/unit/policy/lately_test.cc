#include "policy/lately.h"

#include <gtest/gtest.h>

#include "policy/lately_verdict.h"
#include "tests/unit/policy/orders_build.h"

namespace tlswarden {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr ResultType kNoStarttls = ResultType::kStarttlsNotSupported;
constexpr ResultType kExpired = ResultType::kCertificateExpired;

TEST(LatelyTracker, CountsInARowAndForgets) {
  LatelyTracker tracker;
  const Domain a = Name("a.test");
  EXPECT_TRUE(tracker.HostsOf(a, kNow).empty());
  tracker.AddFailure(a, "mx1.a.test", kNoStarttls, kNow);
  tracker.AddFailure(a, "mx1.a.test", kExpired, kNow + minutes(5));
  tracker.AddFailure(a, "mx2.a.test", kNoStarttls, kNow + minutes(6));
  const std::vector<LatelyHost> expected = {
      {"mx1.a.test", kExpired, 2, kNow, kNow + minutes(5)},
      {"mx2.a.test", kNoStarttls, 1, kNow + minutes(6), kNow + minutes(6)}};
  EXPECT_EQ(tracker.HostsOf(a, kNow + minutes(7)), expected);
  EXPECT_EQ(tracker.HostsOf(a, kNow + minutes(65)).size(), 1u);
  EXPECT_TRUE(tracker.HostsOf(a, kNow + minutes(66)).empty());
  tracker.AddFailure(a, "mx1.a.test", kNoStarttls, kNow + minutes(70));
  EXPECT_EQ(tracker.HostsOf(a, kNow + minutes(70)).at(0).failures, 1u) << "a new row";
  tracker.AddSuccess(a);
  EXPECT_TRUE(tracker.HostsOf(a, kNow + minutes(70)).empty());
  EXPECT_EQ(tracker.domains(), 0u);
}

TEST(LatelyTracker, ReportsMayComeLateAndClocksBeSet) {
  LatelyTracker tracker;
  const Domain a = Name("a.test");
  tracker.AddFailure(a, "mx.a.test", kExpired, kNow);
  tracker.AddFailure(a, "mx.a.test", kExpired, kNow - minutes(5));
  EXPECT_EQ(tracker.HostsOf(a, kNow).at(0).last, kNow);
  EXPECT_TRUE(tracker.HostsOf(a, kNow - std::chrono::hours(9000)).empty()) << "set back";
}

TEST(LatelyTracker, IsBounded) {
  LatelyTracker tracker(3);
  for (int i = 0; i < 10; ++i) {
    tracker.AddFailure(Name("d" + std::to_string(i) + ".test"), "mx.test", kExpired, kNow);
  }
  EXPECT_EQ(tracker.domains(), 3u);
  EXPECT_TRUE(tracker.HostsOf(Name("d6.test"), kNow).empty());
  EXPECT_EQ(tracker.HostsOf(Name("d7.test"), kNow).size(), 1u);
  for (int i = 0; i < 100; ++i) {
    tracker.AddFailure(Name("d7.test"), "mx" + std::to_string(i) + ".test", kExpired, kNow);
  }
  EXPECT_EQ(tracker.HostsOf(Name("d7.test"), kNow).size(), kMostLatelyHosts);
  tracker.AddFailure(Name("d7.test"), "", kExpired, kNow);
  tracker.AddFailure({}, "mx.test", kExpired, kNow);
  EXPECT_EQ(tracker.HostsOf(Name("d7.test"), kNow).size(), kMostLatelyHosts);
}

LatelyHost FailedAt(const std::string& name, ResultType type, std::uint64_t failures = 2,
                    minutes ago = minutes(12)) {
  return {name, type, failures, kNow - ago - minutes(20), kNow - ago};
}

Outbound Learning(Outbound outbound) {
  outbound.learn = true;
  return outbound;
}

struct Case {
  const char* what;
  Evidence evidence;
  Requirement require;
  std::vector<LatelyHost> hosts;
  const char* expected;  // "action, result type", or "-"
};

Evidence TwoHosts() {
  return Seen("a.test", MxOf({HostDane::kNone, HostDane::kNone}, Security::kInsecure));
}

std::string Applied(const Evidence& evidence, const Outbound& outbound,
                    const std::vector<LatelyHost>& hosts) {
  Verdict v = Judge(Ask("a.test"), evidence, outbound, kNow);
  const TlsLevel before = v.level;
  ApplyLately(hosts, evidence, outbound, kNow, v);
  EXPECT_EQ(v.level, before);
  if (!v.failure) return "-";
  return std::string(ToString(v.action)) + ", " + std::string(ToString(v.failure->type));
}

TEST(ApplyLately, WhenItSpeaksAgainstADomain) {
  const LatelyHost one = FailedAt("mx1.a.test", kNoStarttls),
                   two = FailedAt("mx2.a.test", kExpired);
  const Requirement encrypt = Requirement::kEncrypt, published = Requirement::kPublished;
  Evidence sts = TwoHosts();
  sts.sts.learned = Learned("enforce", {"*.a.test"});
  Evidence unsure = sts;
  unsure.sts.failure = Failure{ResultType::kStsPolicyFetchError, "timeout", true};
  const Evidence one_lives =
      Seen("a.test", MxOf({HostDane::kNone, HostDane::kUnreachable}, Security::kInsecure));
  const Case cases[] = {
      {"nothing is known", sts, published, {}, "-"},
      {"each host failed", sts, published, {two, one}, "reject, starttls-not-supported"},
      {"a host wasn't tried", sts, published, {one}, "-"},
      {"hosts of old", sts, published, {one, FailedAt("old.a.test", kExpired)}, "-"},
      {"a host without an address", one_lives, encrypt, {one}, "reject, starttls-not-supported"},
      {"no host is known", Seen("a.test", Mx(Security::kInsecure, {})), encrypt, {one}, "-"},
      {"nothing is demanded", TwoHosts(), published, {one, two}, "-"},
      {"an exception", sts, Requirement::kNone, {one, two}, "-"},
      {"an hour ago", sts, published, {one, FailedAt("mx2.a.test", kExpired, 2, minutes(60))}, "-"},
      {"a certificate, where none is looked at", TwoHosts(), encrypt, {one, two}, "-"},
      {"TLSA, where it isn't looked at",
       one_lives,
       encrypt,
       {FailedAt("mx1.a.test", ResultType::kTlsaInvalid)},
       "-"},
      {"TLSA",
       Seen("a.test", MxOf({HostDane::kUsable})),
       published,
       {FailedAt("mx1.a.test", ResultType::kTlsaInvalid)},
       "reject, tlsa-invalid"},
      {"a single session",
       one_lives,
       encrypt,
       {FailedAt("mx1.a.test", kNoStarttls, 1)},
       "defer, starttls-not-supported"},
      {"nobody knows what",
       one_lives,
       encrypt,
       {FailedAt("mx1.a.test", ResultType::kValidationFailure)},
       "defer, validation-failure"},
      {"at one host, nobody knows what",
       TwoHosts(),
       encrypt,
       {one, FailedAt("mx2.a.test", ResultType::kValidationFailure)},
       "defer, validation-failure"},
      {"a newer policy may be there",
       unsure,
       published,
       {one, two},
       "defer, starttls-not-supported"},
      {"the lookup fails now",
       NoMx(Security::kIndeterminate),
       published,
       {one, two},
       "defer, validation-failure"},
  };
  for (const Case& c : cases) {
    Outbound outbound = Orders({Demanding(c.require)}, OnFailure::kReject);
    const std::string now = Applied(c.evidence, outbound, c.hosts);
    if (IsLookupFailure(c.evidence.mx.security)) {
      EXPECT_EQ(now, c.expected) << "it is so anyway";
    } else {
      EXPECT_EQ(now, "-") << c.what << ", with learn = no";
    }
    EXPECT_EQ(Applied(c.evidence, Learning(outbound), c.hosts), c.expected) << c.what;
  }
}

TEST(ApplyLately, OnFailureDecidesAsForALookAtTheHosts) {
  const Evidence evidence = Plain();
  for (const OnFailure on_failure : kAllOnFailures) {
    const Outbound outbound = Learning(Orders({Demanding(Requirement::kEncrypt)}, on_failure));
    const auto action = [&](ResultType type, std::uint64_t sessions) {
      Verdict v = Judge(Ask("a.test"), evidence, outbound, kNow);
      ApplyLately(std::vector<LatelyHost>{FailedAt("mx.a.test", type, sessions)}, evidence,
                  outbound, kNow, v);
      EXPECT_TRUE(v.failure);
      return v.action;
    };
    const bool accepts = on_failure == OnFailure::kAccept;
    EXPECT_EQ(action(kNoStarttls, 1), accepts ? Action::kAccept : Action::kDefer);
    EXPECT_EQ(action(ResultType::kValidationFailure, 9),
              accepts ? Action::kAccept : Action::kDefer);
    const Action final = action(kNoStarttls, 2);
    EXPECT_EQ(final == Action::kReject, on_failure == OnFailure::kReject);
    EXPECT_EQ(final == Action::kQuarantine, on_failure == OnFailure::kQuarantine);
    EXPECT_EQ(final == Action::kRoute, on_failure == OnFailure::kRoute);
    EXPECT_EQ(final == Action::kAccept, accepts);
  }
}

TEST(ApplyLately, TheReasonHasAgeAndCount) {
  const Outbound outbound = Learning(Orders({Demanding(Requirement::kEncrypt)}));
  Verdict v = Judge(Ask("a.test"), TwoHosts(), outbound, kNow);
  ApplyLately(std::vector<LatelyHost>{FailedAt("mx2.a.test", kNoStarttls, 2, minutes(30)),
                                      FailedAt("mx1.a.test", kNoStarttls, 1, minutes(12))},
              TwoHosts(), outbound, kNow, v);
  EXPECT_EQ(v.failure->reason, "failed at every MX host: 3 sessions, the last 12 minutes ago");
  EXPECT_EQ(v.mx_hostname, "mx1.a.test") << "the best host";
  const struct {
    Lately lately;
    const char* text;
  } cases[] = {
      {{kNow, kNow, 1, {}, {}, {}}, "failed at every MX host: 1 session, less than a minute ago"},
      {{kNow, kNow - seconds(119), 1, {}, {}, {}},
       "failed at every MX host: 1 session, 1 minute ago"},
      {{kNow, kNow + seconds(9), 7, {}, {}, {}},
       "failed at every MX host: 7 sessions, the last less than a minute ago"},
  };
  for (const auto& c : cases) EXPECT_EQ(Describe(c.lately, kNow), c.text);
}

TEST(ApplyLately, ObserveOnlyNotes) {
  const Outbound outbound =
      Learning(Orders({Demanding(Requirement::kEncrypt)}, OnFailure::kReject, Mode::kObserve));
  Verdict v = Judge(Ask("a.test"), Plain(), outbound, kNow);
  ApplyLately(std::vector<LatelyHost>{FailedAt("mx.a.test", kNoStarttls)}, Plain(), outbound, kNow,
              v);
  EXPECT_EQ(v.action, Action::kReject);
  EXPECT_EQ(ActionTaken(v), Action::kAccept);
}

// What the memory demands, nobody promised.
TEST(ApplyLately, WhatIsRememberedOnlyWaits) {
  RememberedTls tls{TlsLevel::kEncrypt, 3, kNow - minutes(60), kNow - minutes(30), {}};
  Outbound outbound = Learning(Orders({}, OnFailure::kReject));
  outbound.remember_tls = RememberTls::kRequire;
  outbound.remembered =
      std::make_shared<const RememberedTable>(std::vector<RememberedDomain>{{Name("a.test"), tls}});
  EXPECT_EQ(Applied(Plain(), outbound, {FailedAt("mx.a.test", kNoStarttls, 9)}),
            "defer, starttls-not-supported");
}

// RFC 8689 section 4.2.1: what can't be relayed with TLS bounces.
TEST(ApplyLately, RequireTlsBounces) {
  const Outbound outbound = Learning(Orders({}));
  Envelope envelope;
  envelope.requiretls = true;
  envelope.sender = ParseMailAddress("<s@from.test>");
  Question question = Ask("a.test");
  question.envelope = &envelope;
  Verdict v = Judge(question, Dane(), outbound, kNow);
  const std::vector<LatelyHost> hosts = {FailedAt("mx.a.test", ResultType::kTlsaInvalid)};
  ApplyLately(hosts, Dane(), outbound, kNow, v);
  EXPECT_EQ(v.action, Action::kReject);
}

// Everywhere: it never lets through what was held, and without evidence of all hosts it is silent.
TEST(LatelyLaws, NeverSofterAndOnlyWhereTlsIsDemanded) {
  std::vector<LatelyHost> all;
  for (const char* host : {"mx1.a.test", "mx2.a.test", "mx3.a.test"}) {
    all.push_back(FailedAt(host, kNoStarttls));
  }
  bool broken = false;
  ForEachPoint([&](const Point& point) {
    if (broken) return;
    const Verdict& before = VerdictOf(point);
    Verdict v = before;
    ApplyLately(all, EvidenceOf(point), Learning(OrdersOf(point)), kNow, v);
    const bool demands = before.level != TlsLevel::kMay && before.level != TlsLevel::kUndecided;
    const bool changed = v.failure != before.failure;
    const bool fits =
        v.level == before.level && (!changed || (demands && !before.failure)) &&
        (changed || v.action == before.action) &&
        (!changed || v.action != Action::kAccept || point.on_failure == OnFailure::kAccept);
    if (fits) return;
    broken = true;
    ADD_FAILURE() << Describe(point);
  });
}

}  // namespace
}  // namespace tlswarden
