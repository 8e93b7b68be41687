#include "cache/message_store.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "cache/sqlite_file.h"

namespace tlswarden {
namespace {

// synchronous=FULL: a commit outlives a power cut, as the MTA's queue file does.
constexpr char kTables[] =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-256;"
    "CREATE TABLE IF NOT EXISTS message(queue_id TEXT NOT NULL, recipient TEXT NOT NULL,"
    " tag TEXT NOT NULL, kept_at INTEGER NOT NULL, PRIMARY KEY(queue_id, recipient)) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS message_kept_at ON message(kept_at);";

constexpr SqliteSchema kSchema = {"message store", 1,
                                  "DROP TABLE IF EXISTS message; PRAGMA user_version = 1", kTables};

// The recipient's own row comes first, then the one for all others.
constexpr char kSelect[] =
    "SELECT tag FROM message WHERE queue_id = ?1 AND recipient IN (?2, '') AND kept_at > ?3 "
    "ORDER BY recipient DESC LIMIT 1";

constexpr char kDeleteMessage[] = "DELETE FROM message WHERE queue_id = ?1";
constexpr char kInsert[] =
    "INSERT OR REPLACE INTO message(queue_id, recipient, tag, kept_at) VALUES(?1, ?2, ?3, ?4)";

// A message may have thousands of recipients, so as many may go as come.
constexpr char kDeleteOld[] =
    "DELETE FROM message WHERE (queue_id, recipient) IN "
    "(SELECT queue_id, recipient FROM message WHERE kept_at <= ?1 ORDER BY kept_at LIMIT ?2)";
constexpr std::int64_t kOldRowsAtOnce = 500;

// The age at which no MTA has the message any more: Sendmail's Timeout.queuereturn is five days.
constexpr std::chrono::hours kQueueLife{5 * 24};

// Empty stands for all that have no row; nothing for what is no address.
std::optional<std::string> RowKey(std::string_view address) {
  return address.empty() ? std::string() : CanonicalRecipient(address);
}

}  // namespace

Result<std::unique_ptr<MessageStore>> MessageStore::Open(const std::string& path, RecordSink& sink,
                                                         Clock clock, std::size_t max_rows) {
  Result<SqliteDb> writer = OpenSqliteFile(path, kSchema, sink, clock());
  if (!writer) return Error{writer.error()};
  Result<SqliteDb> reader = SqliteDb::Open(path);
  if (!reader) return Error{reader.error()};
  return std::unique_ptr<MessageStore>(new MessageStore(
      std::move(reader).value(), std::move(writer).value(), sink, std::move(clock), max_rows));
}

MessageStore::MessageStore(SqliteDb reader, SqliteDb writer, RecordSink& sink, Clock clock,
                           std::size_t max_rows)
    : sink_(sink),
      clock_(std::move(clock)),
      max_rows_(static_cast<std::int64_t>(max_rows)),
      reader_(std::move(reader)),
      select_(reader_, kSelect),
      writer_(std::move(writer)),
      // Above any limit, so that the first message counts.
      rows_at_most_(std::numeric_limits<std::int64_t>::max() / 2) {}

bool MessageStore::Put(std::string_view queue_id, const std::vector<StoredTag>& recipients) {
  const Time now = clock_();
  const std::lock_guard lock(writer_mutex_);
  const std::optional<std::string> error = Write(queue_id, recipients, now);
  if (!error) return true;
  Complain("can't keep what message " + std::string(queue_id) + " demands: " + *error +
           "; the message isn't taken now");
  return false;
}

// What went wrong, or nothing.
std::optional<std::string> MessageStore::Write(std::string_view queue_id,
                                               const std::vector<StoredTag>& recipients, Time now) {
  if (queue_id.empty() || queue_id.size() > kMaxQueueIdKept) return "no queue id";
  SqliteTransaction transaction(writer_);
  if (transaction.error()) return transaction.error();
  SqliteStatement forget(writer_, kDeleteMessage);
  forget.Bind(1, queue_id);
  forget.Step();
  if (!forget.ok()) return writer_.LastError();
  SqliteStatement insert(writer_, kInsert);
  for (const StoredTag& recipient : recipients) {
    const std::optional<std::string> key = RowKey(recipient.address);
    if (!key) return "no address that can be kept";
    const std::string& tag = recipient.tag;
    if (!IsTag(tag)) return "no tag that can be read again: " + tag;
    insert.Bind(1, queue_id);
    insert.Bind(2, *key);
    insert.Bind(3, tag);
    insert.Bind(4, Seconds(now));
    insert.Step();
    if (!insert.ok()) return writer_.LastError();
    insert.Reset();
  }
  rows_at_most_ += static_cast<std::int64_t>(recipients.size());
  RemoveOld(now);
  return transaction.Commit();
}

// A little with each message; where there are too many rows, the oldest, whose messages are most
// likely gone.
void MessageStore::RemoveOld(Time now) {
  SqliteStatement old(writer_, kDeleteOld);
  old.Bind(1, Seconds(now - kMessageAge));
  old.Bind(2, kOldRowsAtOnce);
  old.Step();
  if (rows_at_most_ <= max_rows_) return;  // counting takes a while
  SqliteStatement count(writer_, "SELECT count(*) FROM message");
  if (!count.Step()) return;
  rows_at_most_ = count.Number(0);
  if (rows_at_most_ <= max_rows_) return;
  const std::int64_t kept = max_rows_ - max_rows_ / 10;
  SqliteStatement most_recent(writer_,
                              "SELECT kept_at FROM message ORDER BY kept_at LIMIT 1 OFFSET ?1");
  most_recent.Bind(1, rows_at_most_ - kept - 1);
  const bool loss = most_recent.Step() && most_recent.Number(0) > Seconds(now - kQueueLife);
  SqliteStatement oldest(writer_, kDeleteOld);
  oldest.Bind(1, std::numeric_limits<std::int64_t>::max());
  oldest.Bind(2, rows_at_most_ - kept);
  oldest.Step();
  rows_at_most_ = kept;
  if (loss && !std::exchange(complained_of_loss_, true)) {
    Complain(
        "is full: it has forgotten demands of less than five days ago; messages that are "
        "still in the queue go out by what their domains demand alone");
  }
}

Result<std::optional<std::string>> MessageStore::Tag(std::string_view queue_id,
                                                     std::string_view address) {
  const std::optional<std::string> key = RowKey(address);
  if (!key) return std::optional<std::string>();
  const std::int64_t oldest = Seconds(clock_() - kMessageAge);
  const std::lock_guard lock(reader_mutex_);
  select_.Bind(1, queue_id);
  select_.Bind(2, *key);
  select_.Bind(3, oldest);
  const bool found = select_.Step();
  const bool failed = !select_.ok();
  std::optional<std::string> tag;
  if (found && IsTag(select_.Text(0))) tag = select_.Text(0);
  select_.Reset();
  if (failed) {
    const std::string error = "can't be read: " + reader_.LastError();
    if (!std::exchange(complained_of_reading_, true)) Complain(error + "; mail waits");
    return Error{"the message store " + error};
  }
  complained_of_reading_ = false;
  if (found && !tag) {
    const std::string error = "holds no tag for message " + std::string(queue_id) +
                              " but something that nobody here has written";
    Complain(error + "; the message waits");
    return Error{"the message store " + error};
  }
  return tag;
}

void MessageStore::Complain(const std::string& what) {
  sink_.Write(Notice{Notice::Level::kWarning, "message store " + what});
}

}  // namespace tlswarden
