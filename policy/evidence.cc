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

const LearnedStsPolicy* EnforcedSts(const StsEvidence& sts, Time now) {
  if (!sts.learned || sts.learned->policy->mode != StsMode::kEnforce) return nullptr;
  return now < sts.learned->ExpiresAt() ? &*sts.learned : nullptr;
}

}  // namespace tlswarden
