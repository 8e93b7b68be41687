#include "report/would_ledger.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

namespace tlswarden {
namespace {

// No WAL: whoever reads may lack the right to make the files beside it.
constexpr char kSchema[] =
    "PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-256;"
    "CREATE TABLE IF NOT EXISTS would(day INTEGER NOT NULL, direction TEXT NOT NULL,"
    " domain TEXT NOT NULL, rule TEXT NOT NULL, result_type TEXT NOT NULL, would TEXT NOT NULL,"
    " because TEXT NOT NULL, count INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,"
    " UNIQUE(day, direction, domain, rule, result_type, would, because));";

constexpr char kInsert[] =
    "INSERT INTO would(day, direction, domain, rule, result_type, would, because, count, first,"
    " last) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
    " ON CONFLICT(day, direction, domain, rule, result_type, would, because) DO UPDATE SET"
    " count = count + ?8, first = min(first, ?9), last = max(last, ?10)";

constexpr char kSumUp[] =
    "SELECT direction, domain, rule, result_type, would, because, sum(count), min(first), max(last)"
    " FROM would GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 7 DESC, 9 DESC, 2, 3, 4 LIMIT ?1";

std::int64_t Counted(const SqliteDb& db, const char* sql, std::int64_t parameter) {
  SqliteStatement statement(db, sql);
  statement.Bind(1, parameter);
  return statement.Step() ? statement.Number(0) : 0;
}

}  // namespace

WouldLedger::WouldLedger(std::string path, std::function<void(const std::string&)> complain,
                         WouldLimits limits)
    : path_(std::move(path)),
      limits_(limits),
      writer_({.write = [this](const Batch& batch) { return Write(batch); },
               .put_back = PutBack,
               .complain = std::move(complain)}) {}

void WouldLedger::Add(WouldKey key, Time now) {
  std::pair<Day, WouldKey> place(DayOf(now), std::move(key));
  writer_.Gather([&](Batch& waiting) {
    if (waiting.size() >= kMostWaitingWouldKeys && !waiting.contains(place)) return;
    Count& count = waiting[std::move(place)];
    if (count.count++ == 0) count.first = now;
    count.last = now;
  });
}

void WouldLedger::Flush() { writer_.Flush(); }

void WouldLedger::PutBack(Batch failed, Batch& waiting) {
  for (auto& [place, count] : failed) {
    if (waiting.size() >= kMostWaitingWouldKeys && !waiting.contains(place)) continue;
    Count& later = waiting[place];
    later.first = count.first;
    later.last = std::max(later.last, count.last);
    later.count += count.count;
  }
}

std::optional<std::string> WouldLedger::Open() {
  Result<SqliteDb> db = SqliteDb::Open(path_);
  if (!db) return db.error();
  SqliteDb opened = std::move(db).value();
  if (const auto error = opened.Execute(kSchema)) return path_ + ": " + *error;
  db_ = std::move(opened);
  return std::nullopt;
}

std::optional<std::string> WouldLedger::Write(const Batch& batch) {
  if (!db_) {
    if (auto error = Open()) return error;
  }
  const std::optional<std::string> error = WriteAll(batch);
  if (!error) return std::nullopt;
  db_.reset();  // opened anew: the file may have been moved away meanwhile
  return path_ + ": " + *error;
}

std::optional<std::string> WouldLedger::WriteAll(const Batch& batch) {
  SqliteTransaction transaction(*db_);
  if (transaction.error()) return transaction.error();
  std::set<Day> days;
  SqliteStatement insert(*db_, kInsert);
  for (const auto& [place, count] : batch) {
    const auto& [day, key] = place;
    insert.BindAll(DayNumber(day), key.direction, key.domain, key.rule, key.result_type, key.would,
                   key.because, count.count, Seconds(count.first), Seconds(count.last));
    insert.Step();
    if (!insert.ok()) return db_->LastError();
    insert.Reset();
    days.insert(day);
  }
  for (const Day day : days) Trim(day);
  return transaction.Commit();
}

void WouldLedger::Trim(Day day) {
  const std::int64_t today =
      Counted(*db_, "SELECT count(*) FROM would WHERE day = ?1", DayNumber(day));
  if (today > limits_.a_day) {
    SqliteStatement least(*db_,
                          "DELETE FROM would WHERE rowid IN (SELECT rowid FROM would WHERE day = ?1"
                          " ORDER BY count, last LIMIT ?2)");
    least.Bind(1, DayNumber(day));
    least.Bind(2, today - limits_.a_day);
    least.Step();
  }
  const std::int64_t all = Counted(*db_, "SELECT count(*) FROM would WHERE ?1 = ?1", 0);
  if (all <= limits_.in_all) return;
  SqliteStatement least(*db_,
                        "DELETE FROM would WHERE rowid IN (SELECT rowid FROM would"
                        " ORDER BY count, last LIMIT ?1)");
  least.Bind(1, all - limits_.in_all);
  least.Step();
}

Result<std::vector<WouldRow>> ReadWouldLedger(const std::string& path, std::size_t most) {
  Result<SqliteDb> db = SqliteDb::OpenToRead(path);
  if (!db) return Error{db.error()};
  SqliteStatement select(*db, kSumUp);
  select.Bind(1, static_cast<std::int64_t>(most));
  std::vector<WouldRow> rows;
  while (select.Step()) {
    const auto text = [&](int column) { return std::string(select.Text(column)); };
    rows.push_back({{text(0), text(1), text(2), text(3), text(4), text(5)},
                    select.Number(6),
                    FromSeconds(select.Number(7)),
                    FromSeconds(select.Number(8))});
  }
  if (!select.ok()) return Error{path + ": " + db->LastError()};
  return rows;
}

}  // namespace tlswarden
