#include "report/report_json.h"

#include <gtest/gtest.h>

#include "report/i_json.h"
#include "tests/unit/report/generated_day.h"
#include "tests/unit/report/received_data.h"

namespace tlswarden {
namespace {

Time At(const char* text) { return ParseTime(text).value(); }

TlsReport Received(const char* name) {
  const Result<TlsReport> report = ParseReport(ReceivedData(name));
  EXPECT_TRUE(report.ok()) << name << ": " << report.error();
  return report.ok() ? *report : TlsReport();
}

TEST(ToJson, IsTheRfcs) {
  TlsReport report;
  report.organization_name = "Company-X";
  report.contact_info = "tls@company-x.example";
  report.report_id = "1@company-x.example";
  report.begin = At("2026-11-24");
  report.end = At("2026-11-24T23:59:59Z");
  PolicyTally sts;
  sts.policy = {"sts", {"version: STSv1", "mode: enforce"}, "a.example", {"*.a.example"}};
  sts.successes = 5;
  sts.failures = 2;
  sts.details = {{"certificate-expired", "192.0.2.1", "mx.a.example", "mx", "192.0.2.2",
                  "https://x.example", "X509_V_ERR", 2}};
  PolicyTally none;
  none.policy = {"no-policy-found", {}, "b.example", {"ignored.example"}};
  report.policies = {sts, none};
  EXPECT_EQ(
      ToJson(report),
      R"({"organization-name":"Company-X","date-range":{"start-datetime":"2026-11-24T00:00:00Z",)"
      R"("end-datetime":"2026-11-24T23:59:59Z"},"contact-info":"tls@company-x.example",)"
      R"("report-id":"1@company-x.example","policies":[{"policy":{"policy-type":"sts",)"
      R"("policy-string":["version: STSv1","mode: enforce"],"policy-domain":"a.example",)"
      R"("mx-host":["*.a.example"]},"summary":{"total-successful-session-count":5,)"
      R"("total-failure-session-count":2},"failure-details":[{"result-type":"certificate-expired",)"
      R"("sending-mta-ip":"192.0.2.1","receiving-mx-hostname":"mx.a.example",)"
      R"("receiving-mx-helo":"mx","receiving-ip":"192.0.2.2","failed-session-count":2,)"
      R"("additional-information":"https://x.example","failure-reason-code":"X509_V_ERR"}]},)"
      R"({"policy":{"policy-type":"no-policy-found","policy-string":[],"policy-domain":"b.example"},)"
      R"("summary":{"total-successful-session-count":0,"total-failure-session-count":0}}]})");
}

TEST(ToJson, IsReadBackAsItWas) {
  for (std::uint32_t seed = 0; seed < 1000; ++seed) {
    const TlsReport report = GeneratedDay(seed);
    const Result<TlsReport> read = ParseReport(ToJson(report));
    ASSERT_TRUE(read.ok()) << read.error();
    ASSERT_EQ(*read, report) << ToJson(report);
  }
}

// RFC 7493 sections 2.1 and 2.2.
TEST(ToJson, IsIJsonWhateverTheTextsAre) {
  TlsReport report;
  report.organization_name = "\xff\xc3(\xed\xa0\x80 \xef\xbf\xbf \xf4\x8f\xbf\xbe ok \xc3\xa4";
  report.policies.emplace_back();
  report.policies[0].successes = -1;
  report.policies[0].failures = std::numeric_limits<std::int64_t>::max();
  const std::string json = ToJson(report);
  EXPECT_NE(
      json.find("(\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd \xef\xbf\xbd \xef\xbf\xbd ok \xc3\xa4\""),
      std::string::npos)
      << json;
  EXPECT_NE(
      json.find(
          R"({"total-successful-session-count":0,"total-failure-session-count":9007199254740991})"),
      std::string::npos)
      << json;
}

TEST(IJsonText, CutsBetweenCharacters) {
  EXPECT_EQ(IJsonText("a\xc3\xa4", 2), "a");
  EXPECT_EQ(IJsonText("a\xc3\xa4", 3), "a\xc3\xa4");
  EXPECT_EQ(IJsonText("\xff", 2), "");
}

// RFC 8460 appendix B; mx-host is a text there.
TEST(ParseReport, TakesTheRfcsExample) {
  const TlsReport report = Received("rfc8460.json");
  EXPECT_EQ(report.organization_name, "Company-X");
  EXPECT_EQ(report.contact_info, "sts-reporting@company-x.example");
  EXPECT_EQ(report.report_id, "5065427c-23d3-47ca-b6e0-946ea0e8c4be");
  EXPECT_EQ(report.begin, At("2016-04-01"));
  EXPECT_EQ(report.end, At("2016-04-01T23:59:59Z"));
  ASSERT_EQ(report.policies.size(), 1u);
  const PolicyTally& tally = report.policies[0];
  EXPECT_EQ(tally.policy.mx_hosts, std::vector<std::string>{"*.mail.company-y.example"});
  EXPECT_EQ(tally.successes, 5326);
  EXPECT_EQ(tally.failures, 303);
  ASSERT_EQ(tally.details.size(), 3u);
  EXPECT_EQ(tally.details[1].sessions, 200);
  EXPECT_EQ(tally.details[1].additional_information,
            "https://reports.company-x.example/report_info?id=5065427c-23d3#StarttlsNotSupported");
  EXPECT_EQ(tally.details[2].failure_reason_code, "X509_V_ERR_PROXY_PATH_LENGTH_EXCEEDED");
}

TEST(ParseReport, TakesGoogles) {
  const TlsReport report = Received("google.json");
  ASSERT_EQ(report.policies.size(), 2u);
  EXPECT_EQ(report.policies[0].policy.mx_hosts.size(), 2u);
  EXPECT_EQ(report.policies[0].details[0].sessions, 3);
  EXPECT_EQ(report.policies[1].policy,
            (ReportedPolicy{"no-policy-found", {}, "old.corp.example", {}}));
}

TEST(ParseReport, TakesMicrosofts) {
  const TlsReport report = Received("microsoft.json");
  ASSERT_EQ(report.policies.size(), 2u);
  EXPECT_EQ(report.policies[0].details[0].sending_mta_ip, "");
  ASSERT_EQ(report.policies[1].policy.strings.size(), 2u) << "JSON inside of a text";
  EXPECT_EQ(report.policies[1].policy.strings[1].substr(0, 10), "2 1 1 8D02");
}

TEST(ParseReport, TakesMailRus) {
  const TlsReport report = Received("mail.ru.json");
  ASSERT_EQ(report.policies.size(), 1u);
  EXPECT_EQ(report.policies[0].failures, 1) << "as it says, though its details are two";
  ASSERT_EQ(report.policies[0].details.size(), 2u);
  EXPECT_EQ(report.policies[0].details[1].failure_reason_code, "bad https response code: 404");
}

TEST(ParseReport, TakesWhatIsOdd) {
  const TlsReport report = Received("odd.json");
  EXPECT_EQ(report.contact_info, "");
  EXPECT_EQ(report.report_id, "77");
  EXPECT_EQ(report.begin, At("2026-11-23"));
  EXPECT_EQ(report.end, At("2026-11-23T23:59:59Z"));
  ASSERT_EQ(report.policies.size(), 2u);
  EXPECT_EQ(report.policies[0].policy.domain, "");
  EXPECT_EQ(report.policies[0].successes, 12);
  EXPECT_EQ(report.policies[0].failures, 1);
  ASSERT_EQ(report.policies[0].details.size(), 2u);
  EXPECT_EQ(report.policies[0].details[0].result_type, "certificate-revoked");
  EXPECT_EQ(report.policies[0].details[0].additional_information, "https://odd.example/1");
  EXPECT_EQ(report.policies[0].details[1].additional_information, "https://odd.example/2");
  EXPECT_EQ(report.policies[0].details[1].sessions, 1) << "the RFC demands a count";
  EXPECT_EQ(
      report.policies[1].policy,
      (ReportedPolicy{"dnssec", {"one text"}, "xn--bcher-kva.corp.example", {"mx.corp.example"}}));
  EXPECT_EQ(report.policies[1].successes, 0);
  EXPECT_EQ(report.policies[1].failures, kMaxIJsonInteger);
}

std::string WithRange(const std::string& begin, const std::string& end) {
  return R"({"date-range":{"start-datetime":")" + begin + R"(","end-datetime":")" + end +
         R"("},"policies":[]})";
}

