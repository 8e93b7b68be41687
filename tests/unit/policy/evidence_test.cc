#include "policy/evidence.h"

#include <gtest/gtest.h>

#include "policy/security.h"
#include "tests/unit/policy/build.h"

namespace tlswarden {
namespace {

using std::chrono::seconds;

// RFC 8461 section 3.2: a policy lives for max_age after its fetch.
TEST(EnforcedSts, LivesForMaxAge) {
  StsEvidence sts;
  EXPECT_EQ(EnforcedSts(sts, kNow), nullptr);
  sts.learned = Learned("enforce", {"a.test"});
  EXPECT_EQ(sts.learned->ExpiresAt(), kNow + kWeek);
  EXPECT_EQ(EnforcedSts(sts, kNow), &*sts.learned);
  EXPECT_EQ(EnforcedSts(sts, kNow + kWeek - seconds(1)), &*sts.learned);
  EXPECT_EQ(EnforcedSts(sts, kNow + kWeek), nullptr);
}

// RFC 8461 section 5.1: that the last look failed doesn't end a policy.
TEST(EnforcedSts, AFailureDoesNotEndIt) {
  StsEvidence sts;
  sts.learned = Learned("enforce", {"a.test"});
  sts.failure = Failure{ResultType::kStsPolicyFetchError, "404", false};
  EXPECT_NE(EnforcedSts(sts, kNow), nullptr);
}

TEST(EnforcedSts, OtherModesDemandNothing) {
  StsEvidence sts;
  sts.learned = Learned("testing", {"a.test"});
  EXPECT_EQ(EnforcedSts(sts, kNow), nullptr);
  sts.learned = Learned("none", {});
  EXPECT_EQ(EnforcedSts(sts, kNow), nullptr);
  sts.learned->policy = Policy(PolicyText("enforce", {"a.test"}, "0"));
  EXPECT_EQ(EnforcedSts(sts, kNow), nullptr) << "max_age 0";
}

TEST(Evidence, IsUsableWhileAllOfItIs) {
  Evidence evidence = Seen("a.test", Mx(Security::kSecure, {}));
  evidence.mx.good_until = kNow + seconds(10);
  evidence.sts.look_again_at = kNow + seconds(20);
  EXPECT_EQ(evidence.UsableUntil(), kNow + seconds(10));
  evidence.sts.look_again_at = kNow + seconds(5);
  EXPECT_EQ(evidence.UsableUntil(), kNow + seconds(5));
}

// RFC 7672 section 2.1.3: a chain is as good as its weakest link.
TEST(Security, Weakest) {
  constexpr Security kOrder[] = {Security::kSecure, Security::kInsecure, Security::kBogus,
                                 Security::kIndeterminate};
  for (int a = 0; a < 4; ++a) {
    for (int b = 0; b < 4; ++b) {
      EXPECT_EQ(Weakest(kOrder[a], kOrder[b]), kOrder[std::max(a, b)]);
    }
    EXPECT_EQ(IsLookupFailure(kOrder[a]), a >= 2);
  }
}

}  // namespace
}  // namespace tlswarden
