#include "daemon/list_watcher.h"

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <iterator>
#include <utility>
#include <vector>

#include "daemon/wiring.h"

namespace tlswarden {
namespace {

std::vector<std::string_view> SortedEntries(const ListFile& list) {
  std::vector<std::string_view> entries;
  entries.reserve(list.size());
  for (std::size_t i = 0; i < list.size(); ++i) entries.push_back(list.entry(i));
  std::sort(entries.begin(), entries.end());
  return entries;
}

// More than reading all lists takes.
constexpr std::time_t kLately = 60;  // seconds

struct Difference {
  std::size_t added = 0;
  std::size_t removed = 0;
};

Difference Compare(const ListFile& before, const ListFile& now) {
  const std::vector<std::string_view> was = SortedEntries(before);
  const std::vector<std::string_view> is = SortedEntries(now);
  std::vector<std::string_view> kept;
  std::set_intersection(was.begin(), was.end(), is.begin(), is.end(), std::back_inserter(kept));
  return {is.size() - kept.size(), was.size() - kept.size()};
}

bool IsSame(const timespec& a, const timespec& b) {
  return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

}  // namespace

bool ListWatcher::Stamp::operator==(const Stamp& other) const {
  return failure == other.failure && device == other.device && inode == other.inode &&
         size == other.size && IsSame(changed, other.changed) && IsSame(modified, other.modified);
}

ListWatcher::Stamp ListWatcher::StampOf(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return {.failure = errno};
  return {0, status.st_dev, status.st_ino, status.st_size, status.st_ctim, status.st_mtim};
}

ListWatcher::ListWatcher(const Settings& settings, ListFiles lists, CurrentOrders& orders,
                         RecordSink& sink)
    : settings_(settings), lists_(std::move(lists)), orders_(orders), sink_(sink) {
  for (const auto& [path, list] : lists_) {
    // What has changed lately may have changed after it was read: it is read once more.
    const Stamp stamp = StampOf(path);
    const bool is_old = stamp.failure == 0 && stamp.changed.tv_sec + kLately < std::time(nullptr);
    watched_.emplace(path, Watched{is_old ? stamp : Stamp(), stamp});
  }
}

void ListWatcher::Start() {
  if (!watched_.empty()) thread_ = std::thread([this] { Loop(); });
}

ListWatcher::~ListWatcher() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void ListWatcher::ReadNow() {
  {
    const std::lock_guard lock(mutex_);
    read_now_ = true;
  }
  wake_.notify_one();
}

void ListWatcher::Loop() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    wake_.wait_for(lock, kListLookInterval, [this] { return read_now_ || stopping_; });
    if (stopping_) return;
    const bool at_once = std::exchange(read_now_, false);
    lock.unlock();
    Look(at_once);
    lock.lock();
  }
}

void ListWatcher::Look(bool at_once) {
  bool changed = false;
  for (auto& [path, watched] : watched_) {
    const Stamp before = std::exchange(watched.looked, StampOf(path));
    const bool is_settled = watched.looked == before && !(watched.looked == watched.read);
    if (!is_settled && !at_once) continue;
    watched.read = watched.looked;
    changed |= Reread(path, at_once);
  }
  if (changed) PutInForce();
  std::erase_if(retired_, [](const OrdersPtr& orders) { return orders.use_count() == 1; });
}

bool ListWatcher::Reread(const std::string& path, bool at_once) {
  std::vector<std::string> errors;
  ListFilePtr list = MakeList(path, ReadFile(path, kMaxListOctets), settings_.lists, &errors);
  if (list == nullptr) {
    for (const std::string& error : errors) {
      sink_.Write(Notice{Notice::Level::kError, error + "; the list read before stays in force"});
    }
    return false;
  }
  ListFilePtr& in_force = lists_[path];
  if (IsTooMuch(path, list)) return false;
  const auto [added, removed] = Compare(*in_force, *list);
  const bool is_other = added > 0 || removed > 0;
  if (is_other || at_once) {
    sink_.Write(Notice{Notice::Level::kInfo,
                       path + ": read again, " + std::to_string(list->size()) +
                           (list->size() == 1 ? " entry, " : " entries, ") + std::to_string(added) +
                           " added, " + std::to_string(removed) + " removed"});
  }
  in_force = std::move(list);
  return is_other;
}

bool ListWatcher::IsTooMuch(const std::string& path, const ListFilePtr& list) {
  ListFiles lists = lists_;
  lists[path] = list;
  if (CountFilled(settings_.lists, lists) <= kMaxFilledEntries) return false;
  sink_.Write(Notice{Notice::Level::kError,
                     path + ": the lists would put more than 10000000 entries into rules; the list "
                            "read before stays in force"});
  return true;
}

void ListWatcher::PutInForce() {
  std::vector<std::string> warnings;
  std::vector<Rule> rules = FilledRules(settings_.rules, settings_.lists, lists_, &warnings);
  for (const std::string& warning : warnings) {
    sink_.Write(Notice{Notice::Level::kWarning, warning});
  }
  retired_.push_back(orders_.Get());
  orders_.Replace(MakeOrders(settings_, std::move(rules)));
}

}  // namespace tlswarden
