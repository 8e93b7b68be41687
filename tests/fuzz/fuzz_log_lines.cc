// Octets of a mail log, in blocks cut anywhere: the lines are the same however they are cut, and
// bounded; a saved position is what its text says, or nothing.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "report/line_splitter.h"
#include "report/log_position.h"
#include "tests/fuzz/check.h"
#include "tests/fuzz/octets.h"

namespace {

using namespace tlswarden;

struct Outcome {
  std::vector<std::string> lines;
  std::uint64_t unfinished = 0;
  std::uint64_t long_lines = 0;
  bool operator==(const Outcome&) const = default;
};

// By another way: the text as a whole.
Outcome Expected(std::string_view text) {
  Outcome outcome;
  for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    std::string_view line = text.substr(0, end);
    line.remove_prefix(std::min(line.find_first_not_of('\0'), line.size()));
    if (line.size() > kMostLogLine) ++outcome.long_lines;
    outcome.lines.emplace_back(line.substr(0, kMostLogLine));
    text.remove_prefix(end + 1);
  }
  outcome.unfinished = text.size();
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view octets(reinterpret_cast<const char*>(data), size);
  if (const auto position = ParseLogPosition(octets)) {
    Check(ToText(*position) == octets, "a position has one text");
  }
  FuzzOctets input(data, size);
  std::string text;
  Outcome seen;
  LineSplitter splitter([&](std::string_view line) { seen.lines.emplace_back(line); });
  // Some blocks come many times over, for lines that are too long.
  const std::vector<unsigned> times = {1, 1, 1, 80, 300};
  while (!input.AtEnd() && text.size() < 1000000) {
    const unsigned repeated = input.Pick(times);
    const std::string block = input.Text();
    for (unsigned i = 0; i < repeated; ++i) {
      splitter.Feed(block);
      text += block;
    }
  }
  seen.unfinished = splitter.unfinished();
  seen.long_lines = splitter.long_lines();
  Check(seen == Expected(text), "the same lines however they are cut");
  Check(splitter.lines() == seen.lines.size(), "each line is counted");

  const std::size_t whole = seen.lines.size();
  splitter.GiveUp();
  Check(seen.lines.size() <= whole + 1, "one line is given up at most");
  Check(splitter.unfinished() == 0, "nothing of it is left");
  splitter.Feed("rest\nnext\n");
  Check(seen.lines.back() == "next", "the next line is whole");
  return 0;
}
