// SqliteStore: the store in one SQLite file. A thread of its own writes, in batches, so that no
// question waits for a disk.
#ifndef TLSWARDEN_CACHE_SQLITE_STORE_H_
#define TLSWARDEN_CACHE_SQLITE_STORE_H_

#include <condition_variable>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>

#include "cache/sqlite.h"
#include "cache/store.h"
#include "policy/record.h"
#include "policy/result.h"

namespace tlswarden {

class SqliteStore : public Store {
 public:
  // Opens or makes the file. A file that is no database or is damaged is renamed to
  // PATH.corrupt-EPOCH, with a warning to the sink, and a new one is begun.
  // Errors: the directory is missing, no permission, … with the path. About `max_rows` rows are
  // kept, those that are worth most.
  static Result<std::unique_ptr<SqliteStore>> Open(const std::string& path, RecordSink& sink,
                                                   Time now, std::size_t max_rows);
  ~SqliteStore() override;

  // What the file holds of a key, for a process beside the daemon; changes nothing. nullptr:
  // nothing. Errors: the file is missing or can't be read.
  static Result<EvidencePtr> Peek(const std::string& path, const std::string& key);

  EvidencePtr Load(const std::string& key) override;
  void Save(EvidencePtr evidence) override;
  void Flush() override;

 private:
  using Batch = std::unordered_map<std::string, EvidencePtr>;

  SqliteStore(SqliteDb reader, SqliteDb writer, RecordSink& sink, std::size_t max_rows);
  void WriteLoop();
  void Write(const Batch& batch);
  void Sweep(Time now);
  void Complain(const std::string& what);

  RecordSink& sink_;
  const std::int64_t max_rows_;
  std::mutex reader_mutex_;
  SqliteDb reader_;
  SqliteStatement select_;
  SqliteDb writer_;  // used by the thread alone
  // By the thread alone, too. Beginning above any limit, so that the first batch counts.
  std::int64_t rows_at_most_ = std::numeric_limits<std::int64_t>::max() / 2;
  bool complained_ = false;

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  Batch queue_;
  bool writing_ = false;
  bool flushing_ = false;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace tlswarden

#endif  // TLSWARDEN_CACHE_SQLITE_STORE_H_
