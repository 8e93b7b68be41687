#include "cache/memory_table.h"

#include <algorithm>
#include <mutex>
#include <utility>

namespace tlswarden {
namespace {

constexpr std::size_t kCandidates = 16;  // looked at for one victim

// What would be lost: nothing, TLSA records that can be asked again, or a policy whose loss opens
// the first-contact gap anew (RFC 8461 section 10.2).
int Worth(const Evidence& evidence) {
  if (evidence.sts.learned && evidence.sts.learned->policy.mode == StsMode::kEnforce) return 3;
  if (evidence.sts.learned) return 2;
  const bool dane = std::any_of(evidence.mx.hosts.begin(), evidence.mx.hosts.end(),
                                [](const MxHost& host) { return host.dane == HostDane::kUsable; });
  return dane ? 1 : 0;
}

}  // namespace

MemoryTable::MemoryTable(std::size_t capacity) : capacity_(capacity) {}

EvidencePtr MemoryTable::Find(const std::string& key) const {
  const std::shared_lock lock(mutex_);
  const auto it = entries_.find(key);
  return it == entries_.end() ? nullptr : it->second;
}

void MemoryTable::Put(const std::string& key, EvidencePtr evidence) {
  const std::unique_lock lock(mutex_);
  const auto it = entries_.find(key);
  if (it != entries_.end()) {
    it->second = std::move(evidence);
    return;
  }
  if (entries_.size() >= capacity_) EvictOne();
  entries_.emplace(key, std::move(evidence));
}

// Walks on through the buckets, so that everything gets its turn, and takes the least worthy of
// the next few.
void MemoryTable::EvictOne() {
  const std::string* victim = nullptr;
  int least = 0;
  std::size_t seen = 0;
  const std::size_t buckets = entries_.bucket_count();
  for (std::size_t i = 0; i < buckets && seen < kCandidates; ++i) {
    next_bucket_ = (next_bucket_ + 1) % buckets;
    for (auto it = entries_.cbegin(next_bucket_); it != entries_.cend(next_bucket_); ++it, ++seen) {
      const int worth = Worth(*it->second);
      if (victim != nullptr && worth >= least) continue;
      victim = &it->first;
      least = worth;
    }
  }
  if (victim != nullptr) entries_.erase(std::string(*victim));
}

std::size_t MemoryTable::size() const {
  const std::shared_lock lock(mutex_);
  return entries_.size();
}

}  // namespace tlswarden
