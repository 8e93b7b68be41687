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
TEST(RefreshAt, AfterADayOrHalfItsLifeAndUpToAFifthEarlier) {
  const struct {
    const char* max_age;
    double jitter;
    seconds after;
  } cases[] = {
      {"604800", 0, hours(24)},
      {"604800", 0.5, seconds(77760)},
      {"604800", 0.9999, seconds(69122)},
      {"3600", 0, seconds(1800)},
      {"3600", 0.5, seconds(1620)},
      {"1", 0.5, seconds(0)},
      {"0", 0.5, seconds(0)},
      {"31557600", 0, hours(24)},
  };
  for (const auto& c : cases) {
    LearnedStsPolicy learned = Learned("enforce", {"a.test"});
    learned.policy = Policy(PolicyText("enforce", {"a.test"}, c.max_age));
    EXPECT_EQ(RefreshAt(learned, c.jitter), kNow + c.after) << c.max_age << ' ' << c.jitter;
  }
}

TEST(BackOff, DoublesUpToALimitAndAQuarterMore) {
  const int lookups[] = {60, 120, 240, 480, 600, 600};
  const int fetches[] = {300, 600, 1200, 2400, 3600, 3600};
  for (int i = 0; i < 6; ++i) {
    EXPECT_EQ(LookupBackOff(i + 1, 0), seconds(lookups[i]));
    EXPECT_EQ(FetchBackOff(i + 1, 0), seconds(fetches[i]));
  }
  EXPECT_EQ(LookupBackOff(1, 0.5), seconds(67));
  EXPECT_EQ(FetchBackOff(1, 0.9999), seconds(374)) << "never below five minutes (RFC 8461 3.3)";
  EXPECT_EQ(LookupBackOff(2147483647, 0), seconds(600));
}

TEST(KeepUntil, AsLongAsUsableOrThePolicyLives) {
  Evidence evidence = *Plain("a.test");
  EXPECT_EQ(KeepUntil(evidence), kNow + hours(1) + kLeastTtl);
  evidence.sts.learned = Learned("enforce", {"a.test"});
  EXPECT_EQ(KeepUntil(evidence), kNow + kWeek);
  evidence.sts.learned->fetched_at = kNow - kWeek;
  EXPECT_EQ(KeepUntil(evidence), kNow + hours(1) + kLeastTtl);
}

// Or the next failure would count as the first.
TEST(KeepUntil, FailuresOutliveTheWaitThatTheyLedTo) {
  for (int which = 0; which < 3; ++which) {
    Evidence evidence = *Plain("a.test");
    (which == 0   ? evidence.mx.failed_lookups
     : which == 1 ? evidence.sts.failed_lookups
                  : evidence.sts.failed_fetches) = 1;
    EXPECT_GE(KeepUntil(evidence), evidence.UsableUntil() + kMostFetchBackOff) << which;
  }
}

}  // namespace
}  // namespace tlswarden
