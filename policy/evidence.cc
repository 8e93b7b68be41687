#include "policy/evidence.h"

namespace tlswarden {

std::string_view ToString(HostDane dane) {
  switch (dane) {
    case HostDane::kNone:
      return "none";
    case HostDane::kUsable:
      return "usable";
    case HostDane::kUnusable:
      return "unusable";
    case HostDane::kFailed:
      return "failed";
    case HostDane::kUnresolved:
      return "unresolved";
    case HostDane::kUnreachable:
      return "unreachable";
  }
  return "failed";
}

const LearnedStsPolicy* StsInForce(const StsEvidence& sts, Time now) {
  return sts.learned && now < sts.learned->ExpiresAt() ? &*sts.learned : nullptr;
}

const LearnedStsPolicy* EnforcedSts(const StsEvidence& sts, Time now) {
  const LearnedStsPolicy* learned = StsInForce(sts, now);
  return learned != nullptr && learned->policy->mode == StsMode::kEnforce ? learned : nullptr;
}

}  // namespace tlswarden
