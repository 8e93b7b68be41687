#include "report/received_store.h"

#include <algorithm>
#include <set>
#include <utility>

#include "cache/sqlite_file.h"
#include "report/report_json.h"

namespace tlswarden {
namespace {

// No WAL: whoever reads may lack the right to make the files beside it.
constexpr char kTables[] =
    "PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-256;"
    "CREATE TABLE IF NOT EXISTS received(number INTEGER PRIMARY KEY, organization TEXT NOT NULL,"
    " id TEXT NOT NULL, day INTEGER NOT NULL, from_domain TEXT NOT NULL, came INTEGER NOT NULL,"
    " octets INTEGER NOT NULL, body TEXT NOT NULL, UNIQUE(organization, id));"
    "CREATE INDEX IF NOT EXISTS received_day ON received(day);"
    "CREATE INDEX IF NOT EXISTS received_octets ON received(octets);"  // to add them up
    "CREATE TABLE IF NOT EXISTS failure(policy_domain TEXT NOT NULL, result_type TEXT NOT NULL,"
    " organization TEXT NOT NULL, last INTEGER NOT NULL,"
    " PRIMARY KEY(policy_domain, result_type, organization)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS self_report(id TEXT NOT NULL UNIQUE, sent INTEGER NOT NULL,"
    " came INTEGER, signatures TEXT NOT NULL);";

constexpr SqliteSchema kSchema = {"store of received reports", 1,
                                  "DROP TABLE IF EXISTS received; DROP TABLE IF EXISTS failure;"
                                  "DROP TABLE IF EXISTS self_report; PRAGMA user_version = 1",
                                  kTables};

// Counted from the latest: all with which the octets become too many.
constexpr char kTrimOctets[] =
    "DELETE FROM received WHERE number <= (SELECT max(number) FROM (SELECT number,"
    " sum(octets) OVER (ORDER BY number DESC) AS total FROM received) WHERE total > ?1)";

// Not all senders give an id.
std::string IdOf(const TlsReport& report) {
  if (!report.report_id.empty()) return report.report_id;
  std::string id = ToString(report.begin);
  for (const PolicyTally& tally : report.policies) {
    id += '_' + tally.policy.domain;
    if (id.size() > kMaxReportTextOctets) break;
  }
  return id;
}

std::set<FailureKind> KindsOf(const TlsReport& report) {
  std::set<FailureKind> kinds;
  for (const PolicyTally& tally : report.policies) {
    for (const FailureDetail& detail : tally.details) {
      if (detail.sessions == 0) continue;
      kinds.insert({tally.policy.domain, detail.result_type, report.organization_name});
    }
  }
  return kinds;
}

void Bind(SqliteStatement& statement, const FailureKind& kind) {
  statement.Bind(1, kind.policy_domain);
  statement.Bind(2, kind.result_type);
  statement.Bind(3, kind.organization);
}

// Runs a statement with one number. SQLite's text, or nothing.
std::optional<std::string> Run(const SqliteDb& db, const char* sql, std::int64_t parameter) {
  SqliteStatement statement(db, sql);
  statement.Bind(1, parameter);
  statement.Step();
  if (statement.ok()) return std::nullopt;
  return db.LastError();
}

}  // namespace

Result<ReceivedStore> ReceivedStore::Open(const std::string& path, RecordSink& sink, Time now,
                                          ReceivedLimits limits) {
  Result<SqliteDb> db = OpenSqliteFile(path, kSchema, sink, now);
  if (!db) return Error{db.error()};
  return ReceivedStore(std::move(db).value(), limits);
}

Result<ReceivedStore> ReceivedStore::OpenToRead(const std::string& path) {
  Result<SqliteDb> db = SqliteDb::OpenToRead(path);
  if (!db) return Error{db.error()};
  return ReceivedStore(std::move(db).value(), {});
}

Result<Storing> ReceivedStore::Add(const ReceivedReport& received, Time now) {
  const std::string body = ToJson(received.report);
  if (static_cast<std::int64_t>(body.size()) > limits_.octets_each) {
    return Error{"a report of more than " + std::to_string(limits_.octets_each) +
                 " octets isn't kept"};
  }
  // What the limits of reading would refuse must not end the list one day.
  if (const auto readable = ParseReport(body); !readable) return Error{readable.error()};
  SqliteTransaction transaction(db_);
  if (transaction.error()) return Error{*transaction.error()};
  Result<Storing> storing = AddWithin(received, body, now);
  if (!storing) return storing;
  if (const auto error = transaction.Commit()) return Error{*error};
  return storing;
}

Result<Storing> ReceivedStore::AddWithin(const ReceivedReport& received, const std::string& body,
                                         Time now) {
  Storing storing;
  SqliteStatement known(db_, "SELECT 1 FROM received WHERE organization = ?1 AND id = ?2");
  known.Bind(1, received.report.organization_name);
  known.Bind(2, IdOf(received.report));
  storing.is_duplicate = known.Step();
  if (!known.ok()) return Error{db_.LastError()};
  if (storing.is_duplicate) return storing;
  Result<std::vector<FailureKind>> failures = NewFailures(received.report);
  if (!failures) return Error{failures.error()};
  storing.new_failures = std::move(failures).value();
  if (const auto error = Insert(received, body, now)) return Error{*error};
  if (const auto error = Trim(now)) return Error{*error};
  return storing;
}

std::optional<std::string> ReceivedStore::Insert(const ReceivedReport& received,
                                                 const std::string& body, Time now) {
  SqliteStatement insert(
      db_,
      "INSERT INTO received(organization, id, day, from_domain, came, octets, body)"
      " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)");
  insert.Bind(1, received.report.organization_name);
  insert.Bind(2, IdOf(received.report));
  insert.Bind(3, DayNumber(DayOf(received.report.begin)));
  insert.Bind(4, received.from_domain);
  insert.Bind(5, Seconds(now));
  insert.Bind(6, static_cast<std::int64_t>(body.size()));
  insert.Bind(7, body);
  insert.Step();
  if (!insert.ok()) return db_.LastError();
  SqliteStatement remember(db_, "INSERT OR REPLACE INTO failure VALUES(?1, ?2, ?3, ?4)");
  for (const FailureKind& kind : KindsOf(received.report)) {
    Bind(remember, kind);
    remember.Bind(4, Seconds(now));
    remember.Step();
    if (!remember.ok()) return db_.LastError();
    remember.Reset();
  }
  return std::nullopt;
}

std::optional<std::string> ReceivedStore::Trim(Time now) {
  const std::int64_t oldest = Seconds(now - limits_.keep);
  auto error = Run(db_, "DELETE FROM received WHERE came < ?1", oldest);
  if (!error) {
    error = Run(db_,
                "DELETE FROM received WHERE number <= (SELECT number FROM received"
                " ORDER BY number DESC LIMIT 1 OFFSET ?1)",
                limits_.reports);
  }
  if (!error) error = Run(db_, kTrimOctets, limits_.octets);
  if (!error) error = Run(db_, "DELETE FROM failure WHERE last < ?1", oldest);
  if (error) return error;
  return Run(db_,
             "DELETE FROM failure WHERE (policy_domain, result_type, organization) IN (SELECT"
             " policy_domain, result_type, organization FROM failure ORDER BY last DESC"
             " LIMIT -1 OFFSET ?1)",
             limits_.kinds_of_failure);
}

Result<std::vector<FailureKind>> ReceivedStore::NewFailures(const TlsReport& report) {
  SqliteStatement known(db_,
                        "SELECT 1 FROM failure WHERE policy_domain = ?1 AND result_type = ?2"
                        " AND organization = ?3");
  std::vector<FailureKind> failures;
  for (const FailureKind& kind : KindsOf(report)) {
    Bind(known, kind);
    const bool is_known = known.Step();
    if (!known.ok()) return Error{db_.LastError()};
    if (!is_known) failures.push_back(kind);
    known.Reset();
  }
  return failures;
}

Result<std::vector<ReceivedReport>> ReceivedStore::List(Day from, Day to, std::size_t most) {
  SqliteStatement select(db_,
                         "SELECT body, from_domain FROM received WHERE day BETWEEN ?1 AND ?2"
                         " ORDER BY day DESC, number DESC LIMIT ?3");
  select.Bind(1, DayNumber(from));
  select.Bind(2, DayNumber(to));
  select.Bind(3, static_cast<std::int64_t>(most));
  std::vector<ReceivedReport> all;
  while (select.Step()) {
    Result<TlsReport> report = ParseReport(select.Text(0));
    if (!report) return Error{"a stored report can't be read: " + report.error()};
    all.push_back({std::move(report).value(), std::string(select.Text(1))});
  }
  if (!select.ok()) return Error{db_.LastError()};
  return all;
}

}  // namespace tlswarden
