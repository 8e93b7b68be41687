// ReceivedStore's part for reports to ourselves.
#include <algorithm>
#include <string_view>

#include "report/received_store.h"

namespace tlswarden {
namespace {

// "example.com sel1\n" for each; neither has a blank.
std::string Packed(const std::vector<DkimSignature>& signatures) {
  std::string text;
  for (const DkimSignature& each : signatures) text += each.domain + ' ' + each.selector + '\n';
  return text;
}

std::vector<DkimSignature> Unpacked(std::string_view text) {
  std::vector<DkimSignature> signatures;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const std::size_t blank = std::min(line.find(' '), line.size());
    const std::size_t selector = std::min(blank + 1, line.size());
    signatures.push_back({std::string(line.substr(0, blank)), std::string(line.substr(selector))});
  }
  return signatures;
}

}  // namespace

std::optional<std::string> ReceivedStore::ExpectSelfReport(const std::string& id, Time now) {
  SqliteTransaction transaction(db_);
  if (transaction.error()) return transaction.error();
  SqliteStatement insert(db_, "INSERT OR REPLACE INTO self_report VALUES(?1, ?2, NULL, '')");
  insert.BindAll(id, Seconds(now));
  insert.Step();
  if (!insert.ok()) return db_.LastError();
  SqliteStatement trim(db_,
                       "DELETE FROM self_report WHERE sent NOT BETWEEN ?1 AND ?2 OR id NOT IN"
                       " (SELECT id FROM self_report ORDER BY sent DESC, rowid DESC LIMIT ?3)");
  trim.BindAll(Seconds(now - limits_.keep_self), Seconds(now), limits_.self_reports);
  trim.Step();
  if (!trim.ok()) return db_.LastError();
  return transaction.Commit();
}

Result<std::optional<SelfReport>> ReceivedStore::FindSelfReport(const std::string& id, Time now) {
  SqliteStatement select(db_,
                         "SELECT sent, came, came IS NULL, signatures FROM self_report"
                         " WHERE id = ?1 AND sent >= ?2");
  select.BindAll(id, Seconds(now - limits_.keep_self));
  std::optional<SelfReport> found;
  if (select.Step()) {
    found.emplace();
    found->sent = FromSeconds(select.Number(0));
    if (select.Number(2) == 0) found->came = FromSeconds(select.Number(1));
    found->signatures = Unpacked(select.Text(3));
  }
  if (!select.ok()) return Error{db_.LastError()};
  return found;
}

std::optional<std::string> ReceivedStore::SelfReportCame(
    const std::string& id, const std::vector<DkimSignature>& signatures, Time now) {
  SqliteStatement update(db_,
                         "UPDATE self_report SET came = ?2, signatures = ?3"
                         " WHERE id = ?1 AND came IS NULL");
  update.BindAll(id, Seconds(now), Packed(signatures));
  update.Step();
  if (update.ok()) return std::nullopt;
  return db_.LastError();
}

}  // namespace tlswarden
