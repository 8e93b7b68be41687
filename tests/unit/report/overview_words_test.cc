#include "report/overview_words.h"

#include <gtest/gtest.h>

#include <limits>

#include "policy/failure.h"
#include "report/explanation.h"
#include "report/page_chart.h"
#include "report/shown_text.h"
#include "report/text_table.h"
#include "tests/unit/report/overview_build.h"

namespace tlswarden {
namespace {

TEST(OverviewWordsTest, Numbers) {
  EXPECT_EQ(Grouped(0), "0");
  EXPECT_EQ(Grouped(999), "999");
  EXPECT_EQ(Grouped(1000), "1,000");
  EXPECT_EQ(Grouped(-1234567), "-1,234,567");
  EXPECT_EQ(Grouped(std::numeric_limits<std::int64_t>::max()), "9,223,372,036,854,775,807");
  EXPECT_EQ(Counted(1, "domain", "domains"), "1 domain");
  EXPECT_EQ(Counted(0, "domain", "domains"), "0 domains");
}

TEST(OverviewWordsTest, ShareIsNeverRoundedToAllOrNothing) {
  EXPECT_EQ(Share(0, 0), "0 %");
  EXPECT_EQ(Share(0, 10), "0 %");
  EXPECT_EQ(Share(10, 10), "100 %");
  EXPECT_EQ(Share(1, 3), "33.3 %");
  EXPECT_EQ(Share(2, 3), "66.7 %");
  EXPECT_EQ(Share(999999, 1000000), "over 99.9 %");
  EXPECT_EQ(Share(1, 1000000), "under 0.1 %");
}

TEST(OverviewWordsTest, Days) {
  EXPECT_EQ(DayName(kLastDay), "25 Nov 2026");
  EXPECT_EQ(DayText(kLastDay), "2026-11-25");
  EXPECT_EQ(PeriodName(kLastDay, kLastDay), "25 Nov 2026");
  EXPECT_EQ(PeriodName(Back(29), kLastDay), "27 Oct to 25 Nov 2026");
  EXPECT_EQ(PeriodName(Back(365), kLastDay), "25 Nov 2025 to 25 Nov 2026");
  EXPECT_EQ(MomentName(Time(kLastDay) + std::chrono::minutes(607)), "25 Nov 2026, 10:07 UTC");
}

TEST(OverviewWordsTest, HeadlineSaysWhatTheFiguresComeTo) {
  EXPECT_EQ(Headline(SmallOverview()),
            "98.0 % of 150 sessions had TLS as they should. 3 failed, at 2 of 3 domains.");
  LedgerFigures figures;
  EXPECT_EQ(Headline(MakeOverview(FrameOf(1), figures, {})), "Nothing was counted.");
  figures.failures = {Detail("sts-policy-fetch-error", 1)};
  EXPECT_EQ(Headline(MakeOverview(FrameOf(1), figures, {})),
            "No session was counted, but policies failed.");
  figures.days = {{kLastDay, 1, 0}};
  EXPECT_EQ(Headline(MakeOverview(FrameOf(1), figures, {})),
            "The one session had TLS as it should.");
}

// RFC 8460 section 4.3: each type has an explanation of its own.
TEST(ExplanationTest, EachResultTypeHasItsOwn) {
  std::vector<std::string_view> meanings;
  for (int i = 0; i <= static_cast<int>(ResultType::kStsWebpkiInvalid); ++i) {
    const Explanation explanation = Explain(ToString(static_cast<ResultType>(i)));
    for (const std::string_view text :
         {explanation.meaning, explanation.theirs, explanation.ours}) {
      EXPECT_TRUE(text.ends_with('.') || text.ends_with('?') || text.ends_with(')')) << text;
      EXPECT_EQ(ShownText(text, 1000), text);
    }
    EXPECT_NE(explanation.theirs, explanation.ours);
    for (const std::string_view other : meanings) EXPECT_NE(explanation.meaning, other);
    meanings.push_back(explanation.meaning);
  }
  EXPECT_EQ(meanings.size(), 11u);
  EXPECT_NE(Explain("internal-error").meaning, Explain("validation-failure").meaning);
  EXPECT_FALSE(Explain("").ours.empty());
}

TEST(ShownTextTest, IsOneLineOfVisibleCharacters) {
  EXPECT_EQ(ShownText("Soci\xc3\xa9t\xc3\xa9 \xe6\xbc\xa2"), "Soci\xc3\xa9t\xc3\xa9 \xe6\xbc\xa2");
  EXPECT_EQ(ShownText("a\r\n\tb"), "a   b");
  EXPECT_EQ(ShownText("\x1b[31m"), "\xef\xbf\xbd[31m") << "a terminal obeys escapes";
  EXPECT_EQ(ShownText("\xc2\x9b"
                      "31m"),
            "\xef\xbf\xbd"
            "31m")
      << "also those of eight bits";
  EXPECT_EQ(ShownText("\xe2\x80\xae"
                      "moc"),
            "\xef\xbf\xbd"
            "moc")
      << "right to left";
  EXPECT_EQ(ShownText("a\xff\xc3"
                      "b"),
            "a\xef\xbf\xbd\xef\xbf\xbd"
            "b");
  EXPECT_EQ(ShownText(std::string("\0x", 2)),
            "\xef\xbf\xbd"
            "x");
}

TEST(ShownTextTest, IsCutAtACharacter) {
  EXPECT_EQ(ShownText("\xc3\xa9\xc3\xa9", 3), "\xc3\xa9\xe2\x80\xa6");
  EXPECT_EQ(ShownText("abc", 3), "abc");
  EXPECT_EQ(ShownText(std::string(100000, 'x')).size(), kMaxShownOctets + 3);
  EXPECT_EQ(ShownWidth("Soci\xc3\xa9t\xc3\xa9\xe2\x80\xa6"), 8u);
}

TEST(TextTableTest, AlignsByCharactersAndCuts) {
  EXPECT_EQ(TextTable({{"name", false, 5}, {"n", true}, {"rest"}},
                      {{"\xc3\xa9t\xc3\xa9", "7", ""}, {"longer", "1,000", "r"}}),
            "  name       n  rest\n"
            "  \xc3\xa9t\xc3\xa9        7\n"
            "  long\xe2\x80\xa6  1,000  r\n");
}

TEST(TextTableTest, WrapsAtItsWidth) {
  const std::string text = Wrapped(std::string(60, 'a') + ' ' + std::string(60, 'b'), 2);
  EXPECT_EQ(text, "  " + std::string(60, 'a') + "\n  " + std::string(60, 'b') + "\n");
  EXPECT_EQ(Wrapped("", 2), "");
  EXPECT_EQ(Wrapped(std::string(300, 'a'), 1).size(), 302u) << "a word isn't cut";
}

TEST(PageChartTest, AxisHoldsAllAndItsHalfIsANumber) {
  EXPECT_EQ(AxisTop(0), 1);
  EXPECT_EQ(AxisTop(1), 1);
  EXPECT_EQ(AxisTop(3), 4);
  EXPECT_EQ(AxisTop(10), 10);
  EXPECT_EQ(AxisTop(11), 12);
  EXPECT_EQ(AxisTop(2434), 3000);
  for (std::int64_t most = 2; most < 100000; most = most * 9 / 8 + 1) {
    const double top = AxisTop(most);
    EXPECT_GE(top, static_cast<double>(most));
    EXPECT_LE(top, 2.0 * static_cast<double>(most));
    EXPECT_EQ(top / 2, static_cast<double>(static_cast<std::int64_t>(top / 2))) << most;
  }
  EXPECT_GE(AxisTop(std::numeric_limits<std::int64_t>::max()), 9.2e18);
  EXPECT_EQ(Compact(500), "500");
  EXPECT_EQ(Compact(1500), "1.5k");
  EXPECT_EQ(Compact(1e19), "10E");
}

}  // namespace
}  // namespace tlswarden
