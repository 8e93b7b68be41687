#include "policy/glob.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "policy/ascii.h"

namespace tlswarden {
namespace {

using std::string_literals::operator""s;

TEST(GlobMatches, Cases) {
  const struct {
    std::string pattern, text;
    bool matches;
  } cases[] = {
      {"", "", true},
      {"", "a", false},
      {"*", "", true},
      {"*", "anything", true},
      {"**", "", true},
      {"?", "", false},
      {"?", "a", true},
      {"?*", "", false},
      {"?*", "a", true},
      {"*?", "abc", true},
      {"a", "A", true},
      {"ABC", "abc", true},
      {"abc", "ab", false},
      {"abc", "abcd", false},
      {"a*c", "abbc", true},
      {"a*c", "ac", true},
      {"a*c", "acb", false},
      {"*ab*ab*", "abab", true},
      {"*ab*ab*", "aba", false},
      {"*aab", "aaab", true},
      {"*[secure]*", "Re: [Secure] plans", true},
      {"*[secure]*", "secure", false},
      {"[abc]", "a", false},
      {"*-RSA-*", "ECDHE-RSA-AES256", true},
      {"smtp*", "smtp-out", true},
      {"smtp*", "esmtp", false},
      {"\\*", "*", false},
      {"\xc3\xa4*", "\xc3\xa4x", true},
      {"\xc3\xa4", "\xc3\x84", false},  // without case in ASCII alone
      {"??", "\xc3\xa4", true},         // octets
      {"@", "`", false},                // neighbours of the letters
      {"[", "{", false},
      {"a?c", "a\0c"s, true},
      {"a*", "a\0b"s, true},
      {"a", "a\0"s, false},
      {"*\0*"s, "a\0b"s, true},
      {"?", "*", true},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(GlobMatches(c.pattern, c.text), c.matches) << c.pattern << " and " << c.text;
  }
}

// The definition, as it is read.
bool Naive(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*') {
    return Naive(pattern.substr(1), text) || (!text.empty() && Naive(pattern, text.substr(1)));
  }
  if (text.empty()) return false;
  const bool fits = pattern[0] == '?' || LowerAscii(pattern[0]) == LowerAscii(text[0]);
  return fits && Naive(pattern.substr(1), text.substr(1));
}

TEST(GlobMatches, AsTheDefinition) {
  std::mt19937 random(20261125);
  const auto text = [&random](std::string_view letters, std::size_t longest) {
    std::string made(random() % (longest + 1), ' ');
    for (char& c : made) c = letters[random() % letters.size()];
    return made;
  };
  int matched = 0;
  for (int i = 0; i < 100'000; ++i) {
    const std::string pattern = text("aAb*?", 8), subject = text("aab", 8);
    ASSERT_EQ(GlobMatches(pattern, subject), Naive(pattern, subject)) << pattern << ' ' << subject;
    if (GlobMatches(pattern, subject)) ++matched;
  }
  EXPECT_GT(matched, 1000) << "both answers are tried";
}

// The naive matcher would take longer than the world is old.
TEST(GlobMatches, HostileTextEnds) {
  std::string pattern;
  for (int i = 0; i < 100; ++i) pattern += "*a";
  pattern += "*b";
  EXPECT_FALSE(GlobMatches(pattern, std::string(4096, 'a')));
  EXPECT_TRUE(GlobMatches(pattern, std::string(4096, 'a') + 'b'));
}

}  // namespace
}  // namespace tlswarden
