// ListWatcher: reads lists again when their files change, and puts the new rules in force.
//
// On a thread of its own, since a large list takes longer to read than a door may wait. Whatever is
// wrong with a new list, the old one stays in force, and the log says so once.
#ifndef TLSWARDEN_DAEMON_LIST_WATCHER_H_
#define TLSWARDEN_DAEMON_LIST_WATCHER_H_

#include <sys/stat.h>

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "daemon/settings.h"
#include "policy/orders.h"
#include "policy/record.h"

namespace tlswarden {

// How often the files' times are looked at. A change counts when two looks in a row saw the same,
// so that a list isn't read while somebody writes it.
inline constexpr std::chrono::milliseconds kListLookInterval{1000};

class ListWatcher {
 public:
  // `lists` are what is in force. Settings, orders and sink must outlive it.
  ListWatcher(const Settings& settings, ListFiles lists, CurrentOrders& orders, RecordSink& sink);
  ~ListWatcher();

  // Looks from now on, on a thread of its own. No thread when there is no list.
  void Start();

  // Lets the thread read every list now, changed or not. From any thread.
  void ReadNow();

  // One look. Not while the thread runs.
  void Look(bool at_once);

 private:
  // What tells a file from the one that was read before.
  struct Stamp {
    int failure = ENOENT;  // errno of stat
    dev_t device = 0;
    ino_t inode = 0;
    off_t size = 0;
    timespec changed{};
    timespec modified{};
    bool operator==(const Stamp& other) const;
  };

  struct Watched {
    Stamp read;    // of the file that was read last, whether it was good or not
    Stamp looked;  // of the last look
  };

  static Stamp StampOf(const std::string& path);
  void Loop();
  bool Reread(const std::string& path, bool at_once);
  bool IsTooMuch(const std::string& path, const ListFilePtr& list);
  void PutInForce();

  const Settings& settings_;
  ListFiles lists_;  // in force
  CurrentOrders& orders_;
  RecordSink& sink_;
  std::map<std::string, Watched> watched_;
  // Until nobody else holds them, so that no door has to free a million entries.
  std::vector<OrdersPtr> retired_;

  std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  bool read_now_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_LIST_WATCHER_H_
