// Time: wall-clock time, UTC, as a value: policies outlive the process that learned them.
#ifndef TLSWARDEN_POLICY_TIME_H_
#define TLSWARDEN_POLICY_TIME_H_

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tlswarden {

using Time = std::chrono::sys_seconds;

// RFC 3339: "2026-11-24T07:00:00Z".
std::string ToString(Time time);

// That form, or "2026-11-24" for the beginning of that day.
std::optional<Time> ParseTime(std::string_view text);

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_TIME_H_
