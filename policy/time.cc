#include "policy/time.h"

#include <algorithm>

#include "policy/ascii.h"

namespace tlswarden {
namespace {

// `text` has the form of `pattern`, where 0 stands for a digit.
bool HasForm(std::string_view text, std::string_view pattern) {
  return std::equal(text.begin(), text.end(), pattern.begin(), pattern.end(),
                    [](char c, char p) { return p == '0' ? IsDigit(c) : c == p; });
}

// REQUIRES: digits
int Number(std::string_view digits) {
  int number = 0;
  for (const char c : digits) number = number * 10 + (c - '0');
  return number;
}

}  // namespace

// By hand, without the C library's locale and time zone.
std::string ToString(Time time) {
  const Day day = DayOf(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  const auto two = [](long value) { return (value < 10 ? "0" : "") + std::to_string(value); };
  return std::to_string(static_cast<int>(date.year())) + '-' +
         two(static_cast<long>(static_cast<unsigned>(date.month()))) + '-' +
         two(static_cast<long>(static_cast<unsigned>(date.day()))) + 'T' +
         two(clock.hours().count()) + ':' + two(clock.minutes().count()) + ':' +
         two(clock.seconds().count()) + 'Z';
}

std::string DayText(Time time) { return ToString(time).substr(0, 10); }

std::optional<Time> ParseTime(std::string_view text) {
  const bool is_day = HasForm(text, "0000-00-00");
  if (!is_day && !HasForm(text, "0000-00-00T00:00:00Z")) return std::nullopt;
  const std::chrono::year_month_day date{
      std::chrono::year(Number(text.substr(0, 4))),
      std::chrono::month(static_cast<unsigned>(Number(text.substr(5, 2)))),
      std::chrono::day(static_cast<unsigned>(Number(text.substr(8, 2))))};
  // A year of four digits, so that it prints as it reads.
  if (!date.ok() || Number(text.substr(0, 4)) < 1000) return std::nullopt;
  const Time day = std::chrono::sys_days(date);
  if (is_day) return day;
  const int hours = Number(text.substr(11, 2));
  const int minutes = Number(text.substr(14, 2));
  const int seconds = Number(text.substr(17, 2));
  if (hours > 23 || minutes > 59 || seconds > 59) return std::nullopt;
  return day + std::chrono::hours(hours) + std::chrono::minutes(minutes) +
         std::chrono::seconds(seconds);
}

std::optional<std::chrono::minutes> ParseUtcOffset(std::string_view text) {
  if (text.starts_with('.')) {
    text.remove_prefix(std::min(text.size(), text.find_first_not_of("0123456789", 1)));
  }
  if (text == "Z" || text == "z") return std::chrono::minutes(0);
  if (!HasForm(text, "+00:00") && !HasForm(text, "-00:00")) return std::nullopt;
  const int hours = Number(text.substr(1, 2));
  const int minutes = Number(text.substr(4, 2));
  if (hours > 23 || minutes > 59) return std::nullopt;
  const std::chrono::minutes offset(hours * 60 + minutes);
  return text[0] == '-' ? -offset : offset;
}

}  // namespace tlswarden
