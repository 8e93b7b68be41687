// MemoryTable: the evidence in use, bounded in number, for any thread.
#ifndef TLSWARDEN_CACHE_MEMORY_TABLE_H_
#define TLSWARDEN_CACHE_MEMORY_TABLE_H_

#include <cstddef>
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
  // a policy before evidence with one, so that a flood of names can't push policies out.
  void Put(const std::string& key, EvidencePtr evidence);

  std::size_t size() const;

 private:
  void EvictOne();  // REQUIRES: the lock, and an entry

  const std::size_t capacity_;
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, EvidencePtr> entries_;
  std::size_t next_bucket_ = 0;  // where the search for a victim goes on
};

}  // namespace tlswarden

#endif  // TLSWARDEN_CACHE_MEMORY_TABLE_H_
