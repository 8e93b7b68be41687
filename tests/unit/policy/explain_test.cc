#include "policy/explain.h"

#include <gtest/gtest.h>

#include "policy/judge.h"
#include "tests/unit/policy/build.h"

namespace tlswarden {
namespace {

using Lines = std::vector<std::string>;

TEST(ExplainMx, OneLineForEachHost) {
  MxHost usable = Host("mx1.a.test", HostDane::kUsable);
  usable.preference = 10;
  usable.usable = {{3, 1, 1, {0xab, 0xcd}}};
  const MxEvidence mx =
      Mx(Security::kSecure,
         {usable, Host("mx2.a.test", HostDane::kUnusable), Host("mx3.a.test", HostDane::kFailed),
          Host("mx4.a.test", HostDane::kNone), Host("mx5.a.test", HostDane::kUnreachable)});
  const Lines expected = {
      "10 mx1.a.test (MX secure, address secure): TLSA at mx1.a.test: [3 1 1 abcd]",
      "0 mx2.a.test (MX secure, address secure): only unusable TLSA: [1 1 1 ab: usage 1 isn't for "
      "SMTP]",
      "0 mx3.a.test (MX secure, address secure): TLSA lookup failed",
      "0 mx4.a.test (MX secure, address secure): no TLSA records that count",
      "0 mx5.a.test (MX secure, address secure): has no address"};
  EXPECT_EQ(ExplainMx(mx), expected);
}

TEST(ExplainMx, WhyThereIsNone) {
  MxEvidence mx = Mx(Security::kBogus, {});
  EXPECT_EQ(ExplainMx(mx), Lines{"MX lookup failed"});
  mx = Mx(Security::kInsecure, {});
  mx.null_mx = true;
  EXPECT_EQ(ExplainMx(mx), Lines{"the domain takes no mail (null MX)"});
  mx.no_such_domain = true;
  EXPECT_EQ(ExplainMx(mx), Lines{"the domain doesn't exist"});
}

TEST(ExplainSts, PolicyAndFailure) {
  StsEvidence sts;
  EXPECT_EQ(ExplainSts(sts, kNow), Lines{"no policy"});
  sts.learned = Learned("enforce", {"mx.a.test", "*.b.test"});
  sts.failure = Failure{ResultType::kStsPolicyFetchError, "status 404", false};
  const Lines expected = {"policy 20261001, mode enforce, mx mx.a.test *.b.test",
                          "fetched 2027-01-15T08:00:00Z, in force until 2027-01-22T08:00:00Z",
                          "sts-policy-fetch-error: status 404"};
  EXPECT_EQ(ExplainSts(sts, kNow), expected);
  EXPECT_EQ(ExplainSts(sts, kNow + kWeek)[1],
            "fetched 2027-01-15T08:00:00Z, expired since 2027-01-22T08:00:00Z");
}

TEST(ExplainCached, SinceWhenHowLongAndWhatFailed) {
  Evidence cached = Seen("a.test", Mx(Security::kSecure, {Host("mx.a.test", HostDane::kNone)}));
  cached.obtained_at = kNow;
  cached.sts.look_again_at = cached.mx.good_until = kNow + std::chrono::hours(1);
  EXPECT_EQ(ExplainCached(cached, kNow),
            Lines{"learned 2027-01-15T08:00:00Z, good until 2027-01-15T09:00:00Z"});
  EXPECT_EQ(
      ExplainCached(cached, kNow + std::chrono::hours(1)),
      Lines{"learned 2027-01-15T08:00:00Z, to be looked at again since 2027-01-15T09:00:00Z"});
  cached.sts.learned = Learned("enforce", {"mx.a.test"});
  cached.sts.refresh_at = kNow + std::chrono::hours(24);
  cached.sts.failure = Failure{ResultType::kStsPolicyFetchError, "status 404", true};
  cached.sts.failing_since = kNow - std::chrono::hours(2);
  cached.sts.failed_id = "2";
  cached.sts.no_fetch_before = kNow + std::chrono::minutes(10);
  cached.mx.failed_lookups = 3;
  const Lines expected = {"learned 2027-01-15T08:00:00Z, good until 2027-01-15T09:00:00Z",
                          "policy 20261001, mode enforce, mx mx.a.test",
                          "fetched 2027-01-15T08:00:00Z, in force until 2027-01-22T08:00:00Z",
                          "its policy is due to be fetched again at 2027-01-16T08:00:00Z",
                          "failing since 2027-01-15T06:00:00Z: sts-policy-fetch-error: status 404",
                          "policy 2 isn't fetched again before 2027-01-15T08:10:00Z",
                          "DNS lookups failed 3 times in a row"};
  EXPECT_EQ(ExplainCached(cached, kNow), expected);
}

TEST(ExplainVerdict, SaysWhy) {
  const auto explain = [](const Evidence& evidence, const Outbound& orders) {
    return ExplainVerdict(Judge(Ask("a.test"), evidence, orders, kNow), evidence);
  };
  const auto one = [](HostDane dane) { return Mx(Security::kSecure, {Host("mx.a.test", dane)}); };
  EXPECT_EQ(explain(Seen("a.test", one(HostDane::kNone)), {}), "the domain demands nothing");
  EXPECT_EQ(explain(Seen("a.test", one(HostDane::kFailed)), {}),
            "dnssec-invalid: TLSA lookup failed");
  EXPECT_EQ(explain(Seen("a.test", one(HostDane::kNone)),
                    OneRule(Mode::kEnforce, OnFailure::kDefer, Requirement::kEncrypt)),
            "rule the-rule");
  const std::string dane = explain(Seen("a.test", one(HostDane::kUsable)), {});
  EXPECT_NE(dane.find("RFC 8461 section 2"), std::string::npos) << dane;
}

}  // namespace
}  // namespace tlswarden
