#include "report/page.h"

#include <gtest/gtest.h>

#include <limits>

#include "policy/utf8.h"
#include "report/html.h"
#include "report/page_chart.h"
#include "tests/unit/report/overview_build.h"

namespace tlswarden {
namespace {

constexpr std::size_t kMostOctets = 1000000;

std::size_t Times(const std::string& text, std::string_view part) {
  std::size_t times = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++times;
  }
  return times;
}

bool Has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(HtmlTest, TextIsEscapedInContentAndAttributes) {
  Html page;
  page << "<p title=\"" << Escaped{"\"><b>'&amp;"} << "\">" << Escaped{"a\x1b\xff"} << "</p>";
  EXPECT_EQ(page.text(),
            "<p title=\"&quot;&gt;&lt;b&gt;&#39;&amp;amp;\">a\xef\xbf\xbd\xef\xbf\xbd</p>");
}

TEST(HtmlTest, NamesBreakAtDots) {
  const auto name = [](std::string_view text) { return (Html() << DottedName{text}).text(); };
  EXPECT_EQ(name("mx.bank.example"), "mx.<wbr>bank.<wbr>example");
  EXPECT_EQ(name("example."), "example.");
  EXPECT_EQ(name("a..<"), "a.<wbr>.<wbr>&lt;");
  EXPECT_EQ(name(""), "");
}

TEST(HtmlTest, Numbers) {
  const auto decimal = [](double number) { return (Html() << Decimal{number}).text(); };
  EXPECT_EQ(decimal(0), "0");
  EXPECT_EQ(decimal(12.5), "12.5");
  EXPECT_EQ(decimal(3.046), "3.05");
  EXPECT_EQ(decimal(99.999), "100");
  EXPECT_EQ(decimal(-0.5), "-0.5");
  EXPECT_EQ((Html() << Count{12345}).text(), "12,345");
}

TEST(PageTest, HasTheFiguresAndTheirExplanation) {
  const std::string page = OverviewPage(SmallOverview());
  EXPECT_TRUE(page.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"));
  EXPECT_TRUE(Has(page, "98.0 % of 150 sessions had TLS as they should."));
  EXPECT_TRUE(Has(page, "<code>certificate-expired</code>"));
  EXPECT_TRUE(Has(page, "The certificate of the MX host has expired."));
  EXPECT_TRUE(Has(page, "mx.<wbr>bank.<wbr>example"));
  EXPECT_TRUE(Has(page, "bank.<wbr>example</th><td class=\"n bad\">2</td><td class=\"n\">49</td>"));
  EXPECT_FALSE(Has(page, "fine.<wbr>example")) << "it isn't among the worst";
  EXPECT_TRUE(Has(page, "Google Inc."));
  EXPECT_TRUE(Has(page, "sts, testing"));
  EXPECT_TRUE(Has(page, "protects no mail"));
}

// Each bar is there for who points at it, for who can't see it, and in the table.
TEST(PageTest, ChartsHaveTitlesAndTheTableTheSameFigures) {
  const std::string page = OverviewPage(SmallOverview());
  EXPECT_EQ(Times(page, "<title id="), 2u);
  EXPECT_EQ(Times(page, "<desc id="), 2u);
  EXPECT_TRUE(Has(page, "<title>23 Nov 2026: succeeded 97, failed 3</title>"));
  EXPECT_TRUE(Has(page, "<title>23 Nov 2026: certificate-expired 2, sts-policy-fetch-error 1"));
  EXPECT_TRUE(Has(page,
                  "23 Nov 2026</th><td class=\"n\">97</td><td class=\"n\">3</td>"
                  "<td class=\"n\">2</td><td class=\"n\">1</td></tr>"));
}

TEST(PageTest, FetchesAndRunsNothing) {
  const std::string page = OverviewPage(SmallOverview());
  EXPECT_TRUE(Has(page, "default-src 'none'"));
  EXPECT_FALSE(Has(page, "<script"));
  EXPECT_FALSE(Has(page, " src="));
  EXPECT_FALSE(Has(page, "@import"));
  EXPECT_EQ(Times(page, "http"), Times(page, "http-equiv") +
                                     Times(page, "href=\"https://www.rfc-") +
                                     Times(page, "https://mta-sts.DOMAIN"));
}

TEST(PageTest, StrangersTextStaysText) {
  const std::string evil = "</style></title></svg><script>alert(1)</script>\" onload=\"x' y='";
  LedgerFigures figures;
  figures.days = {{kLastDay, 1, 1}};
  figures.failures = {Detail(evil, 1, evil, evil)};
  figures.failures[0].receiving_ip = evil;
  figures.day_failures = {{kLastDay, figures.failures}};
  figures.domains = {{evil, 1, 1}};
  figures.policies = {TallyOf({evil, {evil}, evil, {evil}}, 1, 1, figures.failures)};
  const TlsReport report = ReportOf(
      evil, evil, {TallyOf({evil, {evil}, evil, {evil}}, 1, 1, {Detail(evil, 1, evil, evil)})});
  for (const std::string& domain : {std::string(), evil}) {
    OverviewFrame frame = FrameOf(2, domain);
    frame.host = frame.version = evil;
    const std::string page = OverviewPage(MakeOverview(frame, figures, {report}));
    EXPECT_TRUE(Has(page, "&lt;script&gt;alert(1)"));
    EXPECT_FALSE(Has(page, "<script"));
    EXPECT_EQ(Times(page, "</style>"), 1u);
    EXPECT_FALSE(Has(page, "\" onload"));
    EXPECT_FALSE(Has(page, "' y="));
  }
}

TEST(PageTest, EmptyIsHonest) {
  const std::string page = OverviewPage(MakeOverview(FrameOf(30), {}, {}));
  EXPECT_TRUE(Has(page, "Nothing was counted."));
  EXPECT_TRUE(Has(page, "[tlsrpt] socket"));
  EXPECT_FALSE(Has(page, "<table"));
  EXPECT_FALSE(Has(page, "<figure"));
}

TEST(PageTest, OneDayWithoutFailures) {
  LedgerFigures figures;
  figures.days = {{kLastDay, 1, 0}};
  figures.domains = {{"fine.example", 1, 0}};
  const std::string page = OverviewPage(MakeOverview(FrameOf(1), figures, {}));
  EXPECT_TRUE(Has(page, "The one session had TLS as it should."));
  EXPECT_TRUE(Has(page, "There were none."));
  EXPECT_FALSE(Has(page, "href=\"#domains\"")) << "there is nothing to go to";
  EXPECT_FALSE(Has(page, "href=\"#days\""));
}

TEST(PageTest, PolicyFailuresWithoutSessionsAreShown) {
  LedgerFigures figures;
  figures.failures = {Detail("sts-policy-fetch-error", 3)};
  figures.day_failures = {{kLastDay, figures.failures}};
  const std::string page = OverviewPage(MakeOverview(FrameOf(7), figures, {}));
  EXPECT_TRUE(Has(page, "No session was counted, but policies failed."));
  EXPECT_TRUE(Has(page, "<code>sts-policy-fetch-error</code>"));
}

TEST(PageTest, IsBoundedWhateverWasCounted) {
  LedgerFigures figures;
  const std::string text(400, '"');  // the longest when escaped
  constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();
  for (int type = 0; type < 40; ++type) {
    figures.failures.push_back(Detail(std::to_string(type) + text, kLargest, text, text));
  }
  for (int back = 0; back < 3000; ++back) {
    figures.days.push_back({Back(back), kLargest, kLargest});
    figures.day_failures.push_back({Back(back), figures.failures});
  }
  for (int i = 0; i < 100000; ++i) figures.domains.push_back({text, kLargest, kLargest});
  std::vector<TlsReport> reports;
  for (int i = 0; i < 200; ++i) {
    reports.push_back(ReportOf(std::to_string(i) + text, "1",
                               {TallyOf({text, {text}, text, {text}}, kLargest, kLargest,
                                        {Detail(std::to_string(i) + text, 1, text, text)})}));
  }
  const std::string page = OverviewPage(MakeOverview(FrameOf(3000), figures, reports));
  EXPECT_LT(page.size(), kMostOctets);
  EXPECT_TRUE(IsUtf8(page));
  EXPECT_TRUE(Has(page, "and 99,980 domains more"));
  EXPECT_LE(Times(page, "<g>"), 2 * kMostBars);

  std::vector<PolicyTally> policies;
  for (int i = 0; i < 200; ++i) {
    PolicyTally tally =
        TallyOf({"sts", std::vector<std::string>(500, text), text, {}}, i, kLargest);
    for (int j = 0; j < 100; ++j) {
      tally.details.push_back(Detail(std::to_string(j) + text, 1, text, text));
    }
    policies.push_back(std::move(tally));
  }
  LedgerFigures of_domain;
  of_domain.policies = std::move(policies);
  of_domain.days = {{kLastDay, 1, 1}};
  EXPECT_LT(OverviewPage(MakeOverview(FrameOf(2, text), of_domain, {})).size(), 2 * kMostOctets);
}

}  // namespace
}  // namespace tlswarden
