// ProbeCache: what looks at MX hosts showed, for as long as that may be believed.
//
// Beneath probe_table. What meets a demand counts longer than what doesn't, so that a host that was
// put right is soon seen to be.
#ifndef TLSWARDEN_RESOLVER_PROBE_CACHE_H_
#define TLSWARDEN_RESOLVER_PROBE_CACHE_H_

#include <chrono>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "policy/probe.h"

namespace tlswarden {

inline constexpr std::size_t kMaxProbeEntries = 5000;  // at most some 10 KiB each, mostly 1

// Thread-safe.
class ProbeCache {
 public:
  explicit ProbeCache(std::chrono::seconds max_age) : max_age_(max_age) {}

  // For a target: host, port, server name and TLSA records, of bounded size.
  static std::string Key(const ProbeTarget& target);

  // Facts that count for the demand now, or nullptr. What doesn't meet it counts five minutes,
  // after further looks like it twice as long each, up to an hour, and never longer than max_age.
  ProbeFactsPtr Find(const std::string& key, const HostDemand& demand, Time now) const;

  // `met`: whether the demand that led to the look was met. When full, the oldest goes.
  void Put(const std::string& key, ProbeFactsPtr facts, bool met);

  std::size_t size() const;

 private:
  struct Entry {
    ProbeFactsPtr facts;
    int failures = 0;  // in a row
  };

  const std::chrono::seconds max_age_;
  mutable std::mutex mutex_;  // guards what follows
  std::unordered_map<std::string, Entry> entries_;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_RESOLVER_PROBE_CACHE_H_
