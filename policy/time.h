// Time: wall-clock time, UTC, as a value: policies outlive the process that learned them.
#ifndef TLSWARDEN_POLICY_TIME_H_
#define TLSWARDEN_POLICY_TIME_H_

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

// RFC 3339: "2026-11-24T07:00:00Z".
std::string ToString(Time time);

// That form, or "2026-11-24" for the beginning of that day.
std::optional<Time> ParseTime(std::string_view text);

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_TIME_H_
