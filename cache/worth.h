// worth: what it would cost to forget something, when memory or disk are full.
//
// Pure. The memory table and the store throw away what is worth least.
#ifndef TLSWARDEN_CACHE_WORTH_H_
#define TLSWARDEN_CACHE_WORTH_H_

#include <cstddef>

#include "policy/evidence.h"

namespace tlswarden {

inline constexpr int kWorths = 4;

// 0: nothing that can't be asked again at no risk. 1: TLSA records, which can be asked again.
// 2: a policy in testing mode or none. 3: an enforced policy, whose loss opens the first-contact
// gap anew (RFC 8461 section 10.2). A policy that has expired at `now` counts for nothing.
int Worth(const Evidence& evidence, Time now);

// About how many octets it takes in memory, its containers' overhead included.
std::size_t OctetsOf(const Evidence& evidence);

}  // namespace tlswarden

#endif  // TLSWARDEN_CACHE_WORTH_H_
