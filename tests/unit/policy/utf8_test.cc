#include "policy/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace tlswarden {
namespace {

TEST(Utf8, Good) {
  for (const std::string text :
       {"", "a", "\x7f", "\xc2\x80",
        "b\xc3\xbc"
        "cher",
        "\xe0\xa0\x80", "\xed\x9f\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(IsUtf8(text)) << text;
  }
}

TEST(Utf8, Bad) {
  const struct {
    const char* text;
    const char* why;
  } kCases[] = {
      {"\x80", "begins in the middle"},
      {"\xc3", "cut"},
      {"\xc0\x80", "overlong, 2 octets"},
      {"\xe0\x9f\xbf", "overlong, 3 octets"},
      {"\xed\xa0\x80", "surrogate"},
      {"\xf0\x8f\xbf\xbf", "overlong, 4 octets"},
      {"\xf4\x90\x80\x80", "too large"},
      {"\xf5\x80\x80\x80", "no lead octet"},
      {"\xe2\x82"
       "a",
       "not a trailing octet"},
      {"ok\xff", "after a good beginning"},
  };
  for (const auto& c : kCases) EXPECT_FALSE(IsUtf8(c.text)) << c.why;
}

TEST(Utf8, TellsTheCharacter) {
  const auto character = FirstUtf8Character(
      "\xe2\x82\xac"
      "x");
  ASSERT_TRUE(character.has_value());
  EXPECT_EQ(character->octets, 3u);
  EXPECT_EQ(character->code, 0x20acU);
}

}  // namespace
}  // namespace tlswarden
