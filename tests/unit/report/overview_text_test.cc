#include "report/overview_text.h"

#include <gtest/gtest.h>

#include <sstream>

#include "policy/utf8.h"
#include "report/shown_text.h"
#include "report/text_table.h"
#include "tests/unit/report/overview_build.h"

namespace tlswarden {
namespace {

bool HasLine(const std::string& text, const std::string& line) {
  return ('\n' + text).find('\n' + line + '\n') != std::string::npos;
}

TEST(OverviewTextTest, HasTheFigures) {
  const std::string text = OverviewText(SmallOverview());
  EXPECT_TRUE(text.starts_with("TLS report of mx.example.net\n")) << text;
  EXPECT_TRUE(HasLine(text, "23 to 25 Nov 2026 (UTC)") ||
              HasLine(text, "23 Nov to 25 Nov 2026 (UTC)"));
  EXPECT_TRUE(HasLine(
      text, "  2026-11-23         97       3  certificate-expired 2, sts-policy-fetch-error 1"))
      << text;
  EXPECT_TRUE(HasLine(text, "  2026-11-24          0       0")) << text;
  EXPECT_TRUE(HasLine(text, "  certificate-expired: 2 times"));
  EXPECT_TRUE(HasLine(text, "    Mostly at mx.bank.example: it has expired"));
  EXPECT_TRUE(HasLine(text, "  bank.example       2        49  4.1 %")) << text;
  EXPECT_TRUE(HasLine(text, "  Google Inc.   example.net  sts, testing         20       2"))
      << text;
  EXPECT_TRUE(HasLine(text, "  certificate-host-mismatch: 2 times")) << "what others report";
}

TEST(OverviewTextTest, EmptySaysWhatToDo) {
  const std::string text = OverviewText(MakeOverview(FrameOf(30), {}, {}));
  EXPECT_TRUE(HasLine(text, "Nothing was counted."));
  EXPECT_NE(text.find("[tlsrpt] socket"), std::string::npos);
  EXPECT_NE(text.find("_smtp._tls.DOMAIN"), std::string::npos);
  EXPECT_EQ(text.find("Sessions of each day"), std::string::npos) << "no table of nothing";
}

TEST(OverviewTextTest, OneDomainHasItsPolicies) {
  LedgerFigures figures;
  figures.days = {{kLastDay, 8, 2}};
  figures.failures = {Detail("tlsa-invalid", 2)};
  figures.policies = {TallyOf(Sts("bank.example", "enforce"), 8, 2,
                              {Detail("tlsa-invalid", 2, "mx.bank.example", "none fits")})};
  const std::string text = OverviewText(MakeOverview(FrameOf(1, "bank.example"), figures, {}));
  EXPECT_TRUE(text.starts_with("TLS report of mx.example.net on bank.example\n"));
  EXPECT_TRUE(HasLine(text, "Policy: sts, enforce"));
  EXPECT_TRUE(HasLine(text, "    mode: enforce"));
  EXPECT_TRUE(HasLine(text, "      2  tlsa-invalid  mx.bank.example  none fits")) << text;
  EXPECT_EQ(text.find("What others report"), std::string::npos);
}

TEST(OverviewTextTest, StrangersReachNoTerminalAndNoSecondLine) {
  const std::string evil = "\x1b]0;owned\x07\nFake line\xff";
  LedgerFigures figures;
  figures.days = {{kLastDay, 1, 1}};
  figures.failures = {Detail(evil, 1, evil, evil)};
  figures.day_failures = {{kLastDay, figures.failures}};
  figures.domains = {{evil, 1, 1}};
  figures.policies = {TallyOf({evil, {evil}, evil, {evil}}, 1, 1, figures.failures)};
  for (const char* domain : {"", "bank.example"}) {
    const std::string text = OverviewText(
        MakeOverview(FrameOf(2, domain), figures,
                     {ReportOf(evil, evil, {TallyOf({evil, {evil}, domain, {}}, 1, 1)})}));
    EXPECT_TRUE(IsUtf8(text));
    EXPECT_EQ(text.find_first_of("\x1b\x07\r"), std::string::npos);
    EXPECT_FALSE(HasLine(text, "Fake line"));
    EXPECT_EQ(text.find("\nFake"), std::string::npos);
  }
}

TEST(OverviewTextTest, IsBoundedInLinesAndColumns) {
  LedgerFigures figures;
  for (int back = 0; back < 400; ++back) figures.days.push_back({Back(back), 1000000, 1000000});
  for (int i = 0; i < 100000; ++i) {
    figures.domains.push_back({std::string(250, 'd') + std::to_string(i), 1, 1});
  }
  const std::string text = OverviewText(MakeOverview(FrameOf(400), figures, {}));
  EXPECT_TRUE(HasLine(text, "  and 99,980 domains more"));
  std::istringstream lines(text);
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    EXPECT_LE(ShownWidth(line), kTextWidth) << line;
  }
  EXPECT_LT(count, 100u);
}

}  // namespace
}  // namespace tlswarden
