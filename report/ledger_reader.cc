#include <algorithm>
#include <filesystem>
#include <map>
#include <string_view>
#include <utility>

#include "report/ledger.h"
#include "report/ledger_tables.h"
#include "report/policy_text.h"

namespace tlswarden {
namespace {

// ?3 is empty for all domains.
constexpr char kDomains[] = "SELECT DISTINCT domain FROM tally WHERE day = ?1 ORDER BY domain";
constexpr char kTallies[] =
    "SELECT policy, text, successes, failures FROM tally JOIN policy ON policy.id = tally.policy"
    " WHERE day = ?1 AND domain = ?2";
constexpr char kDetails[] =
    "SELECT policy, result_type, sending_mta_ip, receiving_mx_hostname, receiving_mx_helo,"
    " receiving_ip, additional_information, failure_reason_code, sessions FROM failure"
    " WHERE day = ?1 AND domain = ?2 ORDER BY sessions DESC, 2, 3, 4, 5, 6, 7, 8";
constexpr char kRecord[] = "SELECT tlsrpt_record FROM domain_day WHERE day = ?1 AND domain = ?2";
constexpr char kDayTotals[] =
    "SELECT day, sum(successes) AS s, sum(failures) AS f FROM tally WHERE day BETWEEN ?1 AND ?2"
    " AND (?3 = '' OR domain = ?3) GROUP BY day HAVING s + f > 0 ORDER BY day";
constexpr char kDomainTotals[] =
    "SELECT domain, sum(successes) AS s, sum(failures) AS f FROM tally WHERE day BETWEEN ?1 AND ?2"
    " GROUP BY domain HAVING s + f > 0 ORDER BY f DESC, s DESC, domain LIMIT ?3";
constexpr char kFailures[] =
    "SELECT result_type, receiving_mx_hostname, failure_reason_code, sum(sessions) AS n"
    " FROM failure WHERE day BETWEEN ?1 AND ?2 AND (?3 = '' OR domain = ?3)"
    " GROUP BY 1, 2, 3 ORDER BY n DESC, 1, 2, 3";
constexpr char kTlsDays[] =
    "SELECT domain, day, plain, encrypted, authenticated, missing, last FROM domain_day"
    " WHERE day >= ?1 AND plain + encrypted + authenticated + missing > 0 ORDER BY day, domain";

Result<SqliteDb> OpenFile(const std::string& path, bool unwritten) {
  return unwritten ? SqliteDb::OpenUnwritten(path) : SqliteDb::OpenToRead(path);
}

FailureDetail Detail(const SqliteStatement& row) {
  const auto text = [&](int column) { return std::string(row.Text(column)); };
  return {text(1), text(2), text(3), text(4), text(5), text(6), text(7), row.Number(8)};
}

}  // namespace

Result<LedgerReader> LedgerReader::Open(const std::string& path) {
  std::error_code failed;
  const auto status = std::filesystem::status(path, failed);
  if (!std::filesystem::exists(status)) {
    return Error{path + ": " + (failed ? failed.message() : "there is no such file (yet)")};
  }
  const bool unwritten = !SqliteDb::HasWriter(path);
  Result<SqliteDb> db = OpenFile(path, unwritten);
  if (!db) return Error{db.error()};
  LedgerReader reader(path, std::move(db).value(), unwritten);
  std::int64_t version = 0;
  const auto take = [&](const SqliteStatement& row) { version = row.Number(0); };
  if (const auto error = reader.Select("PRAGMA user_version", take)) return Error{*error};
  if (version == kLedgerSchema.version) return reader;
  return Error{path + ": it isn't a ledger of this version of tlswarden"};
}

Result<std::optional<LedgerReader>> LedgerReader::OpenIfThere(const std::string& path) {
  std::error_code unreadable;
  if (!std::filesystem::exists(path, unreadable) && !unreadable) {
    return std::optional<LedgerReader>();
  }
  Result<LedgerReader> opened = Open(path);
  if (!opened) return Error{opened.error()};
  return std::optional<LedgerReader>(std::move(opened).value());
}

// A file that nobody wrote is read without locks, so not beside a writer that has come since.
std::optional<std::string> LedgerReader::FollowTheWriter() {
  if (!unwritten_ || !SqliteDb::HasWriter(path_)) return std::nullopt;
  Result<SqliteDb> db = OpenFile(path_, false);
  if (!db) return db.error();
  db_ = std::move(db).value();
  unwritten_ = false;
  return std::nullopt;
}

template <typename Take, typename... Parameters>
std::optional<std::string> LedgerReader::Select(const char* sql, Take take,
                                                const Parameters&... parameters) {
  if (auto error = FollowTheWriter()) return error;
  SqliteStatement select(db_, sql);
  select.BindAll(parameters...);
  while (select.Step()) take(std::as_const(select));
  if (select.ok()) return std::nullopt;
  return path_ + ": " + db_.LastError();
}

Result<std::vector<std::string>> LedgerReader::Domains(Day day) {
  std::vector<std::string> domains;
  const auto take = [&](const SqliteStatement& row) { domains.emplace_back(row.Text(0)); };
  if (auto error = Select(kDomains, take, DayNumber(day))) return Error{*std::move(error)};
  return domains;
}

Result<std::vector<PolicyTally>> LedgerReader::Tallies(Day day, const std::string& domain) {
  std::map<std::int64_t, PolicyTally> by_policy;
  std::optional<std::string> damage;
  const auto take = [&](const SqliteStatement& row) {
    Result<ReportedPolicy> policy = ParsePolicyText(row.Text(1), domain);
    if (!policy) damage = path_ + ": " + policy.error();
    if (policy) {
      by_policy[row.Number(0)] = {std::move(policy).value(), row.Number(2), row.Number(3), {}};
    }
  };
  if (auto error = Select(kTallies, take, DayNumber(day), domain)) return Error{*std::move(error)};
  if (damage) return Error{*std::move(damage)};
  const auto take_detail = [&](const SqliteStatement& row) {
    // The writer may have added a policy between the two questions; it is seen the next time.
    const auto tally = by_policy.find(row.Number(0));
    if (tally != by_policy.end()) tally->second.details.push_back(Detail(row));
  };
  auto error = Select(kDetails, take_detail, DayNumber(day), domain);
  if (error) return Error{*std::move(error)};
  std::vector<PolicyTally> tallies;
  for (auto& [id, tally] : by_policy) tallies.push_back(std::move(tally));
  std::sort(tallies.begin(), tallies.end());
  return tallies;
}

Result<std::string> LedgerReader::TlsrptRecord(Day day, const std::string& domain) {
  std::string record;
  const auto take = [&](const SqliteStatement& row) { record = row.Text(0); };
  if (auto error = Select(kRecord, take, DayNumber(day), domain)) return Error{*std::move(error)};
  return record;
}

Result<std::vector<DayTotal>> LedgerReader::DayTotals(Day from, Day to, const std::string& domain) {
  std::vector<DayTotal> totals;
  const auto take = [&](const SqliteStatement& row) {
    totals.push_back({DayFromNumber(row.Number(0)), row.Number(1), row.Number(2)});
  };
  auto error = Select(kDayTotals, take, DayNumber(from), DayNumber(to), domain);
  if (error) return Error{*std::move(error)};
  return totals;
}

Result<std::vector<DomainTotal>> LedgerReader::DomainTotals(Day from, Day to, std::size_t most) {
  std::vector<DomainTotal> totals;
  const auto take = [&](const SqliteStatement& row) {
    totals.push_back({std::string(row.Text(0)), row.Number(1), row.Number(2)});
  };
  const auto limit = static_cast<std::int64_t>(std::min<std::size_t>(most, INT64_MAX));
  auto error = Select(kDomainTotals, take, DayNumber(from), DayNumber(to), limit);
  if (error) return Error{*std::move(error)};
  return totals;
}

Result<std::vector<FailureDetail>> LedgerReader::Failures(Day from, Day to,
                                                          const std::string& domain) {
  std::vector<FailureDetail> failures;
  std::map<std::string, std::size_t, std::less<>> place;
  const auto take = [&](const SqliteStatement& row) {
    const auto [found, first] = place.try_emplace(std::string(row.Text(0)), failures.size());
    if (first) {
      FailureDetail& detail = failures.emplace_back();
      detail.result_type = row.Text(0);
      detail.receiving_mx_hostname = row.Text(1);
      detail.failure_reason_code = row.Text(2);
      detail.sessions = 0;
    }
    failures[found->second].sessions += row.Number(3);
  };
  auto error = Select(kFailures, take, DayNumber(from), DayNumber(to), domain);
  if (error) return Error{*std::move(error)};
  std::stable_sort(failures.begin(), failures.end(),
                   [](const auto& a, const auto& b) { return a.sessions > b.sessions; });
  return failures;
}

Result<std::vector<TlsDay>> LedgerReader::TlsDays(Day from) {
  std::vector<TlsDay> days;
  const auto take = [&](const SqliteStatement& row) {
    days.push_back({std::string(row.Text(0)), DayFromNumber(row.Number(1)), row.Number(2),
                    row.Number(3), row.Number(4), row.Number(5), FromSeconds(row.Number(6))});
  };
  if (auto error = Select(kTlsDays, take, DayNumber(from))) return Error{*std::move(error)};
  return days;
}

}  // namespace tlswarden
