// wall_clock: the only look at the time of day. All else is told what time it is.
#ifndef TLSWARDEN_DAEMON_WALL_CLOCK_H_
#define TLSWARDEN_DAEMON_WALL_CLOCK_H_

#include <chrono>

#include "policy/time.h"

namespace tlswarden {

inline Time WallClock() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_WALL_CLOCK_H_
