#include "cache/upkeep.h"

#include "cache/freshness.h"

namespace tlswarden {
namespace {

// Asked for again since it was learned, and about to end.
bool PrefetchIsDue(const Evidence& evidence, Time last_used, Time now) {
  const Time end = evidence.UsableUntil();
  const bool in_use = last_used > evidence.obtained_at;
  const bool long_enough = end - evidence.obtained_at >= 2 * kPrefetchLead;
  return in_use && long_enough && now >= end - kPrefetchLead && now < end;
}

// A policy that demands nothing isn't worth a visit before somebody asks.
bool RefreshIsDue(const Evidence& evidence, Time last_used, Time now) {
  const LearnedStsPolicy* learned = StsInForce(evidence.sts, now);
  if (learned == nullptr || learned->policy->mode == StsMode::kNone) return false;
  if (now - last_used > kPolicyInUse) return false;
  // A policy of a minute's life is fetched when somebody asks.
  if (now < learned->fetched_at + kFetchBackOff) return false;
  return now >= evidence.sts.refresh_at && now >= evidence.sts.no_fetch_before;
}

}  // namespace

Upkeep DecideUpkeep(const Evidence& evidence, Time last_used, Time now) {
  if (now >= KeepUntil(evidence)) return Upkeep::kForget;
  const bool due =
      PrefetchIsDue(evidence, last_used, now) || RefreshIsDue(evidence, last_used, now);
  return due ? Upkeep::kLookAgain : Upkeep::kNothing;
}

}  // namespace tlswarden
