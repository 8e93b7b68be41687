// ToldDomains: the domains of which an MTA tells by datagrams, so that its log doesn't count their
// sessions once more.
//
// Thread-safe, bounded. A datagram comes with its session, the log's lines are joined ten seconds
// later.
#ifndef TLSWARDEN_DAEMON_TOLD_DOMAINS_H_
#define TLSWARDEN_DAEMON_TOLD_DOMAINS_H_

#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_map>

#include "policy/time.h"

namespace tlswarden {

// Since the last datagram. An MTA that tells no more, for a newer setting, is read from its log.
inline constexpr std::chrono::hours kToldFor{24};
inline constexpr std::size_t kMostToldDomains = 100'000;

class ToldDomains {
 public:
  void Note(const std::string& domain, Time now) {
    const std::lock_guard lock(mutex_);
    if (told_.size() >= kMostToldDomains && !told_.contains(domain)) {
      std::erase_if(told_, [now](const auto& each) { return each.second + kToldFor < now; });
      if (told_.size() >= kMostToldDomains) return;
    }
    told_[domain] = now;
  }

  bool IsTold(const std::string& domain, Time now) const {
    const std::lock_guard lock(mutex_);
    const auto found = told_.find(domain);
    return found != told_.end() && now <= found->second + kToldFor;
  }

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Time> told_;  // when last
};

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_TOLD_DOMAINS_H_
