#include "report/log_position.h"

#include <gtest/gtest.h>

namespace tlswarden {
namespace {

const LogPosition kPosition{"/var/log/mail.log", 65025, 1234567,
                            987654321012,        1024,  0xfedcba9876543210};

TEST(LogPositionTest, ComesBackFromItsText) {
  EXPECT_EQ(ParseLogPosition(ToText(kPosition)), kPosition);
  EXPECT_EQ(ParseLogPosition(ToText(LogPosition{})), LogPosition{});
}

// The published values of FNV-1a: a saved fingerprint must hold in the next version too.
TEST(LogPositionTest, FingerprintIsFnv1a) {
  EXPECT_EQ(Fingerprint(""), 0xcbf29ce484222325u);
  EXPECT_EQ(Fingerprint("a"), 0xaf63dc4c8601ec8cu);
  EXPECT_EQ(Fingerprint("foobar"), 0x85944171f73967e8u);
}

TEST(LogPositionTest, OtherTextsAreNone) {
  const std::string text = ToText(kPosition);
  for (std::size_t i = 0; i < text.size(); ++i) {
    EXPECT_FALSE(ParseLogPosition(text.substr(0, i))) << i;
  }
  const auto with = [&](std::string_view from, std::string_view to) {
    std::string changed = text;
    changed.replace(changed.find(from), from.size(), to);
    return changed;
  };
  for (const std::string& bad :
       {text + "x", with("position 1", "position 2"), with("1234567", "-1"),
        with("1234567", "99999999999999999999"), with("=1024", "=1025"), with("=1024", "=01024"),
        with("987654321012", "1023"), with("inode", "Inode"), with("=65025", "= 65025"),
        with("=65025", ":65025"), with("=65025", "=")}) {
    EXPECT_FALSE(ParseLogPosition(bad)) << bad;
  }
}

}  // namespace
}  // namespace tlswarden
