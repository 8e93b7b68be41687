#include "resolver/resolver.h"

#include <future>
#include <memory>
#include <utility>

namespace tlswarden {

EvidencePtr Ask(Resolver& resolver, const NextHop& next_hop, std::chrono::milliseconds deadline) {
  // Shared, because the answer may come after the asker has left.
  const auto promise = std::make_shared<std::promise<EvidencePtr>>();
  std::future<EvidencePtr> answer = promise->get_future();
  resolver.AskAsync(next_hop,
                    [promise](EvidencePtr evidence) { promise->set_value(std::move(evidence)); });
  if (answer.wait_for(deadline) != std::future_status::ready) return nullptr;
  return answer.get();
}

}  // namespace tlswarden
