#include "report/ledger_file.h"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include "policy/record.h"
#include "report/ledger_tables.h"
#include "report/ledger_transaction.h"

namespace tlswarden {
namespace {

class NoticeTexts : public RecordSink {
 public:
  explicit NoticeTexts(const std::function<void(const std::string&)>& take) : take_(take) {}
  void Write(Record record) override {
    if (const auto* notice = std::get_if<Notice>(&record)) take_(notice->text);
  }

 private:
  const std::function<void(const std::string&)>& take_;
};

// In the order of the tables: neighbours share pages.
std::vector<const LedgerBatch::Places::value_type*> InOrder(const LedgerBatch& batch) {
  std::vector<const LedgerBatch::Places::value_type*> places;
  places.reserve(batch.places().size());
  for (const auto& place : batch.places()) places.push_back(&place);
  std::sort(places.begin(), places.end(),
            [](const auto* a, const auto* b) { return a->first < b->first; });
  return places;
}

}  // namespace

LedgerFile::Outcome LedgerFile::Write(const LedgerBatch& batch, Time now) {
  Outcome outcome;
  if (!db_) outcome.error = Open(now);
  if (outcome.error) return outcome;
  bool corrupt = false;
  outcome = WriteAll(batch, now, corrupt);
  if (!outcome.error) return outcome;
  outcome = {path_ + ": " + *outcome.error, 0};
  db_.reset();  // opened anew: the file may have been moved away meanwhile
  NoticeTexts notices(complain_);
  if (corrupt) MoveSqliteFileAside(path_, "ledger " + *outcome.error, notices, now);
  return outcome;
}

LedgerFile::Outcome LedgerFile::WriteAll(const LedgerBatch& batch, Time now, bool& corrupt) {
  Outcome outcome;
  SqliteTransaction transaction(*db_);
  outcome.error = transaction.error();
  if (outcome.error) return outcome;
  LedgerTransaction rows(*db_, limits_);
  for (const auto* place : InOrder(batch)) {
    if (!rows.Put(place->first, place->second)) outcome.lost += place->second.events;
    if (rows.error()) break;
  }
  rows.RemoveOld(DayNumber(DayOf(now)));
  outcome.error = rows.error();
  corrupt = rows.corrupt();
  if (!outcome.error) outcome.error = transaction.Commit();
  return outcome;
}

std::optional<std::string> LedgerFile::Open(Time now) {
  NoticeTexts notices(complain_);
  Result<SqliteDb> db = OpenSqliteFile(path_, kLedgerSchema, notices, now);
  if (!db) return db.error();
  db_ = std::move(db).value();
  return std::nullopt;
}

}  // namespace tlswarden
