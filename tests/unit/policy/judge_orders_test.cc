// What the operator's rules make of what domains publish.
#include <gtest/gtest.h>

#include "policy/judge.h"
#include "policy/message_tag.h"
#include "tests/unit/policy/envelopes.h"
#include "tests/unit/policy/orders_build.h"

namespace tlswarden {
namespace {

TEST(OnFailure, EachOfAFinalFailure) {
  const struct {
    OnFailure on_failure;
    const char *unmet, *mismatch;
  } cases[] = {
      {OnFailure::kDefer, "undecided defer r", "secure defer r"},
      {OnFailure::kReject, "undecided reject r", "secure reject r"},
      {OnFailure::kAccept, "may accept r", "secure accept r"},
      {OnFailure::kQuarantine, "undecided quarantine r", "secure quarantine r"},
      {OnFailure::kRoute, "undecided route r", "secure route r"},
  };
  for (const auto& c : cases) {
    const Outbound orders = Orders({Demanding(Requirement::kAuthenticated, c.on_failure)});
    EXPECT_EQ(Said(Plain(), orders), c.unmet);
    EXPECT_EQ(Said(WithSts("enforce", "other.test"), orders), c.mismatch)
        << "on-failure never changes the level of a policy";
    EXPECT_EQ(Said(Dane(), orders), "dane-only accept r");
    EXPECT_EQ(Said(Plain(), Orders({Demanding(Requirement::kAuthenticated)}, c.on_failure)),
              c.unmet)
        << "a rule without its own takes that of [outbound]";
  }
}

TEST(OnFailure, WhatMayHealWaits) {
  Evidence fetching = Plain();
  fetching.sts.failure = Failure{ResultType::kStsPolicyFetchError, "no answer in time", true};
  Evidence mismatch = WithSts("enforce", "other.test");
  mismatch.sts.failure = fetching.sts.failure;
  const struct {
    const char* what;
    Evidence evidence;
  } cases[] = {
      {"MX lookup fails", NoMx(Security::kIndeterminate)},
      {"bogus MX (RFC 7672 section 2.1.2)", NoMx(Security::kBogus)},
      {"TLSA lookup fails", Seen("a.test", Hosts(Security::kSecure, HostDane::kFailed))},
      {"no address to be had", Seen("a.test", Hosts(Security::kSecure, HostDane::kUnresolved))},
      {"policy can't be fetched (RFC 8461 section 5.1)", fetching},
      {"no MX host matches, but there may be a newer policy", mismatch},
  };
  for (OnFailure on_failure : kAllOnFailures) {
    for (Requirement require : {Requirement::kAuthenticated, Requirement::kDane}) {
      for (const auto& c : cases) {
        const bool is_sts = c.evidence.sts.failure.has_value();
        if (is_sts && require == Requirement::kDane) continue;  // MTA-STS can't help there
        const Verdict verdict =
            Judge(Ask("a.test"), c.evidence, Orders({Demanding(require, on_failure)}), kNow);
        const Action waits = on_failure == OnFailure::kAccept ? Action::kAccept : Action::kDefer;
        EXPECT_EQ(verdict.action, waits) << c.what << ' ' << ToString(on_failure);
      }
    }
  }
}

TEST(Pinned, WhateverTheDomainPublishes) {
  Rule by_print = Demanding(Requirement::kPinned);
  by_print.outbound.fingerprints = {"AB:CD"};
  Evidence failing = WithSts("enforce", "other.test");
  for (const Evidence& evidence : {Plain(), Dane(), failing, WithSts("testing", "other.test"),
                                   Seen("a.test", Hosts(Security::kSecure, HostDane::kFailed))}) {
    const Verdict names = Judge(Ask("a.test"), evidence, Orders({Pinned()}), kNow);
    EXPECT_EQ(Said(names), "secure accept r");
    EXPECT_TRUE(names.pinned);
    EXPECT_FALSE(names.failure || names.sts || names.testing);
    EXPECT_EQ(names.policy_type, PolicyType::kNoPolicyFound) << "no policy of the domain's";
    const Verdict prints = Judge(Ask("a.test"), evidence, Orders({by_print}), kNow);
    EXPECT_EQ(Said(prints), "fingerprint accept r");
    EXPECT_TRUE(prints.pinned);
  }
}

TEST(Pinned, WaitsWhereNobodyKnowsTheNextHop) {
  for (Security security : {Security::kBogus, Security::kIndeterminate}) {
    EXPECT_EQ(Said(NoMx(security), Orders({Pinned()}, OnFailure::kReject)), "undecided defer r");
  }
  const Verdict late =
      JudgeWithoutEvidence(Ask("a.test"), Orders({Pinned()}, OnFailure::kRoute), "late", kNow);
  EXPECT_EQ(Said(late), "undecided defer r");
}

TEST(RequireNone, NothingOfThePolicyIsLeft) {
  const Verdict verdict = Judge(Ask("a.test"), WithSts("enforce", "other.test"),
                                Orders({Demanding(Requirement::kNone)}), kNow);
  EXPECT_EQ(Said(verdict), "may accept r");
  EXPECT_EQ(verdict.policy_type, PolicyType::kNoPolicyFound) << "none is applied";
  EXPECT_FALSE(verdict.sts || verdict.failure);
  EXPECT_TRUE(verdict.mx_hostname.empty());
}

// At `dane`, a host that comes back without TLSA records would get the mail in the clear.
TEST(RequireEncrypt, HostsWithoutAnAddress) {
  const Outbound orders = Orders({Demanding(Requirement::kEncrypt)}, OnFailure::kReject);
  const HostDane gone = HostDane::kUnresolved;
  EXPECT_EQ(Said(Seen("a.test", Hosts(Security::kSecure, gone)), orders), "undecided defer r");
  const Evidence one = Seen(
      "a.test",
      Mx(Security::kSecure, {Host("mx1.a.test", HostDane::kUnusable), Host("mx2.a.test", gone)}));
  EXPECT_EQ(Said(one, orders), "encrypt accept r");
  EXPECT_EQ(Said(Seen("a.test", Hosts(Security::kSecure, HostDane::kUnusable)), orders),
            "dane accept r")
      << "unusable records demand TLS";
}

TEST(MxHostRules, AForgedMxChoosesNoException) {
  const Outbound orders = Orders({For(Demanding(Requirement::kNone), "mx.a.test")});
  const Evidence sts = WithSts("enforce", "other.test");
  EXPECT_EQ(Said(sts, orders), "secure defer default");
  Evidence signed_mx = sts;
  signed_mx.mx.security = Security::kSecure;
  EXPECT_EQ(Said(signed_mx, orders), "may accept r");
}

// Nor does whoever makes the lookup fail.
TEST(MxHostRules, AFailingLookUpChoosesNoException) {
  Rule all = Demanding(Requirement::kNone);
  all.name = "all";
  const Outbound orders = Orders({For(Demanding(Requirement::kAuthenticated), "*.a.test"), all});
  EXPECT_EQ(Said(Plain(), orders), "undecided defer r");
  for (Security security : {Security::kBogus, Security::kIndeterminate}) {
    EXPECT_EQ(Said(NoMx(security), orders), "undecided defer default");
  }
  EXPECT_EQ(Said(JudgeWithoutEvidence(Ask("a.test"), orders, "late", kNow)),
            "undecided defer default");
  EXPECT_EQ(Said(NoMx(Security::kBogus), Orders({all})), "may accept all")
      << "where nothing comes before it, an exception is one";
  const Outbound lifted = Orders({For(Demanding(Requirement::kAuthenticated), "*.a.test")});
  EXPECT_EQ(Said(NoMx(Security::kBogus), lifted, &TlsNotRequired()), "undecided defer default");
}

TEST(Modes, ARuleHasItsOwn) {
  const Rule rule = Demanding(Requirement::kAuthenticated, OnFailure::kReject);
  Question question = Ask("a.test");
  const auto judged = [&](std::optional<Mode> own, Mode section) {
    Rule with = rule;
    with.mode = own;
    return Judge(question, Plain(), Orders({with}, OnFailure::kDefer, section), kNow);
  };
  const Verdict enforced = judged(Mode::kEnforce, Mode::kObserve);
  EXPECT_EQ(ActionTaken(enforced), Action::kReject);
  EXPECT_EQ(LevelDemanded(enforced), TlsLevel::kUndecided);
  const Verdict section = judged({}, Mode::kObserve);
  EXPECT_EQ(Said(section), "undecided reject r") << "what would be";
  EXPECT_EQ(ActionTaken(section), Action::kAccept);
  EXPECT_EQ(LevelDemanded(section), TlsLevel::kMay);
  const Verdict observed = judged(Mode::kObserve, Mode::kEnforce);
  EXPECT_EQ(Said(observed), "may accept default");
  EXPECT_FALSE(observed.observed) << "what is published is enforced as ever";
  ASSERT_TRUE(observed.trial);
  EXPECT_EQ(observed.trial->action, Action::kReject);
  EXPECT_EQ(observed.trial->level, TlsLevel::kUndecided);
  EXPECT_EQ(observed.trial->rule, "r");
  ASSERT_TRUE(observed.trial->failure);
  EXPECT_FALSE(judged(Mode::kOff, Mode::kEnforce).trial);
}

TEST(Modes, AnObservedRuleChangesNothingOfTheVerdict) {
  for (const Evidence& evidence : {Plain(), Dane(), WithSts("enforce", "mx.a.test"),
                                   WithSts("enforce", "b.test"), WithSts("testing", "b.test")}) {
    for (Requirement require :
         {Requirement::kNone, Requirement::kEncrypt, Requirement::kDane, Requirement::kPinned}) {
      const Verdict without = Judge(Ask("a.test"), evidence, Orders({}), kNow);
      const Verdict with =
          Judge(Ask("a.test"), evidence, Orders({With(Demanding(require), Mode::kObserve)}), kNow);
      EXPECT_EQ(Said(with), Said(without));
      EXPECT_EQ(with.failure, without.failure);
      EXPECT_EQ(with.sts, without.sts);
      EXPECT_EQ(with.policy_type, without.policy_type);
      EXPECT_EQ(with.testing.has_value(), without.testing.has_value());
      EXPECT_TRUE(with.trial);
    }
  }
}

// A message that was told apart by a rule stays in the queue for days; the rule may change
// meanwhile.
TEST(AnOrder, OfARuleThatIsNotInForce) {
  Rule exception = Demanding(Requirement::kNone);
  exception.match.transport = {"smtp"};  // so the map alone doesn't match it
  Rule over = exception;
  over.until = kNow;
  for (const Rule& rule : {With(exception, Mode::kObserve), With(exception, Mode::kOff), over}) {
    const Outbound orders = Orders({rule});
    Question question = Ask("a.test");
    question.order = OrderOf("rule-r", orders.rules);
    ASSERT_NE(question.order, nullptr);
    const Verdict verdict = Judge(question, Dane(), orders, kNow);
    EXPECT_EQ(LevelDemanded(verdict), TlsLevel::kDaneOnly) << "as if the rule weren't there";
  }
  const Outbound orders = Orders({With(exception, Mode::kEnforce)});
  Question question = Ask("a.test");
  question.order = OrderOf("rule-r", orders.rules);
  EXPECT_EQ(Said(Judge(question, Dane(), orders, kNow)), "may accept r");
}

TEST(AnOrder, CountsInsteadOfTheRulesAndTheMessage) {
  Question question = Ask("a.test");
  const Outbound orders = Orders({Demanding(Requirement::kDane)});
  question.order = OrderOf("encrypt", orders.rules);
  question.envelope = &RequireTls();
  EXPECT_EQ(Said(Judge(question, Plain(), orders, kNow)), "encrypt accept message-encrypt");
}

}  // namespace
}  // namespace tlswarden
