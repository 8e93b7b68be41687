#include "cache/memory_table.h"

#include <algorithm>
#include <mutex>
#include <utility>

namespace tlswarden {
namespace {

// What would be lost: nothing, TLSA records that can be asked again, or a policy whose loss opens
// the first-contact gap anew (RFC 8461 section 10.2).
std::size_t Worth(const Evidence& evidence) {
  if (evidence.sts.learned && evidence.sts.learned->policy->mode == StsMode::kEnforce) return 3;
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
  return it == entries_.end() ? nullptr : it->second.evidence;
}

void MemoryTable::Put(const std::string& key, EvidencePtr evidence) {
  const std::size_t worth = Worth(*evidence);
  const std::unique_lock lock(mutex_);
  auto it = entries_.find(key);
  if (it == entries_.end()) {
    if (entries_.size() >= capacity_ && !MakeRoom(worth)) return;
    it = entries_.try_emplace(key).first;
  } else {
    queues_[it->second.worth].erase(it->second.place);
  }
  Slot& slot = it->second;
  slot.evidence = std::move(evidence);
  slot.worth = worth;
  slot.place = queues_[worth].insert(queues_[worth].end(), &it->first);
}

bool MemoryTable::MakeRoom(std::size_t worth) {
  for (std::size_t least = 0; least <= worth; ++least) {
    if (queues_[least].empty()) continue;
    const std::string victim = *queues_[least].front();
    queues_[least].pop_front();
    entries_.erase(victim);
    return true;
  }
  return false;
}

std::size_t MemoryTable::size() const {
  const std::shared_lock lock(mutex_);
  return entries_.size();
}

}  // namespace tlswarden
