#include "resolver/probes.h"

#include <future>
#include <memory>
#include <utility>

namespace tlswarden {

ProbeOutcome AskProbes(Probes& probes, const EvidencePtr& evidence, const ProbeDemand& demand,
                       std::chrono::milliseconds deadline) {
  if (std::optional<ProbeOutcome> known = probes.Cached(*evidence, demand)) return *known;
  // Shared, because the answer may come after the asker has left.
  const auto promise = std::make_shared<std::promise<ProbeOutcome>>();
  std::future<ProbeOutcome> answer = promise->get_future();
  probes.ProbeAsync(evidence, demand,
                    [promise](ProbeOutcome outcome) { promise->set_value(std::move(outcome)); });
  if (answer.wait_for(deadline) != std::future_status::ready) return {};
  return answer.get();
}

}  // namespace tlswarden
