// WouldLedger: what enforcement would have refused, counted in a small SQLite file, so that a trial
// ends in a list that a person can work off.
//
// Thread-safe. A thread of its own writes, within a second; nobody else touches the disk. The file
// is opened when there is something to count.
#ifndef TLSWARDEN_REPORT_WOULD_LEDGER_H_
#define TLSWARDEN_REPORT_WOULD_LEDGER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cache/batch_writer.h"
#include "cache/sqlite.h"
#include "policy/result.h"
#include "policy/time.h"

namespace tlswarden {

struct WouldKey {
  std::string direction;    // "outbound", "inbound"
  std::string domain;       // the policy domain
  std::string rule;         //
  std::string result_type;  // RFC 8460's word
  std::string would;        // "defer", "reject"
  std::string because;      // why it wasn't done: "observe", "testing"
  auto operator<=>(const WouldKey&) const = default;
};

struct WouldRow {
  WouldKey key;
  std::int64_t count = 0;
  Time first{};
  Time last{};
};

// Of rows the file holds, for each UTC day and in all. Where more are needed the least counts go,
// and among them those that are oldest. 100,000 rows are about 25 MB.
struct WouldLimits {
  std::int64_t a_day = 5000;
  std::int64_t in_all = 100000;
};

// What waits for the thread; when the disk doesn't keep up, new keys aren't counted.
inline constexpr std::size_t kMostWaitingWouldKeys = 10000;

class WouldLedger {
 public:
  // `complain` is called by the thread, once until the file can be written again.
  WouldLedger(std::string path, std::function<void(const std::string&)> complain,
              WouldLimits limits = {});

  void Add(WouldKey key, Time now);

  // Returns when all that was added before is in the file, or couldn't be written.
  void Flush();

 private:
  struct Count {
    std::int64_t count = 0;
    Time first{};
    Time last{};
  };
  using Batch = std::map<std::pair<Day, WouldKey>, Count>;

  std::optional<std::string> Write(const Batch& batch);
  std::optional<std::string> WriteAll(const Batch& batch);
  std::optional<std::string> Open();
  void Trim(Day day);
  static void PutBack(Batch failed, Batch& waiting);

  const std::string path_;
  const WouldLimits limits_;
  std::optional<SqliteDb> db_;  // used by the writer's thread alone
  BatchWriter<Batch> writer_;   // last: its thread uses all of the above
};

// What the file holds, over all days, the most frequent first; at most `most` rows. For a process
// beside the daemon. Errors: the file is missing or can't be read.
Result<std::vector<WouldRow>> ReadWouldLedger(const std::string& path, std::size_t most);

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_WOULD_LEDGER_H_
