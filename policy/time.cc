#include "policy/time.h"

namespace tlswarden {

// By hand, without the C library's locale and time zone.
std::string ToString(Time time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  const auto two = [](long value) { return (value < 10 ? "0" : "") + std::to_string(value); };
  return std::to_string(static_cast<int>(date.year())) + '-' +
         two(static_cast<long>(static_cast<unsigned>(date.month()))) + '-' +
         two(static_cast<long>(static_cast<unsigned>(date.day()))) + 'T' +
         two(clock.hours().count()) + ':' + two(clock.minutes().count()) + ':' +
         two(clock.seconds().count()) + 'Z';
}

}  // namespace tlswarden
