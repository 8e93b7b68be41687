// MemoryTable: the evidence in use, bounded in number and octets, for any thread.
#ifndef TLSWARDEN_CACHE_MEMORY_TABLE_H_
#define TLSWARDEN_CACHE_MEMORY_TABLE_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <list>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "cache/store.h"
#include "cache/worth.h"

namespace tlswarden {

// What an entry may take on the average. A domain without a policy takes 850, one with a policy and
// one MX 1100; a policy may have 64 KiB.
inline constexpr std::size_t kOctetsPerEntry = 1536;

// Thread-safe. The lock is held for a look-up, an insertion or a share of a walk, never across I/O.
class MemoryTable {
 public:
  // Holds at most `capacity` entries, and capacity * kOctetsPerEntry octets.
  // REQUIRES: capacity > 0
  explicit MemoryTable(std::size_t capacity);

  // nullptr: unknown. What is found may have ended: the caller looks at its times.
  EvidencePtr Find(const std::string& key) const;

  // Find for somebody who asks: the entry is in use from now on.
  EvidencePtr Use(const std::string& key, Time now) const;

  // Replaces what is there. When the table is full, something goes that is worth no more (worth.h),
  // of that the one that was asked for the longest ago; so a flood of names can't push policies
  // out. What is worth less than everything there isn't kept at all.
  void Put(const std::string& key, EvidencePtr evidence, Time now);

  void Erase(const std::string& key);

  struct Entry {
    EvidencePtr evidence;
    Time last_used;  // epoch: never since it came into the table
  };
  // The next of about `shares` equal parts of the table; so many calls see every entry that stays.
  // For one thread. REQUIRES: shares > 0
  std::vector<Entry> Walk(std::size_t shares);

  std::size_t size() const;
  std::size_t octets() const;  // as worth.h reckons

 private:
  // The keys of entries of the same worth, who is to go first in front.
  using Queue = std::list<const std::string*>;
  struct Slot {
    EvidencePtr evidence;
    int worth = 0;
    std::size_t octets = 0;
    Time queued_at;
    mutable std::atomic<Time::rep> last_used{0};  // readers write it under the shared lock
    Queue::iterator place;
  };
  using Slots = std::unordered_map<std::string, Slot>;

  // These REQUIRE the lock.
  void Remove(Slots::iterator it);
  bool MakeRoom(int worth, std::size_t octets, Time now);
  bool EvictOne(int worth, Time now);
  bool IsFull(std::size_t more_octets) const;

  const std::size_t capacity_;
  mutable std::shared_mutex mutex_;
  Slots entries_;
  std::array<Queue, kWorths> queues_;  // by worth
  std::size_t octets_ = 0;
  std::size_t walked_ = 0;  // buckets, of this round
};

}  // namespace tlswarden

#endif  // TLSWARDEN_CACHE_MEMORY_TABLE_H_
