#include "policy/message_tag.h"

#include <gtest/gtest.h>

#include "policy/judge.h"
#include "tests/unit/policy/build.h"

namespace tlswarden {
namespace {

constexpr Requirement kWords[] = {Requirement::kNone, Requirement::kPublished,
                                  Requirement::kEncrypt, Requirement::kAuthenticated,
                                  Requirement::kDane};

Rule Demanding(std::string name, Requirement require) {
  Rule rule;
  rule.name = std::move(name);
  rule.outbound.require = require;
  return rule;
}

Rule Accepting(Rule rule) {
  rule.on_failure = OnFailure::kAccept;
  return rule;
}

Rule From(Rule rule, TlsVersion minimum) {
  rule.outbound.minimum_tls = minimum;
  return rule;
}

Rule Ciphers(Rule rule, std::string grade) {
  rule.outbound.ciphers = std::move(grade);
  return rule;
}

Rule Pinned(std::string name) {
  Rule rule = Demanding(std::move(name), Requirement::kPinned);
  rule.outbound.match = {ParseDomainPattern("mx.partner.test").value()};
  return rule;
}

TEST(TagOf, AWordOrTheRulesName) {
  const struct {
    Rule rule;
    const char* tag;
  } cases[] = {
      {Demanding("r", Requirement::kNone), "none"},
      {Demanding("r", Requirement::kPublished), "published"},
      {Demanding("r", Requirement::kEncrypt), "encrypt"},
      {Demanding("r", Requirement::kAuthenticated), "authenticated"},
      {Demanding("r", Requirement::kDane), "dane"},
      {Pinned("p"), "rule-p"},
      {From(Demanding("r", Requirement::kEncrypt), TlsVersion::kTls12), "rule-r"},
      {Ciphers(Demanding("r", Requirement::kDane), "high"), "rule-r"},
      {Accepting(Demanding("r", Requirement::kDane)), "rule-r"},
      {Accepting(Demanding("r", Requirement::kEncrypt)), "encrypt"},
  };
  for (const auto& c : cases) EXPECT_EQ(TagOf(c.rule), c.tag);
}

TEST(OrderOf, NoOrder) {
  const Rules rules({Demanding("r", Requirement::kDane)});
  for (const char* tag : {"", "pinned", "rule-", "rule-x", "rule-R", "r", "Encrypt", "encrypt ",
                          "encryptTLSRPT", "fingerprint", "dane-only"}) {
    EXPECT_EQ(OrderOf(tag, rules), nullptr) << tag;
  }
  EXPECT_EQ(OrderOf("rule-r", rules), rules.Named("r"));
}

// The tag's order is judged as the rule is, whatever is published, and whatever [outbound] says of
// failures.
TEST(OrderOf, DemandsWhatTheRuleDemands) {
  std::vector<Rule> all;
  for (Requirement require : kWords) {
    all.push_back(Demanding("r", require));
    all.push_back(Accepting(Demanding("r", require)));
    all.push_back(From(Demanding("r", require), TlsVersion::kTls13));
  }
  all.push_back(Pinned("r"));
  for (HostDane dane : {HostDane::kNone, HostDane::kUsable, HostDane::kUnusable, HostDane::kFailed,
                        HostDane::kUnresolved}) {
    for (Security security : {Security::kSecure, Security::kInsecure, Security::kBogus}) {
      for (bool sts : {false, true}) {
        Evidence evidence = Seen("a.test", Mx(security, {Host("mx.a.test", dane)}));
        if (sts) evidence.sts.learned = Learned("enforce", {"*.a.test"});
        for (const Rule& rule : all) {
          const Outbound orders{Mode::kEnforce, OnFailure::kDefer, Rules({rule})};
          Question tagged = Ask("a.test");
          tagged.order = OrderOf(TagOf(rule), orders.rules);
          ASSERT_NE(tagged.order, nullptr);
          const Verdict by_rule = Judge(Ask("a.test"), evidence, orders, kNow);
          const Verdict by_tag = Judge(tagged, evidence, orders, kNow);
          EXPECT_EQ(by_tag.level, by_rule.level) << TagOf(rule);
          EXPECT_EQ(by_tag.pinned, by_rule.pinned);
          EXPECT_EQ(by_tag.sts, by_rule.sts);
          EXPECT_EQ(by_tag.by->outbound, by_rule.by->outbound);
        }
      }
    }
  }
}

TEST(OrderOf, AWordIsNotEmptiedByOnFailureAccept) {
  const Outbound orders{Mode::kEnforce, OnFailure::kAccept, {}};
  Question question = Ask("a.test");
  question.order = OrderOf("authenticated", orders.rules);
  const Evidence evidence = Seen("a.test", Mx(Security::kInsecure, {}));
  EXPECT_EQ(Judge(question, evidence, orders, kNow).level, TlsLevel::kUndecided);
}

RulePtr Shared(Rule rule) { return std::make_shared<const Rule>(std::move(rule)); }

// A demand that is met.
Verdict By(RulePtr rule, Requirement requirement) {
  Verdict verdict;
  verdict.level = TlsLevel::kDaneOnly;
  verdict.by = std::move(rule);
  verdict.requirement = requirement;
  return verdict;
}

Verdict By(RulePtr rule) {
  const Requirement own = rule->outbound.require;
  return By(std::move(rule), own);
}

Verdict OfRequireTls(Verdict verdict) {
  verdict.requiretls = true;
  return verdict;
}

Verdict Observed(Verdict verdict) {
  verdict.observed = true;
  return verdict;
}

Verdict LetGo(Verdict verdict, TlsLevel level = TlsLevel::kMay) {
  verdict.level = level;
  verdict.action = Action::kAccept;
  verdict.failure = Failure{ResultType::kValidationFailure, "nothing published", false};
  return verdict;
}

TEST(TagFor, EachPair) {
  const RulePtr none = Shared(Demanding("n", Requirement::kNone));
  const RulePtr encrypt = Shared(Demanding("e", Requirement::kEncrypt));
  const RulePtr secure = Shared(Demanding("a", Requirement::kAuthenticated));
  const RulePtr lax = Shared(Accepting(Demanding("l", Requirement::kAuthenticated)));
  const RulePtr pinned = Shared(Pinned("p"));
  const Verdict plain = By(nullptr, Requirement::kPublished);
  const struct {
    const char* what;
    Verdict verdict, by_map;
    const char* tag;
  } cases[] = {
      {"nothing demanded", plain, plain, ""},
      {"the same rule", By(encrypt), By(encrypt), ""},
      {"the same pins", By(pinned), By(pinned), ""},
      {"a rule that the map can't see", By(encrypt), plain, "encrypt"},
      {"pins that the map can't see", By(pinned), plain, "rule-p"},
      {"an exception that the map can't see", By(none), plain, "none"},
      {"an exception from a rule", By(none), By(encrypt), "none"},
      {"what is published, instead of a rule", plain, By(encrypt), "published"},
      {"another rule", By(encrypt), By(pinned), "encrypt"},
      {"REQUIRETLS", OfRequireTls(By(nullptr, Requirement::kAuthenticated)), plain,
       "authenticated"},
      {"REQUIRETLS raises a rule", OfRequireTls(By(encrypt, Requirement::kAuthenticated)),
       By(encrypt), "authenticated"},
      {"REQUIRETLS, and a rule that lets go", OfRequireTls(By(lax)), By(lax), "authenticated"},
      {"REQUIRETLS and pins", OfRequireTls(By(pinned)), By(pinned), ""},
      {"TLS-Required: No", By(nullptr, Requirement::kNone), plain, "none"},
      {"a rule that lets go", By(lax), plain, "rule-l"},
      {"[outbound] lets go", LetGo(By(secure)), plain, "published"},
      {"[outbound] lets a failing look-up go", LetGo(By(secure), TlsLevel::kDaneOnly), plain,
       "authenticated"},
      {"[outbound] lets a policy's failure go, under encrypt", LetGo(By(encrypt)), plain,
       "encrypt"},
      {"observed", Observed(By(encrypt)), plain, ""},
      {"the map alone observes", By(encrypt), Observed(plain), "encrypt"},
  };
  for (const auto& c : cases) EXPECT_EQ(TagFor(c.verdict, c.by_map), c.tag) << c.what;
}

std::vector<std::string> AllTags() {
  return {"",       "none",   "published", "encrypt",  "authenticated", "dane",
          "rule-p", "rule-q", "rule-old",  "rule-new", "rule-gone"};
}

Rules AllRules() {
  return Rules({Pinned("p"), Pinned("q"),
                From(Demanding("old", Requirement::kEncrypt), TlsVersion::kTls12),
                From(Demanding("new", Requirement::kAuthenticated), TlsVersion::kTls13)});
}

TEST(StricterTag, Laws) {
  const std::vector<std::string> words = {"none", "", "encrypt", "authenticated", "dane", "rule-p"};
  for (std::size_t i = 0; i < words.size(); ++i) {
    for (std::size_t j = 0; j < words.size(); ++j) {
      EXPECT_EQ(StricterTag(words[i], words[j]), words[std::max(i, j)]);
    }
  }
  for (const std::string& a : AllTags()) {
    EXPECT_EQ(StricterTag(a, a), a);
    for (const std::string& b : AllTags()) {
      const std::string both = StricterTag(a, b);
      EXPECT_TRUE(both == a || both == b);
      EXPECT_EQ(StricterTag(both, b), both);
    }
  }
}

TEST(TagForBoth, DemandsNoLessThanEither) {
  const Rules rules = AllRules();
  for (const std::string& a : AllTags()) {
    EXPECT_EQ(TagForBoth(a, a, rules), a);
    for (const std::string& b : AllTags()) {
      const std::optional<std::string> both = TagForBoth(a, b, rules);
      EXPECT_EQ(both.has_value(), TagForBoth(b, a, rules).has_value()) << a << ' ' << b;
      if (!both || a == b) continue;
      const OutboundDemand demand = OrderOf(*both, rules)->outbound;
      for (const std::string& each : {a, b}) {
        const OutboundDemand other = OrderOf(each, rules)->outbound;
        EXPECT_GE(demand.require, other.require) << a << ' ' << b;
        EXPECT_GE(demand.minimum_tls, other.minimum_tls) << a << ' ' << b;
        EXPECT_EQ(demand.match, other.match) << a << ' ' << b;
      }
    }
  }
}

TEST(TagForBoth, Cases) {
  const struct {
    const char *a, *b, *both;
  } cases[] = {
      {"encrypt", "dane", "dane"},
      {"none", "published", "published"},
      {"rule-new", "encrypt", "rule-new"},
      {"rule-new", "rule-old", "rule-new"},
      {"rule-old", "encrypt", "rule-old"},
      {"rule-old", "dane", "-"},   // TLS 1.2 with anybody, and DANE: neither is enough
      {"rule-p", "encrypt", "-"},  // another partner hasn't that name
      {"rule-p", "none", "-"},
      {"rule-gone", "encrypt", "-"},
      {"", "encrypt", "-"},  // the map may demand more of the first than that
  };
  for (const auto& c : cases) {
    EXPECT_EQ(TagForBoth(c.a, c.b, AllRules()).value_or("-"), c.both) << c.a << ' ' << c.b;
  }
}

}  // namespace
}  // namespace tlswarden
