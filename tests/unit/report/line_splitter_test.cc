#include "report/line_splitter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace tlswarden {
namespace {

using Lines = std::vector<std::string>;
using namespace std::string_literals;

class LineSplitterTest : public testing::Test {
 protected:
  void FeedIn(std::string_view text, std::size_t step) {
    for (; !text.empty(); text.remove_prefix(std::min(step, text.size()))) {
      splitter.Feed(text.substr(0, step));
    }
  }

  Lines lines;
  LineSplitter splitter{[this](std::string_view line) { lines.emplace_back(line); }};
};

TEST_F(LineSplitterTest, TheSameLinesHoweverTheBlocksAreCut) {
  const std::string text = "one\n\ntwo\r\nb\0in\xff\ary\n\0\0hole\nlast"s;
  const Lines expected = {"one", "", "two\r", "b\0in\xff\ary"s, "hole"};
  for (std::size_t step = 1; step <= text.size(); ++step) {
    lines.clear();
    FeedIn(text, step);
    EXPECT_EQ(lines, expected) << step;
    EXPECT_EQ(splitter.unfinished(), 4u);
    splitter.Reset(false);
  }
}

TEST_F(LineSplitterTest, ALongLineIsCutOnceAndCounted) {
  const std::string most(kMostLogLine, 'a');
  const std::string text =
      most + "\n" + most + "bcd\n" + std::string(5 * kMostLogLine, 'e') + "\nf\n";
  std::uint64_t cut = 0;
  for (const std::size_t step : {std::size_t{1}, std::size_t{1000}, kMostLogLine, text.size()}) {
    lines.clear();
    FeedIn(text, step);
    EXPECT_EQ(lines, (Lines{most, most, std::string(kMostLogLine, 'e'), "f"})) << step;
    cut += 2;
    EXPECT_EQ(splitter.long_lines(), cut);
  }
}

TEST_F(LineSplitterTest, WhatWasGivenUpIsHandedOnOnceAndItsRestIsDropped) {
  splitter.Feed("whole\nhalf");
  splitter.GiveUp();
  EXPECT_EQ(lines, (Lines{"whole", "half"}));
  EXPECT_EQ(splitter.unfinished(), 0u);
  splitter.GiveUp();
  splitter.Feed(" a line");
  EXPECT_EQ(splitter.unfinished(), 7u);
  splitter.GiveUp();
  splitter.Feed(", still\nnext\n");
  EXPECT_EQ(lines, (Lines{"whole", "half", "next"}));
}

TEST_F(LineSplitterTest, InsideALineItBeginsWithTheNext) {
  splitter.Reset(true);
  splitter.Feed("rest\nnext\n");
  EXPECT_EQ(lines, Lines{"next"});
  EXPECT_EQ(splitter.lines(), 1u);
}

// Where a file was truncated under a writer that doesn't append, gigabytes of NULs may stand.
TEST_F(LineSplitterTest, AHoleBeforeALineCostsNothing) {
  const std::string hole(1 << 20, '\0');
  for (int i = 0; i < 20; ++i) splitter.Feed(hole);
  EXPECT_EQ(splitter.unfinished(), 20u << 20);
  splitter.Feed("Nov 25 line\n");
  EXPECT_EQ(lines, Lines{"Nov 25 line"});
  EXPECT_EQ(splitter.long_lines(), 0u);
}

}  // namespace
}  // namespace tlswarden
