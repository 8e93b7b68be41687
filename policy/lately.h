// LatelyTracker: which domains' sessions failed for TLS lately, and at which MX hosts.
//
// Pure: time is an argument. Bounded in domains and hosts. For one thread at a time.
// lately_verdict.h says what follows from it.
#ifndef TLSWARDEN_POLICY_LATELY_H_
#define TLSWARDEN_POLICY_LATELY_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "policy/domain.h"
#include "policy/failure.h"
#include "policy/recent_map.h"
#include "policy/time.h"

namespace tlswarden {

// How long a failed session speaks against a host. A domain that is refused gets no new sessions
// but those of the mail that already waits, so this is how long a partner who has mended his TLS
// may have to wait for ours; the MTA tries again in at most about this time (Postfix: 4000 s).
inline constexpr std::chrono::hours kLatelyWindow{1};

inline constexpr std::size_t kMostLatelyDomains = 10'000;  // the one that failed longest ago goes
inline constexpr std::size_t kMostLatelyHosts = 32;        // of a domain; no more are looked at

// The failed sessions in a row at one MX host: no success came between, nor an hour.
struct LatelyHost {
  std::string name;
  ResultType type = ResultType::kValidationFailure;  // of the last one
  std::uint64_t failures = 0;
  Time first{};
  Time last{};
  bool operator==(const LatelyHost&) const = default;
};

class LatelyTracker {
 public:
  explicit LatelyTracker(std::size_t most_domains = kMostLatelyDomains) : domains_(most_domains) {}

  // A session in which TLS failed as it was demanded. Without a host's name it says nothing.
  void AddFailure(const Domain& domain, std::string_view mx_hostname, ResultType type, Time at);

  // Mail to the domain got through, with TLS as demanded, at whichever host.
  void AddSuccess(const Domain& domain);

  // The hosts that count at `now`, in the order in which they failed first. Empty for most domains.
  std::vector<LatelyHost> HostsOf(const Domain& domain, Time now) const;

  std::size_t domains() const { return domains_.size(); }

 private:
  RecentMap<std::vector<LatelyHost>> domains_;  // the one that failed longest ago first
};

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_LATELY_H_
