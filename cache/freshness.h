// How long an answer may be believed, and when to ask again: the bounds on what strangers' TTLs and
// failures say.
//
// Pure. RFC 7672 bounds a verdict by the TTLs of all that was used; RFC 8461 sections 3.3 and 5.1
// separate the life of a policy (max_age) from the looks at its TXT record.
#ifndef TLSWARDEN_CACHE_FRESHNESS_H_
#define TLSWARDEN_CACHE_FRESHNESS_H_

#include <algorithm>
#include <chrono>

#include "policy/evidence.h"

namespace tlswarden {

inline constexpr std::chrono::seconds kLeastTtl{5};          // a TTL of 0 must not mean a storm
inline constexpr std::chrono::seconds kMostTtl{3600};        // changes are seen within an hour
inline constexpr std::chrono::seconds kFailureTtl{60};       // after a first failed lookup
inline constexpr std::chrono::seconds kMostFailureTtl{600};  // healed domains get mail again soon
inline constexpr std::chrono::seconds kFetchBackOff{300};    // RFC 8461 section 3.3, for each id
inline constexpr std::chrono::seconds kMostFetchBackOff{3600};
// RFC 8461 section 10.2: the live policy is fetched again although its id stands still.
inline constexpr std::chrono::seconds kFetchAgain{86400};

constexpr std::chrono::seconds BoundedTtl(std::chrono::seconds ttl) {
  return std::clamp(ttl, kLeastTtl, kMostTtl);
}

// A share of a time, 0 <= share < 1, in whole seconds.
constexpr std::chrono::seconds Share(std::chrono::seconds time, double share) {
  return std::chrono::seconds(
      static_cast<std::chrono::seconds::rep>(static_cast<double>(time.count()) * share));
}

// How long to wait after so many failures in a row, at least one: twice as long each time, and up
// to a quarter longer, so that those who failed together don't come back together.
// REQUIRES: 0 <= jitter < 1
constexpr std::chrono::seconds BackOff(std::chrono::seconds first, std::chrono::seconds most,
                                       int failures, double jitter) {
  std::chrono::seconds wait = first;
  for (int i = 1; i < failures && wait < most; ++i) wait *= 2;
  wait = std::min(wait, most);
  return wait + Share(wait, jitter / 4);
}

constexpr std::chrono::seconds LookupBackOff(int failures, double jitter) {
  return BackOff(kFailureTtl, kMostFailureTtl, failures, jitter);
}

constexpr std::chrono::seconds FetchBackOff(int failures, double jitter) {
  return BackOff(kFetchBackOff, kMostFetchBackOff, failures, jitter);
}

// When a policy that was just fetched should be fetched again: after half of its life or a day,
// and up to a fifth earlier, so that a crowd learned together is spread out.
// REQUIRES: 0 <= jitter < 1
inline Time RefreshAt(const LearnedStsPolicy& learned, double jitter) {
  const std::chrono::seconds latest = std::min(kFetchAgain, learned.policy->max_age / 2);
  return learned.fetched_at + latest - Share(latest, jitter / 5);
}

// How long evidence is worth keeping: as long as it is usable or its policy lives. The count of
// failures must outlive the wait that it led to.
inline Time KeepUntil(const Evidence& evidence) {
  const bool failed = evidence.mx.failed_lookups > 0 || evidence.sts.failed_lookups > 0 ||
                      evidence.sts.failed_fetches > 0;
  const Time usable = evidence.UsableUntil() + (failed ? kMostFetchBackOff : kLeastTtl);
  return evidence.sts.learned ? std::max(usable, evidence.sts.learned->ExpiresAt()) : usable;
}

}  // namespace tlswarden

#endif  // TLSWARDEN_CACHE_FRESHNESS_H_
