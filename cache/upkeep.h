// upkeep: what should be done with evidence that nobody asks for at this moment.
//
// Pure. What is in use is looked at again before it ends, so that no mail waits for a lookup; a
// policy is fetched again long before it expires (RFC 8461 section 10.2); the rest is forgotten.
#ifndef TLSWARDEN_CACHE_UPKEEP_H_
#define TLSWARDEN_CACHE_UPKEEP_H_

#include "policy/evidence.h"

namespace tlswarden {

enum class Upkeep { kNothing, kLookAgain, kForget };

// A domain that wasn't asked about for so long has its policy fetched when it is asked about again.
inline constexpr std::chrono::seconds kPolicyInUse{7 * 86400};

// How long before its end evidence in use is looked at again. Shorter lives aren't prolonged: their
// owners want to be asked.
inline constexpr std::chrono::seconds kPrefetchLead{30};

// `last_used`: when it was last asked for.
Upkeep DecideUpkeep(const Evidence& evidence, Time last_used, Time now);

}  // namespace tlswarden

#endif  // TLSWARDEN_CACHE_UPKEEP_H_
