// The rows of tests/scenarios/failures.table: what the scenarios take for granted of DNS and HTTPS
// is what the real readers must say.
#ifndef TLSWARDEN_TESTS_UNIT_RESOLVER_FAILURE_ROWS_H_
#define TLSWARDEN_TESTS_UNIT_RESOLVER_FAILURE_ROWS_H_

#include <fstream>
#include <string>
#include <vector>

namespace tlswarden {

struct FailureRow {
  std::string name, happened, comes_to, reason;
};

// Takes the next cell off the line, without the blanks around it.
inline std::string TakeCell(std::string& line) {
  const std::size_t bar = line.find(" | ");
  std::string cell = line.substr(0, bar);
  line = bar == std::string::npos ? std::string() : line.substr(bar + 3);
  cell.erase(0, cell.find_first_not_of(' '));
  cell.erase(cell.find_last_not_of(' ') + 1);
  return cell;
}

// Those of [dns] or [https].
inline std::vector<FailureRow> FailureRows(const std::string& section) {
  std::ifstream table(std::string(TLSWARDEN_SOURCE_DIR) + "/tests/scenarios/failures.table");
  std::vector<FailureRow> rows;
  bool inside = false;
  for (std::string line; std::getline(table, line);) {
    if (line.starts_with('[')) inside = line == '[' + section + ']';
    if (!inside || line.empty() || line.starts_with('#') || line.starts_with('[')) continue;
    FailureRow row;
    for (std::string* cell : {&row.name, &row.happened, &row.comes_to, &row.reason}) {
      *cell = TakeCell(line);
    }
    rows.push_back(row);
  }
  return rows;
}

}  // namespace tlswarden

#endif  // TLSWARDEN_TESTS_UNIT_RESOLVER_FAILURE_ROWS_H_
