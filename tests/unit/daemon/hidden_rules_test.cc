#include "daemon/hidden_rules.h"

#include <gtest/gtest.h>

#include <chrono>

#include "daemon/settings.h"

namespace tlswarden {
namespace {

// The warnings on a second rule after a first, without what they have in common.
std::vector<std::string> Hidden(const std::string& first, const std::string& second) {
  const Loaded loaded = ParseSettings(
      "[milter]\nper-message = postfix\n[rule.one]\n" + first + "\n[rule.two]\n" + second, "f");
  EXPECT_EQ(loaded.errors, std::vector<std::string>{});
  std::vector<std::string> hidden;
  for (const std::string& warning : loaded.warnings) {
    const std::size_t begin = warning.find("[rule.two]") + 10;
    const std::string tail = ": never matches, since [rule.one] on line 3 comes first";
    EXPECT_TRUE(warning.ends_with(tail)) << warning;
    hidden.push_back(warning.substr(begin, warning.size() - begin - tail.size()));
  }
  return hidden;
}

const std::vector<std::string> kWhole = {""};
const std::vector<std::string> kNot = {};

TEST(HiddenRules, Domains) {
  struct Case {
    const char* first;
    const char* second;
    std::vector<std::string> hidden;
  };
  const Case cases[] = {
      {"a.example", "a.example", kWhole},
      {"a.example", "*.a.example", kNot},
      {"*.a.example", "a.example", kNot},
      {"*.a.example", "mx.a.example", kWhole},
      {"*.a.example", "x.y.a.example", kWhole},
      {"*.a.example", "*.a.example", kWhole},
      {"*.a.example", "*.b.a.example", kWhole},
      {"*.b.a.example", "*.a.example", kNot},
      {"*.a.example", "ba.example", kNot},
      {"a.example/*", "a.example *.a.example", kWhole},
      {"a.example *.a.example", "a.example/*", kWhole},
      {"*.a.example", "a.example/*", kNot},
      {"*.example",
       "a.example b.example c.test",
       {" recipient-domain a.example", " recipient-domain b.example"}},
      {"x.example", "*.a.example b.a.example", kNot},  // within one rule
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(std::string(c.first) + " | " + c.second);
    EXPECT_EQ(Hidden("require = dane\nrecipient-domain = " + std::string(c.first),
                     "require = none\nrecipient-domain = " + std::string(c.second)),
              c.hidden);
  }
}

TEST(HiddenRules, EveryMatcher) {
  struct Case {
    const char* first;
    const char* second;
    bool hidden;
  };
  constexpr Case kCases[] = {
      {"", "sender = a@a.example", true},
      {"sender = a@a.example", "", false},
      {"sender-domain = a.example/*", "sender-domain = *.a.example", true},
      {"sender-domain = a.example", "sender = a@a.example", false},  // can't be told apart easily
      {"sender = a.example", "sender = a@a.example", true},
      {"sender = A@a.example", "sender = a@a.example", true},
      {"sender = a@a.example", "sender = a.example", false},
      {"sender = <>", "sender = <>", true},
      {"sender = a.example", "sender = <>", false},
      {"recipient = a.example", "recipient = a@a.example b@a.example", true},
      {"recipient = a.example", "recipient = a@a.example b@b.example", false},
      {"next-hop = a.example", "next-hop = [a.example]:587", true},
      {"next-hop = [a.example]", "next-hop = a.example", false},
      {"mx-host = *.a.example", "mx-host = mx.a.example", true},
      {"transport = sm*", "transport = smtp", true},
      {"transport = smtp", "transport = sm*", false},
      {"client-address = 192.0.2.0/24", "client-address = 192.0.2.128/25 192.0.2.1", true},
      {"client-address = 192.0.2.0/25", "client-address = 192.0.2.0/24", false},
      {"client-address = ::/0", "client-address = 192.0.2.1", false},
      {"client-name = *.a.example", "client-name = a.example", false},
      {"authenticated = yes", "authenticated = bob", true},
      {"authenticated = yes", "authenticated = bob no", false},
      {"authenticated = bob", "authenticated = yes", false},
      {"listener = 25 smtpd", "listener = SMTPD", true},
      {"listener = *", "listener = 25", false},
      {"header = Subject: *", "header = subject: *[secure]*", true},
      {"header = Subject: *a*", "header = X: *a*", false},
      {"recipient-domain = a.example", "recipient-domain = a.example\nsender = a@b.example", true},
      {"recipient-domain = a.example\nsender = a@b.example", "recipient-domain = a.example", false},
      {"recipient-domain = a.example\nsender = b.example",
       "recipient-domain = a.example\nsender = a@b.example\nauthenticated = yes", true},
      // Rules that don't take everything from those behind them.
      {"sender = <>\nmode = observe", "sender = <>", false},
      {"sender = <>\nuntil = 2999-01-01", "sender = <>", false},
  };
  for (const Case& c : kCases) {
    SCOPED_TRACE(std::string(c.first) + " | " + c.second);
    EXPECT_EQ(Hidden("require = dane\n" + std::string(c.first),
                     "require = encrypt\n" + std::string(c.second)),
              c.hidden ? kWhole : kNot);
  }
  // Behind an unsigned MX the first doesn't match.
  EXPECT_EQ(Hidden("require = none\nmx-host = a.example", "require = dane\nmx-host = a.example"),
            kNot);
  EXPECT_EQ(Hidden("require = dane\n", "direction = inbound\nminimum-tls = 1.2"), kNot);
  EXPECT_EQ(Hidden("direction = inbound\nminimum-tls = 1.2\nsender = <>",
                   "direction = inbound\nminimum-tls = 1.3\nsender = <>"),
            kWhole);
}

TEST(HiddenRules, BehindALargeRule) {
  std::string first = "require = dane\n";
  for (int i = 0; i < 20000; ++i) {
    first += "recipient-domain = a" + std::to_string(i) + ".example\n";
  }
  const Loaded loaded = ParseSettings("[rule.one]\n" + first +
                                          "[rule.two]\nrequire = encrypt\nrecipient-domain = "
                                          "a19999.example b.example\n"
                                          "[rule.three]\nrequire = none\n"
                                          "recipient-domain = a7.example a8.example\n",
                                      "f");
  const std::string tail = "never matches, since [rule.one] on line 1 comes first";
  EXPECT_EQ(loaded.warnings, (std::vector<std::string>{
                                 "f:20003: [rule.two] recipient-domain a19999.example: " + tail,
                                 "f:20006: [rule.three]: " + tail}));
}

// Pairs of rules are 50,000,000; a comparison of each would take minutes under a sanitizer.
TEST(HiddenRules, ManyRulesTakeLittleTime) {
  std::string text = "[milter]\nper-message = postfix\n";
  for (int i = 0; i < 10000; ++i) {
    const std::string number = std::to_string(i);
    text += "[rule.r" + number +
            "]\nrequire = encrypt\nrecipient-domain = same.example\nsender = u" + number +
            "@a.example\n";
  }
  text += "[rule.last]\nrequire = dane\nrecipient-domain = same.example\nsender = u7@a.example\n";
  const auto begin = std::chrono::steady_clock::now();
  const Loaded loaded = ParseSettings(text, "f");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
  EXPECT_EQ(loaded.warnings,
            std::vector<std::string>{
                "f:40003: [rule.last]: never matches, since [rule.r7] on line 31 comes first"});
}

}  // namespace
}  // namespace tlswarden
