// local_time: what classic syslog leaves out.
#ifndef TLSWARDEN_DAEMON_LOCAL_TIME_H_
#define TLSWARDEN_DAEMON_LOCAL_TIME_H_

#include <chrono>
#include <ctime>

#include "policy/time.h"

namespace tlswarden {

// How far this machine's local time is ahead of UTC at `now`.
inline std::chrono::minutes UtcOffset(Time now) {
  const std::time_t seconds = Seconds(now);
  std::tm local{};
  localtime_r(&seconds, &local);
  return std::chrono::minutes(local.tm_gmtoff / 60);
}

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_LOCAL_TIME_H_
