#include "resolver/probe_cache.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <utility>

#include "cache/freshness.h"

namespace tlswarden {

std::string ProbeCache::Key(const ProbeTarget& target) {
  std::string key =
      target.host.ascii + ':' + std::to_string(target.port) + ' ' + target.server_name.ascii;
  if (target.tlsa.empty()) return key;
  std::vector<std::string> records;
  for (const TlsaRecord& record : target.tlsa) records.push_back(ToString(record));
  // DNS gives them in any order.
  std::sort(records.begin(), records.end());
  std::string all;
  for (const std::string& record : records) all += record + '\n';
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(all.data()), all.size(), digest.data());
  return key.append(" ").append(digest.begin(), digest.end());
}

ProbeFactsPtr ProbeCache::Find(const std::string& key, const HostDemand& demand, Time now) const {
  Entry entry;
  {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(key);
    if (found == entries_.end()) return nullptr;
    entry = found->second;
  }
  const bool met = !UnmetAt(*entry.facts, demand);
  const std::chrono::seconds life =
      met ? max_age_ : std::min(max_age_, FetchBackOff(std::max(entry.failures, 1), 0));
  // What comes from the future was learned before the clock was set back.
  const bool fresh = now < entry.facts->at + life && entry.facts->at <= now + life;
  return fresh ? entry.facts : nullptr;
}

void ProbeCache::Put(const std::string& key, ProbeFactsPtr facts, bool met) {
  const std::lock_guard lock(mutex_);
  if (entries_.size() >= kMaxProbeEntries && !entries_.contains(key)) {
    // Looks are rare, so looking through all of them is cheap enough.
    const auto oldest = std::min_element(
        entries_.begin(), entries_.end(),
        [](const auto& a, const auto& b) { return a.second.facts->at < b.second.facts->at; });
    entries_.erase(oldest);
  }
  Entry& entry = entries_[key];
  entry.facts = std::move(facts);
  entry.failures = met ? 0 : entry.failures + 1;
}

std::size_t ProbeCache::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace tlswarden
