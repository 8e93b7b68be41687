#include "report/complaint_pace.h"

#include <gtest/gtest.h>

#include "tests/unit/policy/build.h"

namespace tlswarden {
namespace {

using std::chrono::seconds;

TEST(ComplaintPaceTest, TheFirstAtOnceThenOnceAMinute) {
  ComplaintPace pace;
  EXPECT_EQ(pace.Add(0, kNow), 0u);
  EXPECT_EQ(pace.Add(1, kNow), 1u);
  EXPECT_EQ(pace.Add(2, kNow), 0u);
  EXPECT_EQ(pace.Add(1, kNow + seconds(59)), 0u);
  EXPECT_EQ(pace.Add(1, kNow + seconds(60)), 4u);
  EXPECT_EQ(pace.Add(0, kNow + seconds(200)), 0u);
  EXPECT_EQ(pace.Add(5, kNow + seconds(201)), 5u);
  EXPECT_EQ(pace.Rest(), 0u);
  EXPECT_EQ(pace.Add(3, kNow + seconds(202)), 0u);
  EXPECT_EQ(pace.Rest(), 3u);
}

TEST(ComplaintPaceTest, AClockThatIsSetBackSilencesNothing) {
  ComplaintPace pace;
  EXPECT_EQ(pace.Add(1, kNow), 1u);
  EXPECT_EQ(pace.Add(1, kNow - seconds(86400)), 1u);
  EXPECT_EQ(pace.Add(1, kNow - seconds(86399)), 0u);
}

}  // namespace
}  // namespace tlswarden
