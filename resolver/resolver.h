// Resolver: what the doors know of the investigator: ask about a next hop, get evidence.
//
// A cached answer is given on the thread that asks. Only a miss goes to the network, once for a
// next hop however many wait; who can't wait any longer leaves, and the inquiry goes on.
#ifndef TLSWARDEN_RESOLVER_RESOLVER_H_
#define TLSWARDEN_RESOLVER_RESOLVER_H_

#include <chrono>
#include <functional>

#include "cache/store.h"
#include "policy/next_hop.h"

namespace tlswarden {

class Resolver {
 public:
  // nullptr when no evidence could be had.
  using Callback = std::function<void(EvidencePtr)>;

  virtual ~Resolver() = default;

  // Evidence that is usable now, or nullptr. Thread-safe, never waits.
  virtual EvidencePtr Cached(const NextHop& next_hop) const = 0;

  // Calls back exactly once: when the inquiry ends, or with nullptr when the resolver stops or has
  // too many inquiries under way. The callback runs on the resolver's thread and must not block.
  // Thread-safe.
  virtual void AskAsync(const NextHop& next_hop, Callback callback) = 0;

  // Wall-clock time, as verdicts need it.
  virtual Time Now() const = 0;
};

// Waits for AskAsync, at most until the deadline; nullptr then. Not for the resolver's thread.
EvidencePtr Ask(Resolver& resolver, const NextHop& next_hop, std::chrono::milliseconds deadline);

}  // namespace tlswarden

#endif  // TLSWARDEN_RESOLVER_RESOLVER_H_
