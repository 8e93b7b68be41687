#include "resolver/probe_limit.h"

#include <algorithm>

namespace tlswarden {

bool ProbeLimit::Take(const Domain& host, Time now) {
  constexpr std::chrono::minutes kMinute{1};
  // The second case: the clock was set back.
  while (!looks_.empty() && (looks_.front().first + kMinute <= now || looks_.front().first > now)) {
    looks_.pop_front();
  }
  if (looks_.size() >= per_minute_) return false;
  const auto at_host = std::count_if(looks_.begin(), looks_.end(),
                                     [&](const auto& look) { return look.second == host.ascii; });
  if (static_cast<std::size_t>(at_host) >= kMaxLooksAtHost) return false;
  looks_.emplace_back(now, host.ascii);
  return true;
}

}  // namespace tlswarden
