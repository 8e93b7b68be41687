#include "policy/time.h"

#include <gtest/gtest.h>

namespace tlswarden {
namespace {

TEST(Time, IsWrittenAsRfc3339) {
  EXPECT_EQ(ToString(Time{}), "1970-01-01T00:00:00Z");
  EXPECT_EQ(ToString(Time{std::chrono::seconds(1'800'000'000)}), "2027-01-15T08:00:00Z");
  EXPECT_EQ(ToString(Time{std::chrono::seconds(1'709'210'096)}), "2024-02-29T12:34:56Z");
}

}  // namespace
}  // namespace tlswarden