TEST(ParseReport, TakesTheTimesThatAreWritten) {
  const struct {
    const char* begin;
    const char* end;
    const char* last;
  } cases[] = {
      {"2026-11-23T00:00:00Z", "2026-11-23T23:59:59Z", "2026-11-23T23:59:59Z"},
      {"2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z", "2026-11-23T23:59:59Z"},
      {"2026-11-23T00:00:00Z", "2026-11-23T24:00:00Z", "2026-11-23T23:59:59Z"},
      {"2026-11-23t00:00:00z", "2026-11-23 23:59:59.999z", "2026-11-23T23:59:59Z"},
      {"2026-11-23T01:30:00+01:30", "2026-11-23T19:59:59-04:00", "2026-11-23T23:59:59Z"},
      {"2026-11-23", "2026-11-24", "2026-11-23T23:59:59Z"},
      {"2026-11-23T00:00:00", "2026-11-23T00:00:00", "2026-11-23T00:00:00Z"},
  };
  for (const auto& c : cases) {
    const Result<TlsReport> report = ParseReport(WithRange(c.begin, c.end));
    ASSERT_TRUE(report.ok()) << c.begin << ' ' << c.end << ": " << report.error();
    EXPECT_EQ(report->begin, At("2026-11-23")) << c.begin;
    EXPECT_EQ(report->end, At(c.last)) << c.end;
  }
}

