#include "resolver/probe_cache.h"

#include <gtest/gtest.h>

#include "resolver/probe_limit.h"
#include "tests/unit/policy/build.h"

namespace tlswarden {
namespace {

using std::chrono::seconds;

ProbeFactsPtr At(Time at, bool starttls) {
  ProbeFacts facts;
  facts.at = at;
  if (!starttls) facts.no_tls = Failure{ResultType::kStarttlsNotSupported, "no", false};
  return std::make_shared<const ProbeFacts>(std::move(facts));
}

HostDemand Tls() {
  HostDemand demand;
  demand.tls = true;
  return demand;
}

// For how many seconds what was put at kNow is found.
seconds Life(const ProbeCache& cache) {
  seconds life{0};
  while (cache.Find("k", Tls(), kNow + life) != nullptr) life += seconds(1);
  return life;
}

TEST(ProbeCache, WhatMeetsCountsLonger) {
  ProbeCache cache(seconds(3600));
  EXPECT_EQ(cache.Find("k", Tls(), kNow), nullptr);
  cache.Put("k", At(kNow, true), true);
  EXPECT_EQ(Life(cache), seconds(3600));
  for (const int life : {300, 600, 1200, 2400, 3600, 3600}) {
    cache.Put("k", At(kNow, false), false);
    EXPECT_EQ(Life(cache), seconds(life));
  }
  cache.Put("k", At(kNow, true), true);
  cache.Put("k", At(kNow, false), false);
  EXPECT_EQ(Life(cache), seconds(300)) << "a success ends the row";
  EXPECT_EQ(cache.size(), 1U);
}

TEST(ProbeCache, MaxAgeBoundsFailuresToo) {
  ProbeCache cache(seconds(60));
  cache.Put("k", At(kNow, false), false);
  EXPECT_EQ(Life(cache), seconds(60));
}

// The same facts, to who demands more.
TEST(ProbeCache, FreshnessDependsOnTheDemand) {
  ProbeCache cache(seconds(3600));
  cache.Put("k", At(kNow, true), true);
  HostDemand secure = Tls();
  secure.pkix = true;
  EXPECT_NE(cache.Find("k", secure, kNow + seconds(299)), nullptr);
  EXPECT_EQ(cache.Find("k", secure, kNow + seconds(300)), nullptr);
  EXPECT_NE(cache.Find("k", Tls(), kNow + seconds(300)), nullptr);
}

TEST(ProbeCache, TheClockWasSetBack) {
  ProbeCache cache(seconds(3600));
  cache.Put("k", At(kNow, true), true);
  EXPECT_EQ(cache.Find("k", Tls(), kNow - seconds(3601)), nullptr);
}

TEST(ProbeCache, IsBounded) {
  ProbeCache cache(seconds(3600));
  for (std::size_t i = 0; i < kMaxProbeEntries + 3; ++i) {
    cache.Put(std::to_string(i), At(kNow + seconds(i), true), true);
  }
  EXPECT_EQ(cache.size(), kMaxProbeEntries);
  EXPECT_EQ(cache.Find("2", Tls(), kNow + seconds(2)), nullptr) << "the oldest went";
  EXPECT_NE(cache.Find("3", Tls(), kNow + seconds(3)), nullptr);
}

TEST(ProbeCache, KeysTellTargetsApart) {
  const TlsaRecord one{3, 1, 1, {1}}, two{3, 1, 1, {2}};
  const ProbeTarget target{Name("mx.a.test"), 25, Name("mx.a.test"), {one, two}};
  const std::string key = ProbeCache::Key(target);
  ProbeTarget other = target;
  other.tlsa = {two, one};
  EXPECT_EQ(ProbeCache::Key(other), key);
  other.tlsa = {one};
  EXPECT_NE(ProbeCache::Key(other), key);
  other = target;
  other.port = 587;
  EXPECT_NE(ProbeCache::Key(other), key);
  other = target;
  other.server_name = Name("b.test");
  EXPECT_NE(ProbeCache::Key(other), key);
  other = target;
  other.tlsa.assign(500, {3, 0, 0, std::vector<std::uint8_t>(2000, 7)});
  EXPECT_LT(ProbeCache::Key(other).size(), 100U);
}

TEST(ProbeLimit, AMinute) {
  ProbeLimit limit(3);
  EXPECT_TRUE(limit.Take(Name("a.test"), kNow));
  EXPECT_TRUE(limit.Take(Name("b.test"), kNow + seconds(30)));
  EXPECT_TRUE(limit.Take(Name("c.test"), kNow + seconds(59)));
  EXPECT_FALSE(limit.Take(Name("d.test"), kNow + seconds(59)));
  EXPECT_TRUE(limit.Take(Name("d.test"), kNow + seconds(60)));
  EXPECT_FALSE(limit.Take(Name("e.test"), kNow + seconds(60)));
  EXPECT_TRUE(limit.Take(Name("e.test"), kNow - seconds(1000))) << "the clock was set back";
}

TEST(ProbeLimit, AHost) {
  ProbeLimit limit(100);
  for (std::size_t i = 0; i < kMaxLooksAtHost; ++i) EXPECT_TRUE(limit.Take(Name("a.test"), kNow));
  EXPECT_FALSE(limit.Take(Name("a.test"), kNow));
  EXPECT_TRUE(limit.Take(Name("b.test"), kNow));
  EXPECT_TRUE(limit.Take(Name("a.test"), kNow + seconds(60)));
}

}  // namespace
}  // namespace tlswarden
