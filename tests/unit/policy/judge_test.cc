#include "policy/judge.h"

#include <gtest/gtest.h>

#include "tests/unit/policy/build.h"

namespace tlswarden {
namespace {

constexpr HostDane kNone = HostDane::kNone;
constexpr HostDane kUsable = HostDane::kUsable;
constexpr HostDane kUnusable = HostDane::kUnusable;
constexpr HostDane kFailed = HostDane::kFailed;

MxEvidence MxHosts(Security security, std::initializer_list<HostDane> danes) {
  std::vector<MxHost> hosts;
  for (HostDane dane : danes) {
    hosts.push_back(Host("mx" + std::to_string(hosts.size() + 1) + ".a.test", dane));
  }
  return Mx(security, hosts);
}

const Outbound kDefault{};

// What the domain publishes, and what follows by default.
TEST(Judge, WhatDomainsPublish) {
  const std::vector<std::string> match = {"*.a.test"}, mismatch = {"mail.b.test"};
  const struct {
    const char* what;
    MxEvidence mx;
    std::optional<LearnedStsPolicy> sts;
    const char *level, *type, *action;
  } cases[] = {
      {"nothing", MxHosts(Security::kInsecure, {kNone}), {}, "may", "no-policy-found", "accept"},
      {"signed, without TLSA",
       MxHosts(Security::kSecure, {kNone}),
       {},
       "may",
       "no-policy-found",
       "accept"},
      {"DANE", MxHosts(Security::kSecure, {kUsable}), {}, "dane-only", "tlsa", "accept"},
      {"DANE behind an unsigned MX",
       MxHosts(Security::kInsecure, {kUsable}),
       {},
       "dane",
       "tlsa",
       "accept"},
      {"DANE on one of two",
       MxHosts(Security::kSecure, {kUsable, kNone}),
       {},
       "dane",
       "tlsa",
       "accept"},
      {"unusable TLSA", MxHosts(Security::kSecure, {kUnusable}), {}, "dane", "tlsa", "accept"},
      {"TLSA lookup fails", MxHosts(Security::kSecure, {kFailed}), {}, "dane", "tlsa", "defer"},
      {"one of two TLSA lookups fails",
       MxHosts(Security::kSecure, {kUsable, kFailed}),
       {},
       "dane-only",
       "tlsa",
       "accept"},
      {"STS", MxHosts(Security::kInsecure, {kNone}), Learned("enforce", match), "secure", "sts",
       "accept"},
      {"STS, no MX host listed", MxHosts(Security::kInsecure, {kNone}),
       Learned("enforce", mismatch), "secure", "sts", "defer"},
      {"STS, one of two listed", MxHosts(Security::kInsecure, {kNone, kNone}),
       Learned("enforce", {"mx2.a.test"}), "secure", "sts", "accept"},
      {"STS in testing mode", MxHosts(Security::kInsecure, {kNone}), Learned("testing", mismatch),
       "may", "sts", "accept"},
      {"STS with mode none", MxHosts(Security::kInsecure, {kNone}), Learned("none", {}), "may",
       "no-policy-found", "accept"},
      {"STS that expires this second", MxHosts(Security::kInsecure, {kNone}),
       Learned("enforce", match, kNow - kWeek), "may", "no-policy-found", "accept"},
      {"STS in its last second", MxHosts(Security::kInsecure, {kNone}),
       Learned("enforce", match, kNow - kWeek + std::chrono::seconds(1)), "secure", "sts",
       "accept"},
      {"DANE and STS", MxHosts(Security::kSecure, {kUsable}), Learned("enforce", match),
       "dane-only", "tlsa", "accept"},
      {"DANE and an STS that fails", MxHosts(Security::kSecure, {kUsable}),
       Learned("enforce", mismatch), "dane-only", "tlsa", "accept"},
      {"failing DANE and STS", MxHosts(Security::kSecure, {kFailed}), Learned("enforce", match),
       "dane-only", "tlsa", "defer"},
      {"DANE behind a forged MX, and STS", MxHosts(Security::kInsecure, {kUsable}),
       Learned("enforce", mismatch), "secure", "sts", "defer"},
      {"MX lookup fails",
       MxHosts(Security::kIndeterminate, {}),
       {},
       "undecided",
       "no-policy-found",
       "defer"},
      {"bogus MX", MxHosts(Security::kBogus, {}), {}, "undecided", "no-policy-found", "defer"},
      {"bogus MX and STS", MxHosts(Security::kBogus, {}), Learned("enforce", match), "undecided",
       "sts", "defer"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.what);
    Evidence evidence = Seen("a.test", c.mx);
    evidence.sts.learned = c.sts;
    const Verdict verdict = Judge(Ask("a.test"), evidence, kDefault, kNow);
    EXPECT_EQ(ToString(verdict.level), c.level);
    EXPECT_EQ(ToString(verdict.policy_type), c.type);
    EXPECT_EQ(ToString(verdict.action), c.action);
    EXPECT_EQ(verdict.policy_domain, Name("a.test"));
    EXPECT_EQ(verdict.rule, "default");
  }
}

TEST(Judge, RejectsOnlyWhatCannotHeal) {
  const Outbound reject{Mode::kEnforce, OnFailure::kReject, {}};
  const auto action = [&](const MxEvidence& mx, std::optional<LearnedStsPolicy> sts) {
    Evidence evidence = Seen("a.test", mx);
    evidence.sts.learned = std::move(sts);
    return ToString(Judge(Ask("a.test"), evidence, reject, kNow).action);
  };
  EXPECT_EQ(action(MxHosts(Security::kInsecure, {kNone}), Learned("enforce", {"b.test"})),
            "reject");
  EXPECT_EQ(action(MxHosts(Security::kBogus, {}), {}), "defer") << "RFC 7672 section 2.1.2";
  EXPECT_EQ(action(MxHosts(Security::kIndeterminate, {}), {}), "defer");
  EXPECT_EQ(action(MxHosts(Security::kSecure, {kFailed}), {}), "defer");
}

TEST(Judge, Rules) {
  const struct {
    const char* what;
    Requirement require;
    MxEvidence mx;
    bool sts;
    const char *level, *action;
  } cases[] = {
      {"an exception", Requirement::kNone, MxHosts(Security::kInsecure, {kNone}), true, "may",
       "accept"},
      {"encrypt, nothing published", Requirement::kEncrypt, MxHosts(Security::kInsecure, {kNone}),
       false, "encrypt", "accept"},
      {"encrypt, STS", Requirement::kEncrypt, MxHosts(Security::kInsecure, {kNone}), true, "secure",
       "accept"},
      {"encrypt, DANE", Requirement::kEncrypt, MxHosts(Security::kSecure, {kUsable}), false,
       "dane-only", "accept"},
      {"encrypt, DANE on one of two", Requirement::kEncrypt,
       MxHosts(Security::kSecure, {kUsable, kNone}), false, "dane-only", "accept"},
      {"authenticated, nothing published", Requirement::kAuthenticated,
       MxHosts(Security::kInsecure, {kNone}), false, "undecided", "reject"},
      {"authenticated, STS", Requirement::kAuthenticated, MxHosts(Security::kInsecure, {kNone}),
       true, "secure", "accept"},
      {"authenticated, DANE", Requirement::kAuthenticated, MxHosts(Security::kSecure, {kUsable}),
       false, "dane-only", "accept"},
      {"authenticated, DANE on one of two", Requirement::kAuthenticated,
       MxHosts(Security::kSecure, {kUsable, kNone}), false, "dane-only", "accept"},
      {"authenticated, unusable TLSA", Requirement::kAuthenticated,
       MxHosts(Security::kSecure, {kUnusable}), false, "undecided", "reject"},
      {"dane, STS", Requirement::kDane, MxHosts(Security::kInsecure, {kNone}), true, "undecided",
       "reject"},
      {"dane, unsigned MX", Requirement::kDane, MxHosts(Security::kInsecure, {kUsable}), false,
       "undecided", "reject"},
      {"dane, DANE", Requirement::kDane, MxHosts(Security::kSecure, {kUsable}), false, "dane-only",
       "accept"},
      {"dane, TLSA lookup fails", Requirement::kDane, MxHosts(Security::kSecure, {kFailed}), false,
       "dane-only", "defer"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.what);
    Evidence evidence = Seen("a.test", c.mx);
    if (c.sts) evidence.sts.learned = Learned("enforce", {"*.a.test"});
    const Verdict verdict = Judge(Ask("a.test"), evidence,
                                  OneRule(Mode::kEnforce, OnFailure::kReject, c.require), kNow);
    EXPECT_EQ(ToString(verdict.level), c.level);
    EXPECT_EQ(ToString(verdict.action), c.action);
    EXPECT_EQ(verdict.rule, "the-rule");
  }
}

TEST(Judge, ARuleMayHaveItsOwnOnFailure) {
  Rule rule;
  rule.name = "strict";
  rule.match.recipient_domain.Add(ParseDomainPattern("a.test").value());
  rule.outbound.require = Requirement::kAuthenticated;
  rule.on_failure = OnFailure::kReject;
  const Outbound orders{Mode::kEnforce, OnFailure::kDefer, Rules({rule})};
  const Evidence evidence = Seen("a.test", MxHosts(Security::kInsecure, {kNone}));
  EXPECT_EQ(Judge(Ask("a.test"), evidence, orders, kNow).action, Action::kReject);
}

// A rule is about the recipient's domain, the policy about the next hop's (RFC 8461 section 3.4).
TEST(Judge, RulesMatchTheRecipientDomain) {
  const Evidence evidence = Seen("[smart.example]:587", MxHosts(Security::kInsecure, {kNone}));
  const Question question{Hop("[smart.example]:587"), Name("a.test")};
  const Verdict verdict = Judge(
      question, evidence, OneRule(Mode::kEnforce, OnFailure::kDefer, Requirement::kEncrypt), kNow);
  EXPECT_EQ(verdict.level, TlsLevel::kEncrypt);
  EXPECT_EQ(verdict.policy_domain, Name("smart.example"));
}

TEST(Judge, NothingAppliesToAnAddress) {
  const Verdict verdict = Judge(
      Ask("[192.0.2.1]"), Seen("[192.0.2.1]", Mx(Security::kIndeterminate, {})), kDefault, kNow);
  EXPECT_EQ(verdict.level, TlsLevel::kMay);
  EXPECT_EQ(verdict.action, Action::kAccept);
}

TEST(Judge, WhereThereIsNoMailThereIsNothingToDemand) {
  for (bool null_mx : {true, false}) {
    Evidence evidence = Seen("a.test", Mx(Security::kSecure, {}));
    (null_mx ? evidence.mx.null_mx : evidence.mx.no_such_domain) = true;
    const Verdict verdict = Judge(Ask("a.test"), evidence, kDefault, kNow);
    EXPECT_EQ(verdict.level, TlsLevel::kMay);
    EXPECT_EQ(verdict.action, Action::kAccept);
  }
}

// RFC 8461 section 10.2: whoever forges an unsigned "no such domain" or null MX to us, and not to
// the MTA, must not turn a policy off that is in force.
TEST(Judge, AForgedDenialDoesNotSwitchOffAPolicy) {
  for (bool null_mx : {true, false}) {
    Evidence evidence = Seen("a.test", Mx(Security::kInsecure, {}));
    (null_mx ? evidence.mx.null_mx : evidence.mx.no_such_domain) = true;
    evidence.sts.learned = Learned("enforce", {"*.a.test"});
    const Verdict verdict = Judge(Ask("a.test"), evidence, kDefault, kNow);
    EXPECT_EQ(verdict.level, TlsLevel::kSecure) << (null_mx ? "null MX" : "no such domain");
    EXPECT_EQ(verdict.action, Action::kAccept) << "the MTA itself says that there is no MX";
  }
}

}  // namespace
}  // namespace tlswarden
