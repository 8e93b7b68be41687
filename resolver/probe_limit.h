// ProbeLimit: how many looks may begin within a minute, in all and at one host.
//
// Pure but for its memory; beneath probe_table. Looks go where strangers' DNS points.
#ifndef TLSWARDEN_RESOLVER_PROBE_LIMIT_H_
#define TLSWARDEN_RESOLVER_PROBE_LIMIT_H_

#include <deque>
#include <string>
#include <utility>

#include "policy/domain.h"
#include "policy/time.h"

namespace tlswarden {

inline constexpr std::size_t kMaxLooksAtHost = 6;  // a minute, whatever the port and the records

// One thread.
class ProbeLimit {
 public:
  explicit ProbeLimit(std::size_t per_minute) : per_minute_(per_minute) {}

  // False: not now. True counts as a look.
  bool Take(const Domain& host, Time now);

 private:
  const std::size_t per_minute_;
  std::deque<std::pair<Time, std::string>> looks_;  // those of the last minute
};

}  // namespace tlswarden

#endif  // TLSWARDEN_RESOLVER_PROBE_LIMIT_H_
