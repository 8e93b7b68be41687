#include "cache/upkeep.h"

#include <gtest/gtest.h>

#include "tests/unit/cache/build.h"

namespace tlswarden {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

// Usable for an hour; its policy is in force for a week and due to be fetched again after a day.
Evidence WithMode(const char* mode) {
  Evidence evidence = *WithPolicy("a.test");
  evidence.sts.learned =
      Learned(mode, mode == std::string("none") ? std::vector<std::string>{}
                                                : std::vector<std::string>{"a.test"});
  evidence.sts.refresh_at = kNow + hours(24);
  return evidence;
}

TEST(DecideUpkeep, WhatIsInUseIsLookedAtAgainBeforeItEnds) {
  const Evidence evidence = *Plain("a.test");  // usable for an hour
  const Time used = kNow + seconds(10);
  EXPECT_EQ(DecideUpkeep(evidence, used, kNow + hours(1) - seconds(31)), Upkeep::kNothing);
  EXPECT_EQ(DecideUpkeep(evidence, used, kNow + hours(1) - seconds(30)), Upkeep::kLookAgain);
  EXPECT_EQ(DecideUpkeep(evidence, used, kNow + hours(1) - seconds(1)), Upkeep::kLookAgain);
}

TEST(DecideUpkeep, WhatNobodyAskedForAgainEnds) {
  const Evidence evidence = *Plain("a.test");
  for (const Time used : {Time{}, kNow}) {
    EXPECT_EQ(DecideUpkeep(evidence, used, kNow + hours(1) - seconds(1)), Upkeep::kNothing);
    EXPECT_EQ(DecideUpkeep(evidence, used, kNow + hours(2)), Upkeep::kForget);
  }
}

TEST(DecideUpkeep, AShortLifeIsNotProlonged) {
  Evidence evidence = *Plain("a.test");
  evidence.mx.good_until = kNow + seconds(59);
  EXPECT_EQ(DecideUpkeep(evidence, kNow + seconds(40), kNow + seconds(58)), Upkeep::kNothing);
  evidence.mx.good_until = kNow + seconds(60);
  EXPECT_EQ(DecideUpkeep(evidence, kNow + seconds(40), kNow + seconds(58)), Upkeep::kLookAgain);
}

// RFC 8461 section 10.2: long before it expires.
TEST(DecideUpkeep, APolicyInUseIsFetchedAgain) {
  for (const char* mode : {"enforce", "testing"}) {
    const Evidence evidence = WithMode(mode);
    EXPECT_EQ(DecideUpkeep(evidence, kNow, kNow + hours(24) - seconds(1)), Upkeep::kNothing);
    EXPECT_EQ(DecideUpkeep(evidence, kNow, kNow + hours(24)), Upkeep::kLookAgain);
    EXPECT_EQ(DecideUpkeep(evidence, kNow, kNow + kWeek), Upkeep::kForget) << "it has expired";
  }
  EXPECT_EQ(DecideUpkeep(WithMode("none"), kNow, kNow + hours(24)), Upkeep::kNothing);
}

TEST(DecideUpkeep, APolicyNobodyAskedForLatelyIsNot) {
  Evidence evidence = WithMode("enforce");
  evidence.sts.learned->policy = Policy(PolicyText("enforce", {"a.test"}, "31557600"));
  EXPECT_EQ(DecideUpkeep(evidence, kNow, kNow + kPolicyInUse), Upkeep::kLookAgain);
  EXPECT_EQ(DecideUpkeep(evidence, kNow, kNow + kPolicyInUse + seconds(1)), Upkeep::kNothing);
  EXPECT_EQ(DecideUpkeep(evidence, Time{}, kNow + hours(24)), Upkeep::kNothing);
}

TEST(DecideUpkeep, AShortPolicyIsNotFetchedAllTheTime) {
  Evidence evidence = WithMode("enforce");
  evidence.sts.learned->policy = Policy(PolicyText("enforce", {"a.test"}, "400"));
  evidence.sts.refresh_at = kNow + seconds(200);
  EXPECT_EQ(DecideUpkeep(evidence, kNow, kNow + seconds(299)), Upkeep::kNothing);
  EXPECT_EQ(DecideUpkeep(evidence, kNow, kNow + seconds(300)), Upkeep::kLookAgain);
}

TEST(DecideUpkeep, AFailedFetchWaitsItsTime) {
  Evidence evidence = WithMode("enforce");
  evidence.sts.no_fetch_before = kNow + hours(25);
  EXPECT_EQ(DecideUpkeep(evidence, kNow, kNow + hours(24)), Upkeep::kNothing);
  EXPECT_EQ(DecideUpkeep(evidence, kNow, kNow + hours(25)), Upkeep::kLookAgain);
}

}  // namespace
}  // namespace tlswarden
