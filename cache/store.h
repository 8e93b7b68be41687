// Store: evidence that outlives the process. The memory table stands in front of it.
#ifndef TLSWARDEN_CACHE_STORE_H_
#define TLSWARDEN_CACHE_STORE_H_

#include <memory>
#include <string>

#include "policy/evidence.h"

namespace tlswarden {

using EvidencePtr = std::shared_ptr<const Evidence>;

class Store {
 public:
  virtual ~Store() = default;

  // nullptr: unknown, or unreadable (then a Notice tells). Reads one row; call it where a
  // millisecond doesn't matter. Thread-safe.
  virtual EvidencePtr Load(const std::string& key) = 0;

  // Queues the evidence under its next hop; on disk within a second. Thread-safe, doesn't wait.
  virtual void Save(EvidencePtr evidence) = 0;

  // Returns when all that was queued is on disk, or can't be written.
  virtual void Flush() = 0;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_CACHE_STORE_H_
