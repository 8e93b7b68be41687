#include "policy/time.h"

#include <gtest/gtest.h>

namespace tlswarden {
namespace {

TEST(Time, IsWrittenAsRfc3339) {
  EXPECT_EQ(ToString(Time{}), "1970-01-01T00:00:00Z");
  EXPECT_EQ(ToString(Time{std::chrono::seconds(1'800'000'000)}), "2027-01-15T08:00:00Z");
  EXPECT_EQ(ToString(Time{std::chrono::seconds(1'709'210'096)}), "2024-02-29T12:34:56Z");
}

TEST(Time, Days) {
  const Time time = *ParseTime("2026-11-24T23:59:59Z");
  EXPECT_EQ(DayText(time), "2026-11-24");
  EXPECT_EQ(DayText(DayOf(time) + std::chrono::days(1)), "2026-11-25");
  EXPECT_EQ(DayNumber(DayOf(time)), 20781);
  EXPECT_EQ(DayFromNumber(20781), DayOf(time));
  EXPECT_EQ(DayNumber(DayOf(Time(std::chrono::seconds(-1)))), -1);
}

TEST(Time, Parse) {
  for (const char* text : {"2026-11-24T07:00:09Z", "1999-12-31T23:59:59Z", "2028-02-29T00:00:00Z",
                           "9999-12-31T23:59:59Z"}) {
    ASSERT_TRUE(ParseTime(text).has_value()) << text;
    EXPECT_EQ(ToString(*ParseTime(text)), text);
  }
  EXPECT_EQ(ToString(*ParseTime("2027-06-30")), "2027-06-30T00:00:00Z");
  for (const char* bad :
       {"", "2027", "2027-6-30", "2027-06-31", "2027-02-29", "2027-00-01", "2027-13-01",
        "2027-06-30T", "2027-06-30T00:00:00", "2027-06-30 00:00:00Z", "2027-06-30T24:00:00Z",
        "2027-06-30T00:60:00Z", "2027-06-30T00:00:60Z", "2027-06-30T00:00:00+01:00", "0999-01-01",
        "-027-06-30", "2027-06-30Z", "12027-06-30"}) {
    EXPECT_FALSE(ParseTime(bad).has_value()) << bad;
  }
}

TEST(Time, ParseUtcOffset) {
  using std::chrono::minutes;
  EXPECT_EQ(ParseUtcOffset("Z"), minutes(0));
  EXPECT_EQ(ParseUtcOffset(".123456z"), minutes(0));
  EXPECT_EQ(ParseUtcOffset("+01:30"), minutes(90));
  EXPECT_EQ(ParseUtcOffset(".5-23:59"), minutes(-23 * 60 - 59));
  for (const char* bad :
       {"", ".", ".1", "UTC", "+0100", "+1:00", "+24:00", "+00:60", "Z ", "+01:00Z", "..1Z"}) {
    EXPECT_FALSE(ParseUtcOffset(bad)) << bad;
  }
}

}  // namespace
}  // namespace tlswarden
