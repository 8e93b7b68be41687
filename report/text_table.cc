#include "report/text_table.h"

#include <algorithm>

#include "report/shown_text.h"

namespace tlswarden {
namespace {

// In so many characters.
std::string Cell(std::string_view text, std::size_t most) {
  std::string cell = ShownText(text);
  if (ShownWidth(cell) <= most) return cell;
  std::size_t end = 0;
  for (std::size_t width = 0; end < cell.size(); ++end) {
    const bool begins = (cell[end] & 0xc0) != 0x80;
    if (begins && ++width == most) break;
  }
  return cell.substr(0, end).append(kEllipsis);
}

}  // namespace

std::string TextTable(const std::vector<TextColumn>& columns,
                      const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::vector<std::string>> lines(1);
  for (const TextColumn& column : columns) lines[0].emplace_back(column.name);
  for (const std::vector<std::string>& row : rows) {
    std::vector<std::string>& line = lines.emplace_back();
    for (std::size_t i = 0; i < columns.size(); ++i) {
      line.push_back(Cell(row[i], columns[i].most));
    }
  }
  std::vector<std::size_t> widths(columns.size());
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      widths[i] = std::max(widths[i], ShownWidth(line[i]));
    }
  }
  std::string text;
  for (const auto& line : lines) {
    std::string out;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const std::string blanks(widths[i] - ShownWidth(line[i]), ' ');
      out += columns[i].to_the_right ? "  " + blanks + line[i] : "  " + line[i] + blanks;
    }
    text += out.substr(0, out.find_last_not_of(' ') + 1) + '\n';
  }
  return text;
}

std::string Wrapped(std::string_view text, std::size_t indent) {
  const std::string shown = ShownText(text, text.size());
  std::string_view rest = shown;
  std::string out, line;
  while (!rest.empty()) {
    const std::string_view word = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(rest.size(), word.size() + 1));
    if (word.empty()) continue;
    if (!line.empty() && indent + ShownWidth(line) + 1 + ShownWidth(word) > kTextWidth) {
      out += std::string(indent, ' ') + line + '\n';
      line.clear();
    }
    if (!line.empty()) line += ' ';
    line += word;
  }
  return line.empty() ? out : out + std::string(indent, ' ') + line + '\n';
}

std::string Headed(std::string_view title) {
  const std::string shown = ShownText(title);
  return shown + '\n' + std::string(ShownWidth(shown), '-') + '\n';
}

}  // namespace tlswarden
