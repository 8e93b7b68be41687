// RecentMap: a bounded number of values by name, in the order in which they were last touched.
//
// For what strangers can make grow: of too many, the one that was touched longest ago goes.
#ifndef TLSWARDEN_POLICY_RECENT_MAP_H_
#define TLSWARDEN_POLICY_RECENT_MAP_H_

#include <cstddef>
#include <iterator>
#include <list>
#include <string>
#include <unordered_map>

namespace tlswarden {

template <typename Value>
class RecentMap {
 public:
  struct Entry {
    std::string name;
    Value value;
  };
  using Iterator = typename std::list<Entry>::iterator;

  explicit RecentMap(std::size_t most) : most_(most) {}

  // nullptr: there is none. Touches nothing.
  const Value* Find(const std::string& name) const {
    const auto known = by_name_.find(name);
    return known == by_name_.end() ? nullptr : &known->second->value;
  }
  Value* Find(const std::string& name) {
    const auto known = by_name_.find(name);
    return known == by_name_.end() ? nullptr : &known->second->value;
  }

  // The value, as the latest one; a new one is Value().
  Value& Touch(const std::string& name) {
    if (const auto known = by_name_.find(name); known != by_name_.end()) {
      entries_.splice(entries_.end(), entries_, known->second);
      return entries_.back().value;
    }
    if (entries_.size() >= most_) Erase(entries_.begin());
    entries_.push_back({name, Value()});
    by_name_.emplace(name, std::prev(entries_.end()));
    return entries_.back().value;
  }

  // False: there was none.
  bool Erase(const std::string& name) {
    const auto known = by_name_.find(name);
    if (known == by_name_.end()) return false;
    entries_.erase(known->second);
    by_name_.erase(known);
    return true;
  }

  // Returns the next one.
  Iterator Erase(Iterator entry) {
    by_name_.erase(entry->name);
    return entries_.erase(entry);
  }

  // The one that was touched longest ago first.
  Iterator begin() { return entries_.begin(); }
  Iterator end() { return entries_.end(); }
  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }

  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }

 private:
  const std::size_t most_;
  std::list<Entry> entries_;
  std::unordered_map<std::string, Iterator> by_name_;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_RECENT_MAP_H_
