#include "policy/probe_verdict.h"

#include "policy/judge.h"

namespace tlswarden {

void ApplyProbe(const ProbeOutcome& outcome, const Outbound& outbound, Verdict& verdict) {
  const bool failed = outcome.state == ProbeState::kUnmet || outcome.state == ProbeState::kNotNow;
  if (!failed || !outcome.failure || verdict.failure) return;
  if (LevelDemanded(verdict) != TlsLevel::kMay) {
    verdict.failure = outcome.failure;
    verdict.mx_hostname = outcome.mx_hostname;
  } else if (verdict.testing && !verdict.testing->failure) {
    verdict.testing->failure = outcome.failure;
    verdict.testing->mx_hostname = outcome.mx_hostname;
  }
  DecideActions(outbound, verdict);
}

}  // namespace tlswarden
