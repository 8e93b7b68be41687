#include "policy/rules.h"

#include <gtest/gtest.h>

#include <chrono>

#include "tests/unit/policy/build.h"

namespace tlswarden {
namespace {

Rule Named(std::string name, std::initializer_list<std::string_view> patterns) {
  Rule rule;
  rule.name = std::move(name);
  for (std::string_view pattern : patterns) {
    rule.match.recipient_domain.Add(ParseDomainPattern(pattern).value());
  }
  return rule;
}

std::string Matching(const Rules& rules, std::string_view domain) {
  const Domain recipient_domain = domain.empty() ? Domain() : Name(domain);
  Facts facts;
  facts.recipient_domain = &recipient_domain;
  const RulePtr rule = rules.Match(facts, kNow).rule;
  return rule == nullptr ? "" : rule->name;
}

TEST(Rules, TheFirstInTheFileWins) {
  const Rules rules({
      Named("exact", {"a.example", "b.example"}),
      Named("below", {"*.example"}),
      Named("late", {"c.example", "example"}),
      Named("deep", {"*.x.example", "*.deep.test"}),
      Named("other", {"*.test"}),
  });
  const struct {
    const char *domain, *rule;
  } cases[] = {
      {"a.example", "exact"},
      {"b.example", "exact"},
      {"c.example", "below"},
      {"example", "late"},
      {"y.x.example", "below"},
      {"y.a.example", "below"},
      {"a.deep.test", "deep"},
      {"a.b.deep.test", "deep"},
      {"deep.test", "other"},
      {"test", ""},
      {"notexample", ""},
      {"a.example.org", ""},
      {"", ""},
  };
  for (const auto& c : cases) EXPECT_EQ(Matching(rules, c.domain), c.rule) << c.domain;
}

TEST(Rules, ARuleWithoutMatchersMatchesAll) {
  EXPECT_EQ(Matching(Rules({Named("all", {})}), "a.example"), "all");
  EXPECT_EQ(Matching(Rules(), "a.example"), "");
}

TEST(Rules, AreKeptInOrder) {
  const Rules rules({Named("one", {"a.example"}), Named("two", {"a.example"})});
  ASSERT_EQ(rules.all().size(), 2u);
  EXPECT_EQ(rules.all()[1]->name, "two");
  EXPECT_EQ(Matching(rules, "a.example"), "one");
}

std::chrono::nanoseconds TimeOf(const Rules& rules, const Domain& domain) {
  Facts facts;
  facts.recipient_domain = &domain;
  std::chrono::nanoseconds best = std::chrono::hours(1);
  for (int round = 0; round < 20; ++round) {
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < 200; ++i) {
      if (rules.Match(facts, kNow).rule != nullptr) ADD_FAILURE();
    }
    best = std::min<std::chrono::nanoseconds>(best, std::chrono::steady_clock::now() - start);
  }
  return best;
}

Rules Many(int count) {
  Rule rule = Named("many", {});
  for (int i = 0; i < count; ++i) {
    const std::string text = (i % 2 == 0 ? "d" : "*.d") + std::to_string(i) + ".example";
    rule.match.recipient_domain.Add(ParseDomainPattern(text).value());
  }
  return Rules({rule});
}

// Generous, since other programs run beside: a search through all would be 10,000 times slower.
TEST(Rules, AHundredThousandPatternsAreAsFastAsTen) {
  const Rules few = Many(10), many = Many(100000);
  EXPECT_EQ(Matching(many, "d99998.example"), "many");
  EXPECT_EQ(Matching(many, "x.d99999.example"), "many");
  const Domain domain = Name("a.b.c.no-such-rule.example");
  EXPECT_LT(TimeOf(many, domain), 100 * TimeOf(few, domain));
}

Rule OfProvider(Requirement require) {
  Rule rule;
  rule.name = "provider";
  rule.match.mx_host.Add(ParseDomainPattern("*.provider.test").value());
  rule.outbound.require = require;
  return rule;
}

// Whoever forges the MX record of a partner must not choose the laxer of two rules.
TEST(Rules, AnUnsignedMxChoosesNoLaxerRule) {
  const struct {
    Requirement provider, partner;
    Security security;
    const char* rule;
  } cases[] = {
      {Requirement::kEncrypt, Requirement::kAuthenticated, Security::kInsecure, "partner"},
      {Requirement::kEncrypt, Requirement::kAuthenticated, Security::kSecure, "provider"},
      {Requirement::kDane, Requirement::kAuthenticated, Security::kInsecure, "provider"},
      {Requirement::kEncrypt, Requirement::kEncrypt, Security::kInsecure, "provider"},
  };
  for (const auto& c : cases) {
    Rule partner = Named("partner", {"a.example"});
    partner.outbound.require = c.partner;
    const Rules rules({OfProvider(c.provider), partner});
    const MxEvidence mx = Mx(c.security, {Host("mx.provider.test", HostDane::kNone)});
    const Domain domain = Name("a.example");
    Facts facts;
    facts.recipient_domain = &domain;
    facts.mx = &mx;
    EXPECT_EQ(rules.Match(facts, kNow).rule->name, c.rule) << ToString(c.provider);
  }
}

}  // namespace
}  // namespace tlswarden
