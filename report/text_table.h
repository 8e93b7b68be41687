// text_table: columns and paragraphs for a terminal.
//
// Pure. Cells may be strangers' text; they are made safe (shown_text.h) and cut to their column.
#ifndef TLSWARDEN_REPORT_TEXT_TABLE_H_
#define TLSWARDEN_REPORT_TEXT_TABLE_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tlswarden {

inline constexpr std::size_t kTextWidth = 100;

struct TextColumn {
  std::string_view name;
  bool to_the_right = false;  // numbers
  std::size_t most = 60;      // in characters
};

// A line for the names and one for each row, indented by two; no blanks at the end of lines.
// Each row has a cell for each column.
std::string TextTable(const std::vector<TextColumn>& columns,
                      const std::vector<std::vector<std::string>>& rows);

// Lines of at most kTextWidth, but for words that are longer, each indented by so many blanks.
std::string Wrapped(std::string_view text, std::size_t indent);

// A line, and one of as many dashes below.
std::string Headed(std::string_view title);

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_TEXT_TABLE_H_
