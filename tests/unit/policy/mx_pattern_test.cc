#include "policy/mx_pattern.h"

#include <gtest/gtest.h>

#include "tests/unit/policy/build.h"

namespace tlswarden {
namespace {

// RFC 8461 section 4.1: the wildcard is the whole left-most label, and stands for one.
TEST(MxPattern, Matching) {
  const struct {
    const char *pattern, *host;
    bool matches;
  } cases[] = {
      {"mail.example.com", "mail.example.com", true},
      {"Mail.Example.COM", "mail.example.com", true},
      {"mail.example.com", "MAIL.example.com.", true},
      {"mail.example.com", "a.mail.example.com", false},
      {"mail.example.com", "example.com", false},
      {"mail.example.com", "xmail.example.com", false},
      {"*.example.com", "mail.example.com", true},
      {"*.example.com", "MAIL.EXAMPLE.COM", true},
      {"*.example.com", "mx_1.example.com", true},
      {"*.example.com", "example.com", false},
      {"*.example.com", "a.b.example.com", false},
      {"*.example.com", "mailexample.com", false},
      {"*.example.com", "mail.example.com.evil.test", false},
      {"*.com", "example.com", true},
      {"*.com", "mail.example.com", false},
      {"*.xn--bcher-kva.test",
       "mx.b\xc3\xbc"
       "cher.test",
       true},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(Matches(ParseMxPattern(c.pattern).value(), Name(c.host)), c.matches)
        << c.pattern << ' ' << c.host;
  }
}

TEST(MxPattern, RoundTrip) {
  for (const char* text : {"mail.example.com", "*.example.com", "*.com", "a"}) {
    EXPECT_EQ(ToString(ParseMxPattern(text).value()), text);
  }
}

TEST(MxPattern, Bad) {
  const struct {
    const char *text, *why;
  } cases[] = {
      {"", "empty"},
      {"*", "wildcard alone"},
      {"*.", "no name"},
      {"*..com", "empty label"},
      {"*.*.com", "two wildcards"},
      {"a.*.com", "wildcard within"},
      {"m*.com", "part of a label"},
      {".com", "leading dot"},
      {"a.com.", "trailing dot"},
      {"a_b.com", "underscore"},
      {"192.0.2.1", "address"},
      {"*.0.2.1", "address"},
      {" a.com", "blank"},
      {"a.com\n", "line feed"},
  };
  for (const auto& c : cases) EXPECT_FALSE(ParseMxPattern(c.text).ok()) << c.why;
}

}  // namespace
}  // namespace tlswarden
