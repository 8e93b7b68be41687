// MemoryTable: the evidence in use, bounded in number, for any thread.
#ifndef TLSWARDEN_CACHE_MEMORY_TABLE_H_
#define TLSWARDEN_CACHE_MEMORY_TABLE_H_

#include <array>
#include <cstddef>
#include <list>
#include <shared_mutex>
#include <string>
#include <unordered_map>

#include "cache/store.h"

namespace tlswarden {

// Thread-safe. The lock is held for a look-up or an insertion, never across I/O.
class MemoryTable {
 public:
  // REQUIRES: capacity > 0
  explicit MemoryTable(std::size_t capacity);

  // nullptr: unknown. What is found may have ended: the caller looks at its times.
  EvidencePtr Find(const std::string& key) const;

  // Replaces what is there. When the table is full, something worth less goes: evidence without
  // a policy before evidence with one, so that a flood of names can't push policies out; what is
  // worth less than everything there isn't kept at all.
  void Put(const std::string& key, EvidencePtr evidence);

  std::size_t size() const;

 private:
  // The keys of entries of the same worth, the oldest first.
  using Queue = std::list<const std::string*>;
  struct Slot {
    EvidencePtr evidence;
    std::size_t worth = 0;
    Queue::iterator place;
  };

  // False when everything is worth more. REQUIRES: the lock
  bool MakeRoom(std::size_t worth);

  const std::size_t capacity_;
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, Slot> entries_;
  std::array<Queue, 4> queues_;  // by worth
};

}  // namespace tlswarden

#endif  // TLSWARDEN_CACHE_MEMORY_TABLE_H_
