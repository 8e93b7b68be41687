#include "report/report_mail.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "report/base64.h"
#include "report/gzip.h"
#include "report/report_json.h"
#include "report/report_reader.h"
#include "tests/unit/report/generated_day.h"

namespace tlswarden {
namespace {

const Day kDay = std::chrono::floor<std::chrono::days>(ParseTime("2026-11-24").value());

TlsReport Report() {
  TlsReport report;
  report.organization_name = "Example Corp";
  report.contact_info = "tls@corp.example";
  report.report_id = "20261124.bank.example@corp.example";
  report.begin = kDay;
  report.end = report.begin + std::chrono::seconds(86399);
  PolicyTally tally;
  tally.policy = {"sts", {"version: STSv1"}, "bank.example", {"mx.bank.example"}};
  tally.successes = 1;
  tally.failures = 5;
  tally.details = {{"certificate-expired", "", "mx.bank.example", "", "", "", "X509_V_ERR", 5}};
  report.policies = {tally};
  return report;
}

ReportMailContext Context() {
  return {"bank.example",
          "rua@bank.example",
          "reports@corp.example",
          "mail.corp.example",
          "1.2.3",
          ParseTime("2026-11-25T01:02:03Z").value()};
}

// The names of the header's fields, in their order.
std::string FieldNames(const std::string& mail) {
  std::istringstream lines(mail.substr(0, mail.find("\n\n")));
  std::string names;
  for (std::string line; std::getline(lines, line);) {
    if (line[0] != ' ') names += line.substr(0, line.find(':')) + ' ';
  }
  return names;
}

constexpr const char* kFields =
    "Date From To Subject Message-ID TLS-Report-Domain TLS-Report-Submitter Auto-Submitted "
    "TLS-Required MIME-Version Content-Type ";

// RFC 8460 section 5.3.
std::string Composed(const TlsReport& report, const ReportMailContext& context) {
  return ComposeReportMail(report, Gzip(ToJson(report)), context);
}

TEST(ReportMail, IsTheRfcs) {
  const TlsReport report = Report();
  EXPECT_EQ(Composed(report, Context()),
            R"(Date: Wed, 25 Nov 2026 01:02:03 +0000
From: <reports@corp.example>
To: <rua@bank.example>
Subject: Report Domain: bank.example Submitter: corp.example Report-ID:
 <20261124.bank.example@corp.example>
Message-ID: <1.2.3@mail.corp.example>
TLS-Report-Domain: bank.example
TLS-Report-Submitter: corp.example
Auto-Submitted: auto-generated
TLS-Required: No
MIME-Version: 1.0
Content-Type: multipart/report; report-type="tlsrpt";
 boundary="=_tlswarden_report"

--=_tlswarden_report
Content-Type: text/plain; charset=us-ascii

This is a report about the TLS of mail that our servers sent to
bank.example (RFC 8460). The attached file has all of it, for a program.

  domain:       bank.example
  from:         Example Corp
  contact:      tls@corp.example
  begins:       2026-11-24T00:00:00Z
  ends:         2026-11-24T23:59:59Z
  good:         1 session
  failed:       5 sessions

What failed:

- certificate-expired: 5 sessions with mx.bank.example (X509_V_ERR)

You get it because of the TXT record _smtp._tls.bank.example, which
names this address.

--=_tlswarden_report
Content-Type: application/tlsrpt+gzip
Content-Transfer-Encoding: base64
Content-Disposition: attachment;
 filename="corp.example!bank.example!1795478400!1795564799.json.gz"

)" + EncodeBase64(Gzip(ToJson(report))) +
                "--=_tlswarden_report--\n");
}

TEST(ReportMail, IsReadBackByTheReader) {
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    DayGenerator generator(seed);
    const TlsReport report = generator.Report();
    ReportMailContext context = Context();
    context.domain = generator.domain();
    const Result<std::vector<ReceivedReport>> read =
        ReadReports(Composed(report, context));
    ASSERT_TRUE(read.ok()) << read.error();
    ASSERT_EQ(read->size(), 1u);
    EXPECT_EQ((*read)[0].report, report);
    EXPECT_EQ((*read)[0].from_domain, "corp.example");
  }
}

TEST(ReportMail, NothingFromOutsideAddsAField) {
  const std::string hostile =
      "x\r\nBcc: <all@victim.example>\r\n\r\n--=_tlswarden_report\r\n.\r\n\x1b[31m\xff \"\\<>;!";
  TlsReport report = Report();
  report.organization_name = report.report_id = hostile;
  report.policies[0].policy.domain = hostile + std::string(100000, 'd');
  for (int i = 0; i < 100; ++i) {
    report.policies[0].details.push_back({hostile + std::string(10000, 'r'), hostile, hostile,
                                          hostile, hostile, hostile, hostile, -1});
  }
  ReportMailContext context = Context();
  context.domain = context.to = context.from = context.host = context.unique = hostile;
  for (const std::string& contact : {std::string("a@corp.example"), hostile, "a@" + hostile}) {
    report.contact_info = contact;
    const std::string mail = Composed(report, context);
    EXPECT_EQ(FieldNames(mail), kFields);
    std::istringstream lines(mail);
    std::size_t boundaries = 0;
    for (std::string line; std::getline(lines, line);) {
      EXPECT_LE(line.size(), 998u);
      EXPECT_NE(line, ".");
      boundaries += line.starts_with("--=_tlswarden_report") ? 1 : 0;
      EXPECT_TRUE(std::all_of(line.begin(), line.end(), [](char c) {
        return c >= 0x20 && c <= 0x7e;
      })) << line;
    }
    EXPECT_EQ(boundaries, 3u);
    const Result<std::vector<ReceivedReport>> read = ReadReports(mail);
    ASSERT_TRUE(read.ok()) << read.error();
    EXPECT_EQ(read->size(), 1u);
  }
}

TEST(ReportMail, TheTextIsForAPersonAndEnds) {
  TlsReport report = Report();
  for (int i = 0; i < 100; ++i) report.policies[0].details.push_back(report.policies[0].details[0]);
  const std::string mail = Composed(report, Context());
  EXPECT_NE(mail.find("- and 81 more, in the file\n"), std::string::npos) << mail;
}

TEST(Submitter, IsTheDomainOfTheAddress) {
  EXPECT_EQ(Submitter("tls@CORP.example"), "corp.example");
  EXPECT_EQ(Submitter("<tls@b\xc3\xbc"
                      "cher.example>"),
            "xn--bcher-kva.example");
  EXPECT_EQ(Submitter("tls"), "");
  EXPECT_EQ(Submitter("tls@a b\r\nBcc: c"), "");
}

TEST(ReportFileName, IsTheRfcs) {
  const Time begin = kDay;
  EXPECT_EQ(ReportFileName("corp.example", "bank.example", begin, begin + std::chrono::seconds(9)),
            "corp.example!bank.example!1795478400!1795478409.json.gz");
  EXPECT_EQ(ReportFileName("../a!b", "\"\n\xff", Time{}, Time{}), "..-a-b!---!0!0.json.gz");
}

}  // namespace
}  // namespace tlswarden
