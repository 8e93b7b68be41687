#include "report/overview_json.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "policy/utf8.h"
#include "tests/unit/report/overview_build.h"

namespace tlswarden {
namespace {

namespace json = boost::json;

// As a program gets it: written and read again.
json::value Read(const Overview& overview) {
  return json::parse(json::serialize(OverviewJson(overview)));
}

std::int64_t Number(const json::value& value, const std::string& pointer) {
  return value.at_pointer(pointer).as_int64();
}

std::string Text(const json::value& value, const std::string& pointer) {
  return std::string(value.at_pointer(pointer).as_string());
}

TEST(OverviewJsonTest, HasTheFiguresInTheRfcsWords) {
  const json::value value = Read(SmallOverview());
  EXPECT_EQ(Text(value, "/first-day"), "2026-11-23");
  EXPECT_EQ(Text(value, "/last-day"), "2026-11-25");
  EXPECT_EQ(Text(value, "/host"), "mx.example.net");
  EXPECT_EQ(Text(value, "/made"), "2026-11-25T00:00:00Z");
  EXPECT_EQ(Number(value, "/total-successful-session-count"), 147);
  EXPECT_EQ(Number(value, "/total-failure-session-count"), 3);
  ASSERT_EQ(value.at("days").as_array().size(), 3u);
  EXPECT_EQ(Number(value, "/days/0/failures/certificate-expired"), 2);
  EXPECT_TRUE(value.at_pointer("/days/1/failures").as_object().empty());
  EXPECT_EQ(Text(value, "/failures/1/failure-reason-code"), "HTTP status 404");
  EXPECT_FALSE(value.at_pointer("/failures/1").as_object().contains("receiving-mx-hostname"));
  EXPECT_EQ(Number(value, "/domains"), 3);
  EXPECT_EQ(Text(value, "/worst-domains/0/policy-domain"), "bank.example");
  EXPECT_FALSE(value.as_object().contains("policies"));
  EXPECT_EQ(Text(value, "/received/policies/0/organization-name"), "Google Inc.");
  EXPECT_EQ(Text(value, "/received/policies/0/mode"), "testing");
  EXPECT_EQ(Number(value, "/received/by-policy-type/0/total-failure-session-count"), 2);
  EXPECT_EQ(Text(value, "/received/failures/0/result-type"), "certificate-host-mismatch");
}

TEST(OverviewJsonTest, OneDomainHasPoliciesLikeAReport) {
  LedgerFigures figures;
  figures.policies = {
      TallyOf(Sts("bank.example", "enforce"), 8, 2, {Detail("tlsa-invalid", 2, "mx")})};
  const json::value value = Read(MakeOverview(FrameOf(1, "bank.example"), figures, {}));
  EXPECT_EQ(Text(value, "/domain"), "bank.example");
  EXPECT_EQ(Text(value, "/policies/0/policy/policy-type"), "sts");
  EXPECT_EQ(Text(value, "/policies/0/policy/policy-string/1"), "mode: enforce");
  EXPECT_EQ(Number(value, "/policies/0/summary/total-failure-session-count"), 2);
  EXPECT_EQ(Number(value, "/policies/0/failure-details/0/failed-session-count"), 2);
  EXPECT_FALSE(value.as_object().contains("worst-domains"));
}

TEST(OverviewJsonTest, EmptyHasTheSameFields) {
  const json::value value = Read(MakeOverview(FrameOf(1), {}, {}));
  EXPECT_EQ(Number(value, "/total-successful-session-count"), 0);
  EXPECT_TRUE(value.at("failures").as_array().empty());
  EXPECT_TRUE(value.at("worst-domains").as_array().empty());
  EXPECT_EQ(Number(value, "/received/reports"), 0);
}

// RFC 7493 section 2.1: UTF-8, whatever came in.
TEST(OverviewJsonTest, IsUtf8AndBounded) {
  LedgerFigures figures;
  const std::string evil = std::string(400, 'x') + "\xff\"\n";
  for (int back = 0; back < 400; ++back) {
    figures.days.push_back({Back(back), 1, 1});
    figures.day_failures.push_back({Back(back), {Detail("\xff\"", 1)}});
  }
  figures.failures = {Detail("\xff\"", 400, evil, evil)};
  for (int i = 0; i < 100000; ++i) figures.domains.push_back({evil, 1, 1});
  const std::string text = json::serialize(
      OverviewJson(MakeOverview(FrameOf(400), figures, {ReportOf(evil, evil, {})})));
  EXPECT_TRUE(IsUtf8(text));
  EXPECT_LT(text.size(), 100000u);
  EXPECT_EQ(json::parse(text).at("days").as_array().size(), 400u);
}

}  // namespace
}  // namespace tlswarden
