#include "daemon/status_output.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>

#include "tests/unit/policy/build.h"

namespace tlswarden {
namespace {

WouldRow Row(const std::string& domain, const std::string& because, std::int64_t count) {
  return {{"outbound", domain, "bank", "validation-failure", "reject", because},
          count,
          kNow,
          kNow + std::chrono::seconds(3600)};
}

TEST(WouldText, NothingIsGoodNews) {
  EXPECT_EQ(WouldText({}), "Enforcement would have refused nothing so far.\n");
}

TEST(WouldText, TwoTablesAndWhatToDo) {
  const std::string text =
      WouldText({Row("bank.example", "observe", 40), Row("b.example", "testing", 7),
                 Row("c.example", "observe", 1)});
  EXPECT_TRUE(text.starts_with(
      R"(Since 2027-01-15T08:00:00Z, enforcement would have held back or refused this (recipients):

count  domain        rule  direction  would   result-type         first                 last
   40  bank.example  bank  outbound   reject  validation-failure  2027-01-15T08:00:00Z  2027-01-15T09:00:00Z
    1  c.example     bank  outbound   reject  validation-failure  2027-01-15T08:00:00Z  2027-01-15T09:00:00Z

And this, if MTA-STS policies in testing mode were enforced by their domains:

count  domain     rule  direction  would   result-type         first                 last
    7  b.example  bank  outbound   reject  validation-failure  2027-01-15T08:00:00Z  2027-01-15T09:00:00Z

What to do next:
)")) << text;
  EXPECT_NE(text.find("mode = enforce"), std::string::npos);
}

TEST(WouldText, NothingOfTheFileReachesTheTerminalRaw) {
  WouldRow row = Row("a\x1b[31m\n.example" + std::string(5000, 'x'), "observe", 1);
  row.key.rule = row.key.would = row.key.result_type = row.key.direction = "\x1b]0;x\a\xff";
  const std::string text = WouldText({row});
  EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char c) {
    return c == '\n' || (c >= 0x20 && c <= 0x7e);
  })) << text;
  EXPECT_LT(text.size(), 4000u);
}

TEST(WouldJson, HasTheNamesOfRfc8460) {
  const auto json = boost::json::serialize(WouldJson({Row("b.example", "observe", 3)}));
  EXPECT_EQ(json,
            R"({"since":"2027-01-15T08:00:00Z","observe":3,"testing":0,"rows":[{"count":3,)"
            R"("policy-domain":"b.example","rule":"bank","direction":"outbound","would":"reject",)"
            R"("result-type":"validation-failure","because":"observe",)"
            R"("first":"2027-01-15T08:00:00Z","last":"2027-01-15T09:00:00Z"}]})");
  EXPECT_EQ(boost::json::serialize(WouldJson({})),
            R"({"since":null,"observe":0,"testing":0,"rows":[]})");
}

TEST(GoneText, NamesTheCommandThatLetsADomainGo) {
  EXPECT_EQ(GoneText({}), "No domain has lost the TLS that it had so far.\n");
  RememberedTls tls;
  tls.days = 12;
  tls.since = tls.last = Time(std::chrono::seconds(1'800'000'000));
  tls.gone_since = std::chrono::floor<std::chrono::days>(tls.last);
  const std::vector<RememberedDomain> gone{{ParseDomain("a.test").value(), tls}};
  const std::string text = GoneText(gone);
  EXPECT_NE(text.find("tlswarden cache purge a.test"), std::string::npos) << text;
  EXPECT_NE(text.find("missing since 2027-01-15"), std::string::npos) << text;
  EXPECT_EQ(boost::json::serialize(GoneJson(gone)),
            R"({"remembered-tls-missing":[{"policy-domain":"a.test","days":12,)"
            R"("since":"2027-01-15T08:00:00Z","last":"2027-01-15T08:00:00Z",)"
            R"("missing-since":"2027-01-15T00:00:00Z"}]})");
}

}  // namespace
}  // namespace tlswarden
