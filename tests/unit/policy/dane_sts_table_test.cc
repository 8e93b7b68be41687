#include "policy/dane_sts_table.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/unit/policy/enumerate.h"

namespace tlswarden {
namespace {

constexpr MxStatus kMx[] = {MxStatus::kSecure, MxStatus::kInsecure, MxStatus::kFailed};
constexpr HostsStatus kHosts[] = {HostsStatus::kNone,         HostsStatus::kAllUsable,
                                  HostsStatus::kSomeUsable,   HostsStatus::kUsableFailed,
                                  HostsStatus::kUnusable,     HostsStatus::kAllFailed,
                                  HostsStatus::kPartlyFailed, HostsStatus::kUnresolved};

TEST(LevelTable, HasEachCombinationOnce) {
  std::set<std::pair<MxStatus, HostsStatus>> seen;
  for (const LevelRow& row : LevelTable()) {
    EXPECT_TRUE(seen.insert({row.mx, row.hosts}).second);
    EXPECT_FALSE(row.why.empty());
  }
  EXPECT_EQ(seen.size(), std::size(kMx) * std::size(kHosts));
  for (MxStatus mx : kMx) {
    for (HostsStatus hosts : kHosts) {
      const LevelRow& row = FindLevel(mx, hosts);
      EXPECT_TRUE(row.mx == mx && row.hosts == hosts);
    }
  }
}

TEST(LevelTable, AnEnforcedStsPolicyNeverMakesTheLevelWeaker) {
  for (const LevelRow& row : LevelTable()) {
    SCOPED_TRACE(row.why);
    EXPECT_GE(Strength(row.with_sts), Strength(row.without_sts));
    EXPECT_GE(Strength(row.with_sts), Strength(TlsLevel::kSecure)) << "always authenticated";
  }
}

// RFC 8461 section 2: STS must not override DANE that fails.
TEST(LevelTable, StsNeverOverridesDaneBehindASecureMx) {
  for (HostsStatus hosts :
       {HostsStatus::kAllUsable, HostsStatus::kSomeUsable, HostsStatus::kUsableFailed,
        HostsStatus::kAllFailed, HostsStatus::kPartlyFailed}) {
    EXPECT_EQ(FindLevel(MxStatus::kSecure, hosts).with_sts, TlsLevel::kDaneOnly);
    EXPECT_GE(Strength(FindLevel(MxStatus::kSecure, hosts).without_sts), Strength(TlsLevel::kDane));
  }
}

// RFC 7672 section 2.2: without a valid MX answer the mail waits; nothing about hosts is known.
TEST(LevelTable, AFailedMxLookupIsNeverDecided) {
  for (HostsStatus hosts : kHosts) {
    EXPECT_EQ(FindLevel(MxStatus::kFailed, hosts).without_sts, TlsLevel::kUndecided);
    EXPECT_EQ(FindLevel(MxStatus::kFailed, hosts).with_sts, TlsLevel::kUndecided);
  }
}

// RFC 7672 section 2.2.1: never `dane-only` for an unsigned MX, where Postfix would deliver
// nothing.
TEST(LevelTable, NeverDaneOnlyBehindAnUnsignedMx) {
  for (HostsStatus hosts : kHosts) {
    const LevelRow& row = FindLevel(MxStatus::kInsecure, hosts);
    EXPECT_NE(row.without_sts, TlsLevel::kDaneOnly);
    EXPECT_EQ(row.with_sts, TlsLevel::kSecure) << "who forges the MX must not turn STS off";
  }
}

TEST(SummarizeMx, BogusIsAFailure) {
  EXPECT_EQ(SummarizeMx(Mx(Security::kSecure, {})), MxStatus::kSecure);
  EXPECT_EQ(SummarizeMx(Mx(Security::kInsecure, {})), MxStatus::kInsecure);
  EXPECT_EQ(SummarizeMx(Mx(Security::kBogus, {})), MxStatus::kFailed);
  EXPECT_EQ(SummarizeMx(Mx(Security::kIndeterminate, {})), MxStatus::kFailed);
}

TEST(SummarizeHosts, Cases) {
  constexpr HostDane kNone = HostDane::kNone, kUsable = HostDane::kUsable;
  constexpr HostDane kUnusable = HostDane::kUnusable, kFailed = HostDane::kFailed;
  constexpr HostDane kUnresolved = HostDane::kUnresolved, kGone = HostDane::kUnreachable;
  const struct {
    std::vector<HostDane> hosts;
    HostsStatus status;
  } cases[] = {
      {{}, HostsStatus::kNone},
      {{kNone}, HostsStatus::kNone},
      {{kGone}, HostsStatus::kNone},
      {{kUsable}, HostsStatus::kAllUsable},
      {{kUsable, kUsable}, HostsStatus::kAllUsable},
      {{kUsable, kGone}, HostsStatus::kAllUsable},  // nolisting must not count against a domain
      {{kUsable, kUnresolved}, HostsStatus::kAllUsable},
      {{kUsable, kNone}, HostsStatus::kSomeUsable},
      {{kUsable, kUnusable}, HostsStatus::kSomeUsable},
      {{kUsable, kFailed}, HostsStatus::kUsableFailed},
      {{kUsable, kFailed, kNone}, HostsStatus::kUsableFailed},
      {{kUnusable}, HostsStatus::kUnusable},
      {{kUnusable, kNone}, HostsStatus::kUnusable},
      {{kFailed}, HostsStatus::kAllFailed},
      {{kFailed, kGone}, HostsStatus::kAllFailed},
      {{kUnresolved}, HostsStatus::kAllFailed},
      {{kFailed, kUnresolved}, HostsStatus::kAllFailed},
      {{kFailed, kNone}, HostsStatus::kPartlyFailed},
      {{kFailed, kUnusable}, HostsStatus::kPartlyFailed},
      {{kUnresolved, kNone}, HostsStatus::kUnresolved},
      {{kUnresolved, kUnusable}, HostsStatus::kUnresolved},
  };
  for (const auto& c : cases) {
    MxEvidence mx = Mx(Security::kSecure, {});
    for (HostDane dane : c.hosts) mx.hosts.push_back(Host("mx.test", dane));
    EXPECT_EQ(SummarizeHosts(mx), c.status) << Describe(c.hosts);
  }
}

// One more bad piece of news about a host: an attacker can suppress an answer, not invent one.
TEST(LevelTable, SuppressingAnAnswerNeverOpensAHost) {
  for (const std::vector<HostDane>& mix : HostMixes()) {
    for (std::size_t i = 0; i < mix.size(); ++i) {
      for (HostDane worse : {HostDane::kFailed, HostDane::kUnresolved}) {
        if (mix[i] == HostDane::kFailed || mix[i] == HostDane::kUnresolved) continue;
        if (worse == HostDane::kUnresolved && mix[i] != HostDane::kNone) continue;
        std::vector<HostDane> after = mix;
        after[i] = worse;
        const LevelRow& was = FindLevel(MxStatus::kSecure, SummarizeHosts(MxOf(mix)));
        const LevelRow& is = FindLevel(MxStatus::kSecure, SummarizeHosts(MxOf(after)));
        SCOPED_TRACE(Describe(mix) + "-> " + Describe(after));
        EXPECT_GE(Strength(is.with_sts), Strength(TlsLevel::kSecure));
        // `dane` keeps to the TLSA records that the MTA finds itself, or waits.
        if (was.without_sts != TlsLevel::kMay) {
          EXPECT_GE(Strength(is.without_sts), Strength(TlsLevel::kDane));
        }
      }
    }
  }
}

}  // namespace
}  // namespace tlswarden
