// Time: wall-clock time, UTC, as a value: policies outlive the process that learned them.
#ifndef TLSWARDEN_POLICY_TIME_H_
#define TLSWARDEN_POLICY_TIME_H_

#include <chrono>
#include <string>

namespace tlswarden {

using Time = std::chrono::sys_seconds;

// RFC 3339: "2026-11-24T07:00:00Z".
std::string ToString(Time time);

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_TIME_H_
