// ComplaintPace: says when to complain of something that may happen ten thousand times a second.
//
// Pure, for one thread. The first time at once, then once a minute at most, with the number.
#ifndef TLSWARDEN_REPORT_COMPLAINT_PACE_H_
#define TLSWARDEN_REPORT_COMPLAINT_PACE_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

#include "policy/time.h"

namespace tlswarden {

class ComplaintPace {
 public:
  static constexpr std::chrono::seconds kPause{60};

  // It happened `times` more. When a complaint is due, how often since the last one, else 0.
  std::uint64_t Add(std::uint64_t times, Time now) {
    untold_ += times;
    const bool pause = last_ && now >= *last_ && now - *last_ < kPause;
    if (untold_ == 0 || pause) return 0;
    last_ = now;
    return Rest();
  }

  // How often since the last complaint, for a last one.
  std::uint64_t Rest() { return std::exchange(untold_, 0); }

 private:
  std::uint64_t untold_ = 0;
  std::optional<Time> last_;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_COMPLAINT_PACE_H_
