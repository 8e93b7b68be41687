#include "report/self_report.h"

#include <gtest/gtest.h>

#include "report/gzip.h"
#include "report/report_json.h"
#include "report/report_mail.h"
#include "report/report_reader.h"

namespace tlswarden {
namespace {

const Time kNow = ParseTime("2026-11-25T10:00:00Z").value();

TlsReport Report() {
  SelfReportSecret secret{};
  secret.front() = 0xab;
  secret.back() = 0x01;
  return MakeSelfReport("Example Corp", "tls@Corp.example", secret, kNow);
}

TEST(SelfReport, IsEmptyAndMarkedAsATest) {
  const TlsReport report = Report();
  EXPECT_EQ(report.organization_name, "Example Corp");
  EXPECT_EQ(report.contact_info, "tls@Corp.example");
  EXPECT_EQ(report.report_id, "tlswarden-test.ab000000000000000000000000000001@corp.example");
  EXPECT_EQ(ToString(report.begin), "2026-11-24T00:00:00Z");
  EXPECT_EQ(ToString(report.end), "2026-11-24T23:59:59Z");
  ASSERT_EQ(report.policies.size(), 1u);
  EXPECT_EQ(report.policies[0].policy.domain, "corp.example");
  EXPECT_EQ(SumOf(report.policies).successes + SumOf(report.policies).failures, 0);
}

TEST(SelfReport, ItsMailSaysWhatItIsFor) {
  const TlsReport report = Report();
  const ReportMailContext context = {
      "corp.example", "tls@corp.example", "tls@corp.example", "host", "1", kNow, "This is a test."};
  const std::string mail = ComposeReportMail(report, Gzip(ToJson(report)), context);
  EXPECT_NE(mail.find("\n\nThis is a test.\n\n--"), std::string::npos) << mail;
  EXPECT_EQ(mail.find("_smtp._tls"), std::string::npos) << mail;
  const auto read = ReadReports(mail);
  ASSERT_TRUE(read.ok()) << read.error();
  EXPECT_EQ((*read)[0].report, report);
}

TEST(SelfReport, SaysWhoSigns) {
  const DkimSignature own{"corp.example", "s"}, parent{"example.org", "p"}, other{"esp.test", "e"};
  const struct {
    std::vector<DkimSignature> signatures;
    const char* domain;
    Signed who;
    const char* text;
  } cases[] = {
      {{}, "corp.example", Signed::kNo, "not signed"},
      {{own}, "corp.example", Signed::kYes, "signed by d=corp.example, s=s"},
      {{other, own, own},
       "mx.corp.example",
       Signed::kYes,
       "signed by d=corp.example, s=s and d=corp.example, s=s"},
      {{parent}, "mail.example.org", Signed::kYes, "signed by d=example.org, s=p"},
      {{other, parent},
       "corp.example",
       Signed::kByOthers,
       "signed by d=esp.test, s=e and d=example.org, s=p, but not by corp.example"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(WhoSigns(c.signatures, c.domain), c.who) << c.text;
    EXPECT_EQ(DescribeSignatures(c.signatures, c.domain), c.text);
  }
}

}  // namespace
}  // namespace tlswarden
