#include "report/mail_text.h"

#include <gtest/gtest.h>

namespace tlswarden {
namespace {

TEST(MailDate, IsRfc5322) {
  EXPECT_EQ(MailDate(Time{}), "Thu, 1 Jan 1970 00:00:00 +0000");
  EXPECT_EQ(MailDate(Time{std::chrono::seconds(1'709'208'059)}), "Thu, 29 Feb 2024 12:00:59 +0000");
}

TEST(MailText, BreaksAtBlanksOnly) {
  const std::string long_word(100, 'w');
  EXPECT_EQ(Wrapped("- ", "  ", "a " + long_word + "  b"), "- a\n  " + long_word + "\n  b\n");
  EXPECT_EQ(NamedLines("since", "now"), "  since:        now\n");
  EXPECT_EQ(OneLine("a\r\nb\xff" + std::string(500, 'x')).size(), 400u);
  EXPECT_EQ(OneLine("a\r\nb\xff"), "a??b?");
}

}  // namespace
}  // namespace tlswarden
