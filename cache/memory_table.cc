#include "cache/memory_table.h"

#include <algorithm>
#include <mutex>
#include <utility>

namespace tlswarden {
namespace {

// Of a slot, its node in the table, its place in a queue, and its bucket.
constexpr std::size_t kSlotOctets = 250;

// How many entries that were asked for lately are passed over for one that has to go.
constexpr int kSecondChances = 8;

}  // namespace

MemoryTable::MemoryTable(std::size_t capacity) : capacity_(capacity) {}

EvidencePtr MemoryTable::Find(const std::string& key) const {
  const std::shared_lock lock(mutex_);
  const auto it = entries_.find(key);
  return it == entries_.end() ? nullptr : it->second.evidence;
}

EvidencePtr MemoryTable::Use(const std::string& key, Time now) const {
  const std::shared_lock lock(mutex_);
  const auto it = entries_.find(key);
  if (it == entries_.end()) return nullptr;
  it->second.last_used.store(now.time_since_epoch().count(), std::memory_order_relaxed);
  return it->second.evidence;
}

void MemoryTable::Put(const std::string& key, EvidencePtr evidence, Time now) {
  const int worth = Worth(*evidence, now);
  const std::size_t octets = OctetsOf(*evidence) + key.size() + kSlotOctets;
  const std::unique_lock lock(mutex_);
  Time::rep last_used = 0;
  if (const auto old = entries_.find(key); old != entries_.end()) {
    last_used = old->second.last_used.load(std::memory_order_relaxed);
    Remove(old);
  }
  if (!MakeRoom(worth, octets, now)) return;
  const auto it = entries_.try_emplace(key).first;
  Slot& slot = it->second;
  slot.evidence = std::move(evidence);
  slot.worth = worth;
  slot.octets = octets;
  slot.queued_at = now;
  slot.last_used.store(last_used, std::memory_order_relaxed);
  Queue& queue = queues_[static_cast<std::size_t>(worth)];
  slot.place = queue.insert(queue.end(), &it->first);
  octets_ += octets;
}

void MemoryTable::Erase(const std::string& key) {
  const std::unique_lock lock(mutex_);
  if (const auto it = entries_.find(key); it != entries_.end()) Remove(it);
}

void MemoryTable::Remove(Slots::iterator it) {
  octets_ -= it->second.octets;
  queues_[static_cast<std::size_t>(it->second.worth)].erase(it->second.place);
  entries_.erase(it);
}

bool MemoryTable::IsFull(std::size_t more_octets) const {
  return entries_.size() >= capacity_ || octets_ + more_octets > capacity_ * kOctetsPerEntry;
}

// False when what is left is worth more.
bool MemoryTable::MakeRoom(int worth, std::size_t octets, Time now) {
  if (octets > capacity_ * kOctetsPerEntry) return false;
  while (IsFull(octets)) {
    if (!EvictOne(worth, now)) return false;
  }
  return true;
}

bool MemoryTable::EvictOne(int worth, Time now) {
  const auto least = std::find_if(queues_.begin(), queues_.begin() + worth + 1,
                                  [](const Queue& queue) { return !queue.empty(); });
  if (least == queues_.begin() + worth + 1) return false;
  for (int passed = 0;; ++passed) {
    const auto it = entries_.find(*least->front());
    Slot& slot = it->second;
    const Time last_used{Time::duration(slot.last_used.load(std::memory_order_relaxed))};
    if (last_used <= slot.queued_at || passed == kSecondChances) {
      Remove(it);
      return true;
    }
    slot.queued_at = now;
    least->splice(least->end(), *least, slot.place);
  }
}

std::vector<MemoryTable::Entry> MemoryTable::Walk(std::size_t shares) {
  const std::shared_lock lock(mutex_);
  const std::size_t buckets = entries_.bucket_count();
  if (walked_ >= buckets) walked_ = 0;
  const std::size_t end = std::min(buckets, walked_ + (buckets + shares - 1) / shares);
  std::vector<Entry> entries;
  for (; walked_ < end; ++walked_) {
    for (auto it = entries_.begin(walked_); it != entries_.end(walked_); ++it) {
      const Slot& slot = it->second;
      const Time last_used{Time::duration(slot.last_used.load(std::memory_order_relaxed))};
      entries.push_back({slot.evidence, last_used});
    }
  }
  return entries;
}

std::size_t MemoryTable::size() const {
  const std::shared_lock lock(mutex_);
  return entries_.size();
}

std::size_t MemoryTable::octets() const {
  const std::shared_lock lock(mutex_);
  return octets_;
}

}  // namespace tlswarden
