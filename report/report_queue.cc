#include "report/report_queue.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "cache/sqlite_file.h"

namespace tlswarden {
namespace {

// The octets stand apart: rows that are looked through stay small.
constexpr char kTables[] =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-512;"
    "CREATE TABLE IF NOT EXISTS report(day INTEGER NOT NULL, domain TEXT NOT NULL,"
    " state INTEGER NOT NULL, report_id TEXT NOT NULL, made INTEGER NOT NULL,"
    " successes INTEGER NOT NULL, failures INTEGER NOT NULL, tries INTEGER NOT NULL,"
    " first_try INTEGER NOT NULL, next_try INTEGER NOT NULL, why TEXT NOT NULL,"
    " PRIMARY KEY(day, domain)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS octets(day INTEGER NOT NULL, domain TEXT NOT NULL,"
    " octets BLOB NOT NULL, UNIQUE(day, domain));"
    "CREATE TABLE IF NOT EXISTS target(day INTEGER NOT NULL, domain TEXT NOT NULL,"
    " scheme INTEGER NOT NULL, target TEXT NOT NULL, peer TEXT NOT NULL, state INTEGER NOT NULL,"
    " tries INTEGER NOT NULL, first_try INTEGER NOT NULL, next_try INTEGER NOT NULL,"
    " last_error TEXT NOT NULL, PRIMARY KEY(day, domain, scheme, target)) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS target_waiting ON target(tries, next_try) WHERE state = 0;"
    "CREATE TABLE IF NOT EXISTS shut(peer TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS begun(day INTEGER NOT NULL);";

constexpr SqliteSchema kSchema = {
    "report queue", 1,
    "DROP TABLE IF EXISTS report; DROP TABLE IF EXISTS octets; DROP TABLE IF EXISTS target;"
    "DROP TABLE IF EXISTS shut; DROP TABLE IF EXISTS begun; PRAGMA user_version = 1",
    kTables};

}  // namespace

std::string PeerOf(const ReportDestination& destination) {
  if (destination.scheme == ReportDestination::Scheme::kMailto) return {};
  const std::optional<HttpsUri> uri = ParseHttpsUri(destination.target);
  if (!uri) return destination.target;
  return uri->host + ':' + std::to_string(uri->port);
}

Result<ReportQueue> ReportQueue::Open(const std::string& path, std::uint64_t seed, RecordSink& sink,
                                      Time now) {
  Result<SqliteDb> db = OpenSqliteFile(path, kSchema, sink, now);
  if (!db) return Error{db.error()};
  ReportQueue queue(std::move(db).value(), path, seed);
  const Result<Day> since = queue.Since(now);  // a queue begins when it is made
  if (!since) return Error{since.error()};
  return queue;
}

Result<ReportQueue> ReportQueue::OpenToRead(const std::string& path, std::uint64_t seed,
                                            RecordSink& sink, Time now) {
  std::error_code unreadable;
  if (!std::filesystem::exists(path, unreadable) && !unreadable) {
    return Open(":memory:", seed, sink, now);
  }
  const bool is_written = SqliteDb::HasWriter(path);
  Result<SqliteDb> db = is_written ? SqliteDb::OpenToRead(path) : SqliteDb::OpenUnwritten(path);
  if (!db) return Error{db.error()};
  return ReportQueue(std::move(db).value(), path, seed, true);
}

ReportQueue::Problem ReportQueue::Commit(SqliteTransaction& transaction) {
  if (const Problem failed = transaction.Commit()) return path_ + ": " + *failed;
  return std::nullopt;
}

Result<Day> ReportQueue::Since(Time now) {
  const Day yesterday = DayOf(now) - std::chrono::days(1);
  SqliteStatement begun(db_, "SELECT min(day) FROM begun HAVING count(*) > 0");
  const bool known = begun.Step();
  if (!begun.ok()) return Error{*Failed()};
  if (known && DayFromNumber(begun.Number(0)) <= yesterday) return DayFromNumber(begun.Number(0));
  if (is_read_only_) return yesterday;
  begun.Reset();
  SqliteStatement insert(db_, "INSERT INTO begun(day) VALUES(?1)");
  insert.Bind(1, DayNumber(yesterday));
  insert.Step();
  if (!insert.ok()) return Error{*Failed()};
  return yesterday;
}

Result<std::map<std::string, ReportNote>> ReportQueue::Notes(Day day) {
  SqliteStatement select(
      db_, "SELECT domain, state, tries, first_try, next_try, why FROM report WHERE day = ?1");
  select.Bind(1, DayNumber(day));
  std::map<std::string, ReportNote> notes;
  while (select.Step()) {
    ReportNote& note = notes[std::string(select.Text(0))];
    note.state = static_cast<ReportState>(select.Number(1));
    note.attempts = {static_cast<int>(select.Number(2)), FromSeconds(select.Number(3)),
                     FromSeconds(select.Number(4))};
    note.why = select.Text(5);
  }
  if (!select.ok()) return Error{*Failed()};
  return notes;
}

ReportQueue::Problem ReportQueue::Put(const QueuedReport& report,
                                      const std::vector<ReportDestination>& targets) {
  SqliteStatement octets(db_, "INSERT OR REPLACE INTO octets VALUES(?1, ?2, ?3)");
  octets.Bind(1, DayNumber(report.day));
  octets.Bind(2, report.domain);
  octets.BindOctets(3, report.octets);
  octets.Step();
  if (!octets.ok()) return Failed();
  // A peer that couldn't be had a moment ago isn't asked anew for each report that is made.
  SqliteStatement target(
      db_,
      "INSERT INTO target VALUES(?1, ?2, ?3, ?4, ?5, 0, 0, ?6, coalesce((SELECT until FROM shut"
      " WHERE peer = ?5 AND until > ?6 AND until <= ?7), ?6), '') ON CONFLICT DO NOTHING");
  for (const ReportDestination& destination : targets) {
    target.Bind(1, DayNumber(report.day));
    target.Bind(2, report.domain);
    target.Bind(3, static_cast<std::int64_t>(destination.scheme));
    target.Bind(4, destination.target);
    target.Bind(5, PeerOf(destination));
    target.Bind(6, Seconds(report.made));
    target.Bind(7, Seconds(report.made + LongestWait()));  // later: a clock was wrong
    target.Step();
    if (!target.ok()) return Failed();
    target.Reset();
  }
  return std::nullopt;
}

Result<bool> ReportQueue::Add(const QueuedReport& report,
                              const std::vector<ReportDestination>& targets) {
  SqliteTransaction transaction(db_);
  if (transaction.error()) return Error{path_ + ": " + *transaction.error()};
  SqliteStatement insert(
      db_,
      "INSERT INTO report VALUES(?1, ?2, 1, ?3, ?4, ?5, ?6, 0, 0, 0, '')"
      " ON CONFLICT(day, domain) DO UPDATE SET state = 1, report_id = ?3, made = ?4,"
      " successes = ?5, failures = ?6, why = '' WHERE state = 0");
  insert.Bind(1, DayNumber(report.day));
  insert.Bind(2, report.domain);
  insert.Bind(3, report.report_id);
  insert.Bind(4, Seconds(report.made));
  insert.Bind(5, report.successes);
  insert.Bind(6, report.failures);
  insert.Step();
  if (!insert.ok()) return Error{*Failed()};
  if (sqlite3_changes(db_.handle()) == 0) return false;
  if (const Problem problem = Put(report, targets)) return Error{*problem};
  if (const Problem problem = Commit(transaction)) return Error{*problem};
  return true;
}

ReportQueue::Problem ReportQueue::Note(Day day, const std::string& domain, const ReportNote& note) {
  SqliteStatement insert(
      db_,
      "INSERT INTO report VALUES(?1, ?2, ?3, '', 0, 0, 0, ?4, ?5, ?6, ?7)"
      " ON CONFLICT(day, domain) DO UPDATE SET state = ?3, tries = ?4, first_try = ?5,"
      " next_try = ?6, why = ?7 WHERE state = 0");
  insert.Bind(1, DayNumber(day));
  insert.Bind(2, domain);
  insert.Bind(3, static_cast<std::int64_t>(note.state));
  insert.Bind(4, note.attempts.tries);
  insert.Bind(5, Seconds(note.attempts.first));
  insert.Bind(6, Seconds(note.attempts.next));
  insert.Bind(7, note.why);
  insert.Step();
  return insert.ok() ? std::nullopt : Failed();
}

Result<std::optional<QueuedReport>> ReportQueue::Find(Day day, const std::string& domain) {
  SqliteStatement select(db_,
                         "SELECT report_id, made, successes, failures FROM report"
                         " WHERE day = ?1 AND domain = ?2 AND state = 1");
  select.Bind(1, DayNumber(day));
  select.Bind(2, domain);
  std::optional<QueuedReport> found;
  if (select.Step()) {
    found = QueuedReport{day,
                         domain,
                         std::string(select.Text(0)),
                         FromSeconds(select.Number(1)),
                         select.Number(2),
                         select.Number(3),
                         {}};
  }
  if (!select.ok()) return Error{*Failed()};
  return found;
}

ReportQueue::Problem ReportQueue::Forget() {
  SqliteStatement oldest(db_,
                         "SELECT min(day), count(*) FROM"
                         " (SELECT DISTINCT day FROM report ORDER BY day DESC LIMIT ?1)");
  oldest.Bind(1, kKeptReportDays);
  const bool counted = oldest.Step();
  if (!oldest.ok()) return Failed();
  if (!counted || oldest.Number(1) < kKeptReportDays) return std::nullopt;
  const std::int64_t day = oldest.Number(0);
  oldest.Reset();
  SqliteTransaction transaction(db_);
  if (transaction.error()) return path_ + ": " + *transaction.error();
  for (const char* sql : {"DELETE FROM target WHERE day < ?1", "DELETE FROM octets WHERE day < ?1",
                          "DELETE FROM report WHERE day < ?1"}) {
    SqliteStatement old(db_, sql);
    old.Bind(1, day);
    old.Step();
    if (!old.ok()) return Failed();
  }
  return Commit(transaction);
}

}  // namespace tlswarden
