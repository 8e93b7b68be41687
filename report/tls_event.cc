#include "report/tls_event.h"

#include <algorithm>

#include "policy/failure.h"
#include "policy/verdict.h"

namespace tlswarden {

bool StarttlsWasMissing(const TlsEvent& event) {
  if (event.policy.type != ToString(PolicyType::kNoPolicyFound)) return false;
  if (event.outcome != TlsEvent::Outcome::kFailure || event.reached != TlsReached::kUnknown) {
    return false;
  }
  return std::any_of(event.details.begin(), event.details.end(), [](const FailureDetail& detail) {
    return detail.result_type == ToString(ResultType::kStarttlsNotSupported);
  });
}

}  // namespace tlswarden
