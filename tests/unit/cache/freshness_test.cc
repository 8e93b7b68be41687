#include "cache/freshness.h"

#include <gtest/gtest.h>

#include "tests/unit/cache/build.h"

namespace tlswarden {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

TEST(BoundedTtl, Bounds) {
  const struct {
    seconds ttl, bounded;
  } cases[] = {
      {seconds(0), seconds(5)},
      {seconds(4), seconds(5)},
      {seconds(5), seconds(5)},
      {seconds(300), seconds(300)},
      {seconds(3600), seconds(3600)},
      {seconds(3601), seconds(3600)},
      {seconds(2147483647), seconds(3600)},
      {seconds(-1), seconds(5)},
  };
  for (const auto& c : cases) EXPECT_EQ(BoundedTtl(c.ttl), c.bounded) << c.ttl.count();
}

// RFC 8461 section 10.2: the live policy is fetched again although its id stands still.
TEST(FetchIsDue, AfterADayOrHalfItsLife) {
  const LearnedStsPolicy week = Learned("enforce", {"a.test"});
  EXPECT_FALSE(FetchIsDue(week, kNow));
  EXPECT_FALSE(FetchIsDue(week, kNow + hours(24) - seconds(1)));
  EXPECT_TRUE(FetchIsDue(week, kNow + hours(24)));
  LearnedStsPolicy brief = week;
  brief.policy = Policy(PolicyText("enforce", {"a.test"}, "3600"));
  EXPECT_FALSE(FetchIsDue(brief, kNow + seconds(1799)));
  EXPECT_TRUE(FetchIsDue(brief, kNow + seconds(1800)));
  brief.policy = Policy(PolicyText("enforce", {"a.test"}, "0"));
  EXPECT_TRUE(FetchIsDue(brief, kNow));
}

TEST(KeepUntil, AsLongAsUsableOrThePolicyLives) {
  Evidence evidence = *Plain("a.test");
  EXPECT_EQ(KeepUntil(evidence), kNow + hours(1));
  evidence.sts.learned = Learned("enforce", {"a.test"});
  EXPECT_EQ(KeepUntil(evidence), kNow + kWeek);
  evidence.sts.learned->fetched_at = kNow - kWeek;
  EXPECT_EQ(KeepUntil(evidence), kNow + hours(1));
}

}  // namespace
}  // namespace tlswarden
