#include "report/mail_text.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "policy/ascii.h"

namespace tlswarden {
namespace {

constexpr std::size_t kMaxQuoted = 400;  // octets of what others said

}  // namespace

std::string OneLine(std::string_view text) { return PrintableAscii(text.substr(0, kMaxQuoted)); }

std::string Wrapped(std::string_view first, std::string_view indent, std::string_view text) {
  std::string out, line(first);
  bool fresh = true;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (word.empty()) continue;
    if (!fresh && line.size() + 1 + word.size() > kMailLineWidth) {
      out.append(line).append("\n");
      line = indent;
      fresh = true;
    }
    if (!fresh) line += ' ';
    line += word;
    fresh = false;
  }
  return out.append(line).append("\n");
}

std::string Paragraph(const std::string& text) { return Wrapped("", "", text) + "\n"; }

std::string NamedLines(std::string_view name, const std::string& value) {
  constexpr std::string_view kIndent = "                ";
  std::string first = "  " + std::string(name) + ':';
  first.resize(kIndent.size(), ' ');
  return Wrapped(first, kIndent, value);
}

std::string MailDate(Time time) {
  static constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed",
                                                       "Thu", "Fri", "Sat"};
  const Day day = DayOf(time);
  const std::chrono::year_month_day date(day);
  const std::string iso = ToString(time);  // 2026-11-24T07:00:00Z
  return std::string(kDays[std::chrono::weekday(day).c_encoding()]) + ", " +
         std::to_string(static_cast<unsigned>(date.day())) + ' ' +
         std::string(kMonthNames[static_cast<unsigned>(date.month()) - 1]) + ' ' +
         std::to_string(static_cast<int>(date.year())) + ' ' + iso.substr(iso.find('T') + 1, 8) +
         " +0000";
}

}  // namespace tlswarden
