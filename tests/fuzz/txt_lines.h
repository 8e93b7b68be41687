// txt_lines: what a fuzzer hands out, as the TXT records of a name: each line is one.
#ifndef TLSWARDEN_TESTS_FUZZ_TXT_LINES_H_
#define TLSWARDEN_TESTS_FUZZ_TXT_LINES_H_

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace tlswarden {

inline std::vector<std::string> Lines(std::string_view input) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin <= input.size();) {
    const std::size_t end = std::min(input.find('\n', begin), input.size());
    lines.emplace_back(input.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

}  // namespace tlswarden

#endif  // TLSWARDEN_TESTS_FUZZ_TXT_LINES_H_
