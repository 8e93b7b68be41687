// The tables of doc/remember-tls.md, which tests read: the page can't say what isn't so.
#ifndef TLSWARDEN_TESTS_UNIT_POLICY_REMEMBERED_DOC_H_
#define TLSWARDEN_TESTS_UNIT_POLICY_REMEMBERED_DOC_H_

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "policy/ascii.h"
#include "policy/remembered_tls.h"
#include "tests/unit/policy/build.h"

namespace tlswarden {

// The cells of the rows whose first one is `letter` and a number.
inline std::vector<std::vector<std::string>> RowsOfDoc(char letter) {
  std::ifstream page(TLSWARDEN_SOURCE_DIR "/doc/remember-tls.md");
  std::vector<std::vector<std::string>> rows;
  for (std::string line; std::getline(page, line);) {
    if (line.size() < 4 || line[0] != '|' || line[2] != letter || !IsDigit(line[3])) continue;
    std::vector<std::string> cells;
    for (std::size_t from = 1; from < line.size();) {
      const std::size_t to = line.find('|', from);
      std::string cell(Trim(line.substr(from, to - from)));
      std::erase(cell, '`');
      cells.push_back(std::move(cell));
      from = to + 1;
    }
    rows.push_back(std::move(cells));
  }
  return rows;
}

struct Past {
  std::vector<RememberedDay> days;
  std::optional<Time> let_go;
};

// As the page writes it, "ttt28x": the last day is that of kNow.
inline Past PastOf(const std::string& text) {
  std::string letters;
  std::size_t count = 0;
  for (const char c : text) {
    if (IsDigit(c)) {
      count = count * 10 + static_cast<std::size_t>(c - '0');
    } else {
      letters.append(std::max<std::size_t>(count, 1), c);
      count = 0;
    }
  }
  Past past;
  auto day = std::chrono::floor<std::chrono::days>(kNow) - std::chrono::days(letters.size() - 1);
  for (const char c : letters) {
    RememberedDay made;
    made.day = day;
    made.last = Time(day) + std::chrono::hours(7);
    made.encrypted = c == 't' || c == 'm' || c == '!' ? 3 : 0;
    made.authenticated = c == 'a' ? 2 : 0;
    made.plain = c == 'p' || c == 'm' ? 1 : 0;
    made.missing = c == 'x' ? 4 : 0;
    if (c == '!') past.let_go = made.last;
    if (c != '.') past.days.push_back(made);
    day += std::chrono::days(1);
  }
  return past;
}

inline RememberedTls Remembered(const std::string& text) {
  const Past past = PastOf(text);
  return Remember(past.days, kNow, past.let_go);
}

}  // namespace tlswarden

#endif  // TLSWARDEN_TESTS_UNIT_POLICY_REMEMBERED_DOC_H_
