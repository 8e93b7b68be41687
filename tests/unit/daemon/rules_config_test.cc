#include "daemon/rules_config.h"

#include <gtest/gtest.h>

#include "daemon/settings.h"

namespace tlswarden {
namespace {

TEST(RulesConfig, GoodRules) {
  const Loaded loaded = ParseSettings(
      "[rule.bank]\n"
      "recipient-domain = Bank.Example, *.bank.example\n"
      "recipient-domain = sister.example\n"
      "require = authenticated\n"
      "on-failure = reject\n"
      "\n"
      "[rule.Open-1_x]\n"
      "direction = outbound\n"
      "require = none\n"
      "recipient-domain = open.example\n",
      "f");
  EXPECT_TRUE(loaded.errors.empty());
  EXPECT_TRUE(loaded.warnings.empty());
  const std::vector<Rule>& rules = loaded.settings.rules;
  ASSERT_EQ(rules.size(), 2U);
  EXPECT_EQ(rules[0], (Rule{.name = "bank",
                            .line = 1,
                            .recipient_domains = {{{"bank.example"}, false},
                                                  {{"bank.example"}, true},
                                                  {{"sister.example"}, false}},
                            .require = Requirement::kAuthenticated,
                            .on_failure = OnFailure::kReject}));
  EXPECT_EQ(rules[1], (Rule{.name = "Open-1_x",
                            .line = 7,
                            .recipient_domains = {{{"open.example"}, false}},
                            .require = Requirement::kNone,
                            .on_failure = std::nullopt}));
}

TEST(RulesConfig, DomainsCountOnce) {
  const Loaded loaded = ParseSettings(
      "[rule.a]\nrequire = dane\nrecipient-domain = a.example A.example.\n"
      "recipient-domain = b.example a.example\n",
      "f");
  EXPECT_TRUE(loaded.errors.empty());
  EXPECT_EQ(loaded.settings.rules.at(0).recipient_domains.size(), 2U);
}

TEST(RulesConfig, EveryWord) {
  for (const Requirement require :
       {Requirement::kNone, Requirement::kPublished, Requirement::kEncrypt,
        Requirement::kAuthenticated, Requirement::kDane}) {
    for (const OnFailure on_failure : {OnFailure::kDefer, OnFailure::kReject, OnFailure::kAccept}) {
      const Loaded loaded = ParseSettings(
          "[rule.a]\nrecipient-domain = a.example\nrequire = " + std::string(ToString(require)) +
              "\non-failure = " + std::string(ToString(on_failure)),
          "f");
      ASSERT_TRUE(loaded.errors.empty()) << loaded.errors.front();
      EXPECT_EQ(loaded.settings.rules.at(0).require, require);
      EXPECT_EQ(loaded.settings.rules.at(0).on_failure, on_failure);
    }
  }
}

TEST(RulesConfig, Notify) {
  const std::string rule = "[rule.a]\nrecipient-domain = a.example\nrequire = none\nnotify = ";
  const Loaded loaded = ParseSettings(rule + "a@corp.example", "f");
  ASSERT_TRUE(loaded.errors.empty()) << loaded.errors.front();
  EXPECT_EQ(loaded.settings.rules.at(0).notify, "a@corp.example");
  for (const char* bad : {"a", "a@", "@b", "a b@c.example", "<a@c.example>", "a@c_d e", "a@1.2.3.4",
                          "a@b@c.example", "a@c.example, b@c.example", "\xc3\xa4@c.example"}) {
    EXPECT_EQ(ParseSettings(rule + bad, "f").errors.size(), 1u) << bad;
  }
}

TEST(RulesConfig, MissingParts) {
  struct Case {
    const char* text;
    std::vector<std::string> errors;
  };
  const std::string no_domain = ": no recipient-domain, so it would match nothing";
  const std::string no_require =
      ": no require; set it to none, published, encrypt, authenticated or dane";
  const Case cases[] = {
      {"[rule.a]\n", {"f:1: [rule.a]" + no_domain, "f:1: [rule.a]" + no_require}},
      {"\n[rule.a]\nrequire = dane\n", {"f:2: [rule.a]" + no_domain}},
      {"[rule.a]\nrecipient-domain = a.example\n[dane]\n", {"f:1: [rule.a]" + no_require}},
      // What is missing may be what was refused: one error is enough.
      {"[rule.a]\nrequire = x\n",
       {"f:2: [rule.a] require = x: must be none, published, encrypt, authenticated or dane"}},
      {"[rule.a]\nrequire = dane\n[rule.b c]\n",
       {"f:1: [rule.a]" + no_domain,
        "f:3: [rule.b c]: a rule's name is made of letters, digits, hyphens and underscores"}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    EXPECT_EQ(ParseSettings(c.text, "f").errors, c.errors);
  }
}

TEST(RulesConfig, InboundRulesHaveNoEffect) {
  const Loaded loaded = ParseSettings("[rule.in]\ndirection = inbound\n", "f");
  EXPECT_TRUE(loaded.errors.empty());
  EXPECT_TRUE(loaded.settings.rules.empty());
  EXPECT_EQ(loaded.warnings,
            std::vector<std::string>{"f:1: [rule.in] direction = inbound: this version doesn't do "
                                     "that yet; the section has no effect"});
}

TEST(RulesConfig, HiddenRulesWarn) {
  struct Case {
    const char* first;
    const char* second;
    const char* hidden;  // the patterns of the second, blank after each
  };
  constexpr Case kCases[] = {
      {"a.example", "a.example", "a.example "},
      {"a.example", "*.a.example", ""},
      {"*.a.example", "a.example", ""},
      {"*.a.example", "mx.a.example", "mx.a.example "},
      {"*.a.example", "x.y.a.example", "x.y.a.example "},
      {"*.a.example", "*.a.example", "*.a.example "},
      {"*.a.example", "*.b.a.example", "*.b.a.example "},
      {"*.b.a.example", "*.a.example", ""},
      {"*.a.example", "ba.example", ""},
      {"*.example", "a.example b.example c.test", "a.example b.example "},
      {"x.example", "*.a.example b.a.example", ""},  // within one rule
  };
  for (const Case& c : kCases) {
    SCOPED_TRACE(std::string(c.first) + " | " + c.second);
    const Loaded loaded =
        ParseSettings("[rule.one]\nrequire = dane\nrecipient-domain = " + std::string(c.first) +
                          "\n[rule.two]\nrequire = none\nrecipient-domain = " + c.second,
                      "f");
    EXPECT_TRUE(loaded.errors.empty());
    std::string hidden;
    for (const std::string& warning : loaded.warnings) {
      const std::string head = "f:4: [rule.two] recipient-domain ";
      const std::string tail = ": never matches, since [rule.one] on line 1 comes first";
      ASSERT_TRUE(warning.starts_with(head) && warning.ends_with(tail)) << warning;
      hidden += warning.substr(head.size(), warning.size() - head.size() - tail.size()) + " ";
    }
    EXPECT_EQ(hidden, c.hidden);
  }
}

}  // namespace
}  // namespace tlswarden
