#include "policy/sts_policy.h"

#include <gtest/gtest.h>

#include "tests/unit/policy/build.h"

namespace tlswarden {
namespace {

using std::string_literals::operator""s;

// RFC 8461 section 3.2's example, with the ends of lines that the RFC writes.
constexpr char kExample[] =
    "version: STSv1\r\n"
    "mode: enforce\r\n"
    "mx: mail.example.com\r\n"
    "mx: *.example.net\r\n"
    "mx: backupmx.example.com\r\n"
    "max_age: 604800\r\n";

std::string WithLf(std::string text) {
  std::erase(text, '\r');
  return text;
}

std::string MxOf(const StsPolicy& policy) {
  std::string all;
  for (const MxPattern& pattern : policy.mx) all += ToString(pattern) + ' ';
  return all;
}

TEST(ParseStsPolicy, TheExampleOfTheRfc) {
  for (const std::string& text : {std::string(kExample), WithLf(kExample)}) {
    const Result<StsPolicy> policy = ParseStsPolicy(text);
    ASSERT_TRUE(policy.ok()) << policy.error();
    EXPECT_EQ(policy->mode, StsMode::kEnforce);
    EXPECT_EQ(policy->max_age, std::chrono::seconds(604800));
    EXPECT_EQ(MxOf(*policy), "mail.example.com *.example.net backupmx.example.com ");
    const std::vector<std::string> lines = {"version: STSv1",           "mode: enforce",
                                            "mx: mail.example.com",     "mx: *.example.net",
                                            "mx: backupmx.example.com", "max_age: 604800"};
    EXPECT_EQ(policy->lines, lines);
  }
}

TEST(ParseStsPolicy, Good) {
  const struct {
    std::string text, why;
  } cases[] = {
      {"version:STSv1\nmode:enforce\nmx:a.example\nmax_age:1", "no blanks, no last line end"},
      {"version: \t STSv1 \t\nmode: enforce\t\nmx:  a.example \nmax_age: 1 \n", "many blanks"},
      {"max_age: 1\nmx: a.example\nmode: enforce\nversion: STSv1\n", "any order"},
      {"version: STSv1\r\nmode: enforce\nmx: a.example\r\nmax_age: 1\n", "mixed line ends"},
      {"\n\nversion: STSv1\n\nmode: enforce\r\n\r\nmx: a.example\nmax_age: 1\n\n\n", "empty lines"},
      {"version: STSv1\nmode: enforce\nmx: A.EXAMPLE\nmax_age: 1\n", "upper case in the mx"},
      {"version: STSv1\nmode: enforce\nmode: none\nmx: a.example\nmax_age: 1\n", "first mode wins"},
      {"version: STSv1\nmode: enforce\nmode: x\nmx: a.example\nmax_age: 1\n", "first mode wins"},
      {"version: STSv1\nversion: STSv2\nmode: enforce\nmx: a.example\nmax_age: 1\n", "first wins"},
      {"version: STSv1\nmode: enforce\nmx: a.example\nmax_age: 1\nmax_age: 9\n", "first wins"},
      {"version: STSv1\nmode: enforce\nmx: a.example\nmax_age: 1\nx-y.z_9: \xc3\xa4 b\n",
       "unknown"},
      {"version: STSv1\nmode: enforce\nmx: a.example\nmax_age: 1\nMX: b c\n", "case: unknown"},
      {"version: STSv1\nmode: enforce\nmx: a.example\nmax_age: 1\nx: } { y = z }\n", "braces"},
      {"version: STSv1\nmode: enforce\nmx: a.example\nmax_age: 1\nx: a:b:c\n", "colons"},
  };
  for (const auto& c : cases) {
    const Result<StsPolicy> policy = ParseStsPolicy(c.text);
    ASSERT_TRUE(policy.ok()) << c.why << ": " << policy.error();
    EXPECT_EQ(policy->mode, StsMode::kEnforce) << c.why;
    EXPECT_EQ(policy->max_age, std::chrono::seconds(1)) << c.why;
    EXPECT_EQ(MxOf(*policy), "a.example ") << c.why;
  }
}

TEST(ParseStsPolicy, Bad) {
  const std::string good = PolicyText("enforce", {"a.example"});
  const struct {
    std::string text, why;
  } cases[] = {
      {"", "empty"},
      {"\n\n", "empty lines only"},
      {"<html>not found</html>", "a web page"},
      {"mode: enforce\nmx: a.example\nmax_age: 1\n", "no version"},
      {"version: STSv1\nmx: a.example\nmax_age: 1\n", "no mode"},
      {"version: STSv1\nmode: enforce\nmx: a.example\n", "no max_age"},
      {"version: STSv1\nmode: enforce\nmax_age: 1\n", "no mx"},
      {"version: STSv1\nmode: testing\nmax_age: 1\n", "no mx in testing mode"},
      {"version: STSv2\nmode: enforce\nmx: a.example\nmax_age: 1\n", "another version"},
      {"version: stsv1\nmode: enforce\nmx: a.example\nmax_age: 1\n", "case of the version"},
      {"Version: STSv1\nmode: enforce\nmx: a.example\nmax_age: 1\n", "case of a key"},
      {"version: STSv1\nmode: Enforce\nmx: a.example\nmax_age: 1\n", "case of the mode"},
      {"version: STSv1\nmode: report\nmx: a.example\nmax_age: 1\n", "mode of an old draft"},
      {"\xef\xbb\xbf" + good, "BOM"},
      {good + "x\n", "line without a colon"},
      {good + ": x\n", "no key"},
      {good + "x:\n", "no value"},
      {good + "x: \t\n", "blanks for a value"},
      {good + "x : y\n", "blank before the colon"},
      {good + " x: y\n", "blank before the key"},
      {good + " \n", "a line of blanks"},
      {good + "_x: y\n", "malformed key"},
      {good + std::string(33, 'k') + ": y\n", "key of 33 octets"},
      {good + "k\xc3\xa4: y\n", "key isn't ASCII"},
      {good + "x: a\0b\n"s, "NUL"},
      {good + "x: a\tb\n", "tab within a value"},
      {good + "x: a\x7f\n", "DEL"},
      {good + "x: a\x1b[31m\n", "escape"},
      {good + "x: a\rmode: none\n", "bare CR"},
      {good + "x: a\r\r\n", "CR CR LF"},
      {good + "x: a\r", "a CR without its LF at the end"},
      {"version: STSv1\rmode: enforce\rmx: a.example\rmax_age: 1\r", "CR ends no line"},
      {good + "x: \xff\xfe\n", "value isn't UTF-8"},
      {good + "x: \xc3\n", "value is cut UTF-8"},
      {good + "# comment\n", "comments are unknown to the ABNF"},
  };
  for (const auto& c : cases) EXPECT_FALSE(ParseStsPolicy(c.text).ok()) << c.why;
}

// None of them may reach an MTA, where it could become an attribute or an endless list.
TEST(ParseStsPolicy, BadMx) {
  const struct {
    std::string mx, why;
  } cases[] = {
      {"a.example ciphers=low", "an attribute"},
      {"a.example\tciphers=low", "an attribute after a tab"},
      {"a.example:b.example", "colon"},
      {"a.example,b.example", "two names"},
      {"a.example b.example", "two names"},
      {"{a.example}", "braces"},
      {"b\xc3\xbc"
       "cher.example",
       "U-label"},
      {"*", "wildcard alone"},
      {"*.", "no name"},
      {"*.*.example", "two wildcards"},
      {"a.*.example", "wildcard within"},
      {"a*.example", "part of a label"},
      {"*a.example", "part of a label"},
      {".example", "leading dot, the MTA's wildcard"},
      {"a.example.", "trailing dot"},
      {"a..example", "empty label"},
      {"192.0.2.1", "address"},
      {"[192.0.2.1]", "address"},
      {"2001:db8::1", "address"},
      {"-a.example", "hyphen"},
      {"a_b.example", "underscore"},
      {"10 a.example", "preference"},
      {"\"a.example\"", "quotes"},
      {std::string(64, 'a') + ".example", "label of 64 octets"},
      {std::string(5000, 'a'), "5000 octets"},
  };
  for (const auto& c : cases) {
    EXPECT_FALSE(ParseStsPolicy(PolicyText("enforce", {"a.example", c.mx})).ok()) << c.why;
    EXPECT_FALSE(ParseStsPolicy(PolicyText("none", {c.mx})).ok()) << c.why << ", mode none";
  }
}

TEST(ParseStsPolicy, MaxAge) {
  const struct {
    std::string text;
    long seconds;  // -1: malformed
  } cases[] = {
      {"0", 0},
      {"1", 1},
      {"0000000001", 1},
      {"31557600", 31557600},
      {"31557601", 31557600},
      {"9999999999", 31557600},
      {"10000000000", -1},           // 11 digits
      {"00000000001", -1},           // 11 digits
      {"18446744073709551617", -1},  // 2^64 + 1
      {"-1", -1},
      {"+1", -1},
      {"1.5", -1},
      {"1s", -1},
      {"0x10", -1},
      {"1 2", -1},
      {"\xd9\xa1", -1},  // an Arabic digit
  };
  for (const auto& c : cases) {
    const Result<StsPolicy> policy = ParseStsPolicy(PolicyText("enforce", {"a.example"}, c.text));
    EXPECT_EQ(policy.ok() ? policy->max_age.count() : -1, c.seconds) << c.text;
  }
}

TEST(ParseStsPolicy, ModeNoneNeedsNoMx) {
  const StsPolicy policy = Policy("version: STSv1\nmode: none\nmax_age: 86400\n");
  EXPECT_EQ(policy.mode, StsMode::kNone);
  EXPECT_TRUE(policy.mx.empty());
}

TEST(ParseStsPolicy, BoundsTheNumberOfMx) {
  EXPECT_EQ(Policy(PolicyText("enforce", std::vector<std::string>(kMaxMxPatterns, "a.example")))
                .mx.size(),
            kMaxMxPatterns);
  EXPECT_FALSE(ParseStsPolicy(
                   PolicyText("enforce", std::vector<std::string>(kMaxMxPatterns + 1, "a.example")))
                   .ok());
}

TEST(ParseStsPolicy, KeepsTheLinesAsServed) {
  const StsPolicy policy =
      Policy("version:  STSv1\r\n\r\nmode: none \nX: {y}\nmax_age: 9999999999\n");
  const std::vector<std::string> lines = {"version:  STSv1", "mode: none ", "X: {y}",
                                          "max_age: 9999999999"};
  EXPECT_EQ(policy.lines, lines);
}

TEST(StsMode, Words) {
  EXPECT_EQ(ToString(StsMode::kEnforce), "enforce");
  EXPECT_EQ(ToString(StsMode::kTesting), "testing");
  EXPECT_EQ(ToString(StsMode::kNone), "none");
}

TEST(AllowsMx, AnyPatternIsEnough) {
  const StsPolicy policy = Policy(kExample);
  EXPECT_TRUE(AllowsMx(policy, Name("mail.example.com")));
  EXPECT_TRUE(AllowsMx(policy, Name("mx.example.net")));
  EXPECT_FALSE(AllowsMx(policy, Name("example.net")));
  EXPECT_FALSE(AllowsMx(policy, Name("a.mx.example.net")));
  EXPECT_FALSE(AllowsMx(policy, Name("mx.evil.example")));
  EXPECT_FALSE(AllowsMx(Policy("version: STSv1\nmode: none\nmax_age: 1\n"), Name("a.example")));
}

}  // namespace
}  // namespace tlswarden