TEST(ParseReport, SaysWhatIsWrong) {
  const std::string range =
      R"("date-range":{"start-datetime":"2026-11-23T00:00:00Z","end-datetime":"2026-11-23T23:59:59Z"})";
  const auto many = [&](std::size_t n, const std::string& each, const std::string& separator) {
    std::string text = each;
    for (std::size_t i = 1; i < n; ++i) text += separator + each;
    return text;
  };
  const struct {
    std::string json;
    const char* problem;
  } cases[] = {
      {"", "no JSON: incomplete JSON at octet 0"},
      {"{\"a\":", "no JSON: incomplete JSON at octet 5"},
      {"hello", "no JSON: syntax error at octet 0"},
      {"{} x", "no JSON: extra data at octet 3"},
      {"[]", "the JSON is no object"},
      {"{}", "date-range is missing"},
      {"{\"date-range\":\"today\"}", "date-range is missing"},
      {WithRange("yesterday", ""), "date-range has no times of the form 2026-11-24T00:00:00Z"},
      {WithRange("2026-11-23T00:00:00+1:00", "2026-11-23T23:59:59Z"),
       "date-range has no times of the form 2026-11-24T00:00:00Z"},
      {WithRange("9999-12-31T23:59:59-01:00", "9999-12-31T23:59:59-01:00"),
       "date-range has no times of the form 2026-11-24T00:00:00Z"},
      {WithRange("2026-11-24", "2026-11-23"), "date-range ends before it begins"},
      {"{" + range + "}", "policies is missing"},
      {"{" + range + R"(,"policies":[1]})", "policies has an element that is no object"},
      {"{" + range + R"(,"policies":{"failure-details":[[]]}})",
       "failure-details has an element that is no object"},
      {"{" + range + R"(,"policies":[)" + many(1001, "{}", ",") + "]}", "more than 1000 policies"},
      {"{" + range + R"(,"policies":[)" +
           many(2, R"({"failure-details":[)" + many(5001, "{}", ",") + "]}", ",") + "]}",
       "more than 10000 failure-details"},
      {std::string(5000, '['), "more than 32 levels"},
      {many(5000, "{\"a\":", ""), "more than 32 levels"},
      {"[" + many(400001, "0", ",") + "]", "more than 400000 values"},
      {"{" + many(101, "\"a\":0", ",") + "}", "more than 100 keys in an object"},
  };
  for (const auto& c : cases) {
    const Result<TlsReport> report = ParseReport(c.json);
    ASSERT_FALSE(report.ok()) << c.problem;
    EXPECT_EQ(report.error(), std::string("not a report: ") + c.problem);
  }
}

TEST(ParseReport, EveryCutIsAnErrorForAPerson) {
  const std::string json = ReceivedData("google.json");
  const std::size_t end = json.rfind('}');
  for (std::size_t length = 0; length <= end; ++length) {
    const Result<TlsReport> report = ParseReport(json.substr(0, length));
    ASSERT_FALSE(report.ok()) << length;
    EXPECT_TRUE(report.error().starts_with("not a report: no JSON: ")) << report.error();
  }
}

TEST(ParseReport, LongTextsAndListsAreCut) {
  std::string strings;
  for (int i = 0; i < 2000; ++i) strings += "\"x\",";
  const std::string json =
      R"({"organization-name":")" + std::string(100000, 'x') +
      R"(","date-range":{"start-datetime":"2026-11-23","end-datetime":"2026-11-23"},)"
      R"("policies":{"policy":{"policy-string":[)" +
      strings + R"("x"]}}})";
  const Result<TlsReport> report = ParseReport(json);
  ASSERT_TRUE(report.ok()) << report.error();
  EXPECT_EQ(report->organization_name.size(), kMaxReportTextOctets);
  ASSERT_EQ(report->policies.size(), 1u);
  EXPECT_EQ(report->policies[0].policy.strings.size(), kMaxReportTexts);
}

}  // namespace
}  // namespace tlswarden
