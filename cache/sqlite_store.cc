#include "cache/sqlite_store.h"

#include <algorithm>
#include <utility>

#include "cache/evidence_codec.h"
#include "cache/freshness.h"
#include "cache/sqlite_file.h"
#include "cache/worth.h"

namespace tlswarden {
namespace {

// How long a batch gathers. With the time of a commit well below the second that may be lost.
constexpr std::chrono::milliseconds kGather{200};

// More than this waiting means that the disk doesn't keep up; the cache may forget, not grow.
constexpr std::size_t kMaxQueued = 100000;

// How many rows more than allowed go at once; a batch brings fewer, as a rule.
constexpr std::int64_t kTrimmedRows = 1000;

constexpr char kTables[] =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-256;"
    "CREATE TABLE IF NOT EXISTS evidence(next_hop TEXT PRIMARY KEY, keep_until INTEGER NOT NULL,"
    " worth INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS evidence_keep_until ON evidence(keep_until);"
    "CREATE INDEX IF NOT EXISTS evidence_worth ON evidence(worth, keep_until);";

constexpr char kSelect[] = "SELECT body FROM evidence WHERE next_hop = ?1";

// No release has written tables of another version.
constexpr SqliteSchema kSchema = {
    "cache store", 2, "DROP TABLE IF EXISTS evidence; PRAGMA user_version = 2", kTables};

Result<EvidencePtr> Decode(std::string_view row, const std::string& key) {
  Result<Evidence> evidence = DecodeEvidence(row);
  if (!evidence) return Error{evidence.error()};
  if (ToString(evidence->next_hop) != key) return Error{"it is another domain's"};
  return std::make_shared<const Evidence>(std::move(evidence).value());
}

}  // namespace

Result<std::unique_ptr<SqliteStore>> SqliteStore::Open(const std::string& path, RecordSink& sink,
                                                       Time now, std::size_t max_rows) {
  Result<SqliteDb> writer = OpenSqliteFile(path, kSchema, sink, now);
  if (!writer) return Error{writer.error()};
  Result<SqliteDb> reader = SqliteDb::Open(path);
  if (!reader) return Error{reader.error()};
  return std::unique_ptr<SqliteStore>(
      new SqliteStore(std::move(reader).value(), std::move(writer).value(), sink, max_rows));
}

SqliteStore::SqliteStore(SqliteDb reader, SqliteDb writer, RecordSink& sink, std::size_t max_rows)
    : sink_(sink),
      max_rows_(static_cast<std::int64_t>(max_rows)),
      reader_(std::move(reader)),
      select_(reader_, kSelect),
      writer_(std::move(writer)),
      thread_([this] { WriteLoop(); }) {}

SqliteStore::~SqliteStore() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

Result<EvidencePtr> SqliteStore::Peek(const std::string& path, const std::string& key) {
  Result<SqliteDb> db = SqliteDb::OpenToRead(path);
  if (!db) return Error{db.error()};
  SqliteStatement select(*db, kSelect);
  select.Bind(1, key);
  if (select.Step()) return Decode(select.Text(0), key);
  if (!select.ok()) return Error{path + ": " + db->LastError()};
  return EvidencePtr();
}

EvidencePtr SqliteStore::Load(const std::string& key) {
  const std::lock_guard lock(reader_mutex_);
  select_.Bind(1, key);
  EvidencePtr evidence;
  if (select_.Step()) {
    Result<EvidencePtr> decoded = Decode(select_.Text(0), key);
    if (decoded) {
      evidence = std::move(decoded).value();
    } else {
      sink_.Write(Notice{Notice::Level::kWarning, "cache store: what it holds of " + key +
                                                      " is damaged (" + decoded.error() +
                                                      "); the domain is asked anew"});
    }
  } else if (!select_.ok()) {
    Complain("can't be read: " + reader_.LastError());
  }
  select_.Reset();
  return evidence;
}

void SqliteStore::Save(EvidencePtr evidence) {
  bool was_empty = false;
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= kMaxQueued) return;
    was_empty = queue_.empty();
    queue_[ToString(evidence->next_hop)] = std::move(evidence);
  }
  if (was_empty) changed_.notify_all();
}

void SqliteStore::Flush() {
  std::unique_lock lock(mutex_);
  flushing_ = true;
  changed_.notify_all();
  changed_.wait(lock, [this] { return queue_.empty() && !writing_; });
  flushing_ = false;
}

void SqliteStore::WriteLoop() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    changed_.wait_for(lock, kGather, [this] { return stopping_ || flushing_; });
    Batch batch;
    batch.swap(queue_);
    writing_ = true;
    lock.unlock();
    Write(batch);
    lock.lock();
    writing_ = false;
    changed_.notify_all();
  }
}

void SqliteStore::Write(const Batch& batch) {
  std::optional<std::string> error = writer_.Execute("BEGIN");
  SqliteStatement insert(
      writer_,
      "INSERT INTO evidence(next_hop, keep_until, worth, body) VALUES(?1, ?2, ?3, ?4) "
      "ON CONFLICT(next_hop) DO UPDATE SET keep_until = ?2, worth = ?3, body = ?4");
  Time latest{};
  for (const auto& [key, evidence] : batch) {
    const std::string body = EncodeEvidence(*evidence);
    insert.Bind(1, key);
    insert.Bind(2, Seconds(KeepUntil(*evidence)));
    insert.Bind(3, Worth(*evidence, evidence->obtained_at));
    insert.Bind(4, body);
    insert.Step();
    if (!insert.ok() && !error) error = writer_.LastError();
    insert.Reset();
    latest = std::max(latest, evidence->obtained_at);
  }
  rows_at_most_ += static_cast<std::int64_t>(batch.size());
  Sweep(latest);
  if (const std::optional<std::string> failed = writer_.Execute("COMMIT"); failed && !error) {
    error = failed;
  }
  if (error) {
    writer_.Execute("ROLLBACK");
    Complain("can't be written: " + *error);
  }
}

// A little with each batch, so that the file doesn't grow with names of the past, nor with a flood
// of new ones: of these the rows that are worth least go (worth.h).
void SqliteStore::Sweep(Time now) {
  SqliteStatement old(writer_,
                      "DELETE FROM evidence WHERE next_hop IN "
                      "(SELECT next_hop FROM evidence WHERE keep_until < ?1 LIMIT 500)");
  old.Bind(1, Seconds(now));
  old.Step();
  if (rows_at_most_ <= max_rows_) return;  // counting takes a while
  SqliteStatement count(writer_, "SELECT count(*) FROM evidence");
  if (!count.Step()) return;
  rows_at_most_ = count.Number(0);
  if (rows_at_most_ <= max_rows_) return;
  const std::int64_t kept = max_rows_ - std::min(max_rows_ / 10, kTrimmedRows);
  SqliteStatement least(writer_,
                        "DELETE FROM evidence WHERE next_hop IN "
                        "(SELECT next_hop FROM evidence ORDER BY worth, keep_until LIMIT ?1)");
  least.Bind(1, rows_at_most_ - kept);
  least.Step();
  rows_at_most_ = kept;
}

// Once: a full disk would otherwise fill the log, too.
void SqliteStore::Complain(const std::string& what) {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(complained_, true)) return;
  }
  sink_.Write(Notice{Notice::Level::kError,
                     "cache store " + what + "; what is learned now is lost at the next restart"});
}

}  // namespace tlswarden
