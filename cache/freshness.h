// How long an answer may be believed: the bounds on what strangers' TTLs say.
//
// Pure. RFC 7672 bounds a verdict by the TTLs of all that was used; RFC 8461 sections 3.3 and 5.1
// separate the life of a policy (max_age) from the looks at its TXT record.
#ifndef TLSWARDEN_CACHE_FRESHNESS_H_
#define TLSWARDEN_CACHE_FRESHNESS_H_

#include <algorithm>
#include <chrono>

#include "policy/evidence.h"

namespace tlswarden {

inline constexpr std::chrono::seconds kLeastTtl{5};     // a TTL of 0 must not mean a storm
inline constexpr std::chrono::seconds kMostTtl{3600};   // changes are seen within an hour
inline constexpr std::chrono::seconds kFailureTtl{60};  // a broken stranger is asked once a minute
inline constexpr std::chrono::seconds kFetchBackOff{300};  // RFC 8461 section 3.3, for each id
// RFC 8461 section 10.2: the live policy is fetched again although its id stands still.
inline constexpr std::chrono::seconds kFetchAgain{86400};

constexpr std::chrono::seconds BoundedTtl(std::chrono::seconds ttl) {
  return std::clamp(ttl, kLeastTtl, kMostTtl);
}

// True when a learned policy with an unchanged id should be fetched again: a day or half of its
// life is over.
inline bool FetchIsDue(const LearnedStsPolicy& learned, Time now) {
  return now >= learned.fetched_at + std::min(kFetchAgain, learned.policy->max_age / 2);
}

// How long evidence is worth keeping: as long as it is usable or its policy lives.
inline Time KeepUntil(const Evidence& evidence) {
  const Time usable = evidence.UsableUntil();
  return evidence.sts.learned ? std::max(usable, evidence.sts.learned->ExpiresAt()) : usable;
}

}  // namespace tlswarden

#endif  // TLSWARDEN_CACHE_FRESHNESS_H_
