#include "policy/rule.h"

#include <gtest/gtest.h>

#include <chrono>

#include "tests/unit/policy/build.h"

namespace tlswarden {
namespace {

TEST(ParseDomainPattern, Good) {
  EXPECT_EQ(ParseDomainPattern("Example.COM").value(), (DomainPattern{Name("example.com"), false}));
  EXPECT_EQ(ParseDomainPattern("*.example.com").value(),
            (DomainPattern{Name("example.com"), true}));
  EXPECT_EQ(ParseDomainPattern("*.test").value(), (DomainPattern{Name("test"), true}));
  EXPECT_EQ(ParseDomainPattern("b\xc3\xbc"
                               "cher.test")
                .value()
                .domain,
            Name("xn--bcher-kva.test"));
}

TEST(ParseDomainPattern, Bad) {
  for (const char* bad : {"", "*", "*.", ".example.com", "*.*.com", "a.*.com", "*a.com", "a b",
                          "192.0.2.1", "a@b.com"}) {
    EXPECT_FALSE(ParseDomainPattern(bad).ok()) << bad;
  }
}

Rule Named(std::string name, std::initializer_list<std::string_view> patterns) {
  Rule rule;
  rule.name = std::move(name);
  for (std::string_view pattern : patterns) {
    rule.recipient_domains.push_back(ParseDomainPattern(pattern).value());
  }
  return rule;
}

std::string Matching(const Rules& rules, std::string_view domain) {
  const Rule* rule = rules.Match(domain.empty() ? Domain() : Name(domain));
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

TEST(Rules, ARuleWithoutPatternsMatchesNothing) {
  EXPECT_EQ(Matching(Rules({Named("empty", {})}), "a.example"), "");
  EXPECT_EQ(Matching(Rules(), "a.example"), "");
}

TEST(Rules, AreKeptInOrder) {
  const Rules rules({Named("one", {"a.example"}), Named("two", {"a.example"})});
  ASSERT_EQ(rules.all().size(), 2u);
  EXPECT_EQ(rules.all()[1].name, "two");
  EXPECT_EQ(Matching(rules, "a.example"), "one");
}

std::chrono::nanoseconds TimeOf(const Rules& rules, const Domain& domain) {
  std::chrono::nanoseconds best = std::chrono::hours(1);
  for (int round = 0; round < 20; ++round) {
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < 200; ++i) {
      if (rules.Match(domain) != nullptr) ADD_FAILURE();
    }
    best = std::min<std::chrono::nanoseconds>(best, std::chrono::steady_clock::now() - start);
  }
  return best;
}

Rules Many(int count) {
  Rule rule = Named("many", {});
  for (int i = 0; i < count; ++i) {
    const std::string text = (i % 2 == 0 ? "d" : "*.d") + std::to_string(i) + ".example";
    rule.recipient_domains.push_back(ParseDomainPattern(text).value());
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

TEST(Words, RoundTrip) {
  for (Requirement value : {Requirement::kNone, Requirement::kPublished, Requirement::kEncrypt,
                            Requirement::kAuthenticated, Requirement::kDane}) {
    EXPECT_EQ(ParseRequirement(ToString(value)), value);
  }
  for (OnFailure value : {OnFailure::kDefer, OnFailure::kReject, OnFailure::kAccept}) {
    EXPECT_EQ(ParseOnFailure(ToString(value)), value);
  }
  for (const char* bad : {"", "None", "tls", "none ", "dane-only"}) {
    EXPECT_FALSE(ParseRequirement(bad)) << bad;
    EXPECT_FALSE(ParseOnFailure(bad)) << bad;
  }
}

}  // namespace
}  // namespace tlswarden
