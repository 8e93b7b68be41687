// Probes: what the doors know of looks at MX hosts: ask whether a demand is met, get an outcome.
//
// Beside Resolver: a cached outcome is given on the thread that asks, a look is shared by all who
// wait for it, and who can't wait any longer leaves.
#ifndef TLSWARDEN_RESOLVER_PROBES_H_
#define TLSWARDEN_RESOLVER_PROBES_H_

#include <chrono>
#include <functional>
#include <optional>

#include "cache/store.h"
#include "policy/probe.h"

namespace tlswarden {

class Probes {
 public:
  using Callback = std::function<void(ProbeOutcome)>;

  virtual ~Probes() = default;

  // What earlier looks say, or nothing when one is needed. Thread-safe, never waits.
  virtual std::optional<ProbeOutcome> Cached(const Evidence& evidence,
                                             const ProbeDemand& demand) const = 0;

  // Looks at the MX hosts in their order, up to the first that meets the demand. Calls back exactly
  // once; with kUnknown when too many looks are under way or were made, or at the stop. The
  // callback runs on the resolver's thread and must not block. `evidence` isn't nullptr.
  // Thread-safe.
  virtual void ProbeAsync(EvidencePtr evidence, ProbeDemand demand, Callback callback) = 0;
};

// Cached, or waits for ProbeAsync, at most until the deadline; kUnknown then, while the look goes
// on and serves who asks next. Not for the resolver's thread.
ProbeOutcome AskProbes(Probes& probes, const EvidencePtr& evidence, const ProbeDemand& demand,
                       std::chrono::milliseconds deadline);

}  // namespace tlswarden

#endif  // TLSWARDEN_RESOLVER_PROBES_H_
