// Time: wall-clock time, UTC, as a value: policies outlive the process that learned them.
#ifndef TLSWARDEN_POLICY_TIME_H_
#define TLSWARDEN_POLICY_TIME_H_

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tlswarden {

using Time = std::chrono::sys_seconds;

// Since the epoch, as files keep it.
constexpr std::int64_t Seconds(Time time) { return time.time_since_epoch().count(); }
constexpr Time FromSeconds(std::int64_t seconds) { return Time(std::chrono::seconds(seconds)); }

using Day = std::chrono::sys_days;  // UTC

constexpr Day DayOf(Time time) { return std::chrono::floor<std::chrono::days>(time); }

// Since the epoch, as files keep it.
constexpr std::int64_t DayNumber(Day day) { return day.time_since_epoch().count(); }
constexpr Day DayFromNumber(std::int64_t number) { return Day(std::chrono::days(number)); }

// As mail and logs name them in English.
inline constexpr std::array<std::string_view, 12> kMonthNames = {
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// RFC 3339: "2026-11-24T07:00:00Z".
std::string ToString(Time time);

// "2026-11-24"
std::string DayText(Time time);

// Either form: a day is its beginning.
std::optional<Time> ParseTime(std::string_view text);

// What follows the seconds in RFC 3339: "Z", ".123Z", "+01:00". To be subtracted.
std::optional<std::chrono::minutes> ParseUtcOffset(std::string_view text);

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_TIME_H_
