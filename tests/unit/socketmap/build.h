// A resolver that says what a test tells it, and a sink that keeps what it is told.
#ifndef TLSWARDEN_TESTS_UNIT_SOCKETMAP_BUILD_H_
#define TLSWARDEN_TESTS_UNIT_SOCKETMAP_BUILD_H_

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "policy/record.h"
#include "resolver/resolver.h"
#include "tests/unit/policy/build.h"

namespace tlswarden {

// Thread-safe.
class FakeResolver : public Resolver {
 public:
  EvidencePtr Cached(const NextHop& next_hop) const override {
    const std::lock_guard lock(mutex_);
    asked_.push_back(ToString(next_hop));
    const auto it = cached_.find(ToString(next_hop));
    return it == cached_.end() || now_ >= it->second->UsableUntil() ? nullptr : it->second;
  }
  void AskAsync(const NextHop& next_hop, Callback callback) override {
    const std::lock_guard lock(mutex_);
    waiting_.emplace_back(ToString(next_hop), std::move(callback));
  }
  Time Now() const override {
    const std::lock_guard lock(mutex_);
    return now_;
  }

  void Know(Evidence evidence) {
    const std::lock_guard lock(mutex_);
    const std::string key = ToString(evidence.next_hop);
    cached_[key] = std::make_shared<const Evidence>(std::move(evidence));
  }
  void Forget() {
    const std::lock_guard lock(mutex_);
    cached_.clear();
  }
  void SetNow(Time now) {
    const std::lock_guard lock(mutex_);
    now_ = now;
  }
  // Ends the inquiries about a next hop; false when there is none.
  bool Finish(const std::string& next_hop, const EvidencePtr& evidence) {
    std::vector<Callback> callbacks;
    {
      const std::lock_guard lock(mutex_);
      for (auto& [key, callback] : waiting_) {
        if (key == next_hop) callbacks.push_back(std::exchange(callback, nullptr));
      }
      std::erase_if(waiting_, [](const auto& entry) { return entry.second == nullptr; });
    }
    for (const Callback& callback : callbacks) callback(evidence);
    return !callbacks.empty();
  }
  // Every next hop that was looked up, in order.
  std::vector<std::string> asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  mutable std::mutex mutex_;
  mutable std::vector<std::string> asked_;
  std::map<std::string, EvidencePtr> cached_;
  std::vector<std::pair<std::string, Callback>> waiting_;
  Time now_ = kNow;
};

class MapSink : public RecordSink {
 public:
  explicit MapSink(bool wants_cached = false) : wants_cached_(wants_cached) {}
  void Write(Record record) override {
    const std::lock_guard lock(mutex_);
    if (const auto* answered = std::get_if<MapAnswered>(&record)) answered_.push_back(*answered);
  }
  bool WantsCachedMapAnswers() const override { return wants_cached_; }
  std::vector<MapAnswered> answered() const {
    const std::lock_guard lock(mutex_);
    return answered_;
  }

 private:
  const bool wants_cached_;
  mutable std::mutex mutex_;
  std::vector<MapAnswered> answered_;
};

inline Evidence OneHost(std::string_view domain, HostDane dane) {
  return Seen(domain, Mx(Security::kSecure, {Host("mx." + Hop(domain).domain.ascii, dane)}));
}

inline Evidence OneHostWithSts(std::string_view domain) {
  Evidence evidence = OneHost(domain, HostDane::kNone);
  evidence.sts.learned = Learned("enforce", {"mx." + evidence.next_hop.domain.ascii});
  return evidence;
}

}  // namespace tlswarden

#endif  // TLSWARDEN_TESTS_UNIT_SOCKETMAP_BUILD_H_
