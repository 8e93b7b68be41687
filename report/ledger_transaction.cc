#include "report/ledger_transaction.h"

#include <algorithm>
#include <vector>

#include "report/policy_text.h"

namespace tlswarden {
namespace {

// A step of removing. With batches of half a second the rows of a day with 100,000 domains are
// gone after some minutes of traffic, and no step takes more than a few milliseconds.
constexpr std::int64_t kDomainsAtOnce = 200;
constexpr std::int64_t kRowsAtOnce = 1000;

constexpr char kFindDomain[] =
    "SELECT tlsrpt_record = ?3 OR ?3 = '' FROM domain_day WHERE day = ?1 AND domain = ?2";
constexpr char kCountDomains[] = "SELECT count(*) FROM domain_day WHERE day = ?1";
constexpr char kInsertDomain[] =
    "INSERT INTO domain_day(day, domain, tlsrpt_record, plain, encrypted, authenticated, missing,"
    " last) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
constexpr char kAddToDomain[] =
    "UPDATE domain_day SET tlsrpt_record = CASE ?3 WHEN '' THEN tlsrpt_record ELSE ?3 END,"
    " plain = plain + ?4, encrypted = encrypted + ?5, authenticated = authenticated + ?6,"
    " missing = missing + ?7, last = max(last, ?8) WHERE day = ?1 AND domain = ?2";

constexpr char kAddToTally[] =
    "UPDATE tally SET successes = successes + ?4, failures = failures + ?5"
    " WHERE day = ?1 AND domain = ?2 AND policy = ?3";
constexpr char kCountTallies[] = "SELECT count(*) FROM tally WHERE day = ?1 AND domain = ?2";
constexpr char kInsertTally[] =
    "INSERT INTO tally(day, domain, policy, successes, failures) VALUES(?1, ?2, ?3, ?4, ?5)";

constexpr char kAddToFailure[] =
    "UPDATE failure SET sessions = sessions + ?11 WHERE day = ?1 AND domain = ?2 AND policy = ?3"
    " AND result_type = ?4 AND sending_mta_ip = ?5 AND receiving_mx_hostname = ?6"
    " AND receiving_mx_helo = ?7 AND receiving_ip = ?8 AND additional_information = ?9"
    " AND failure_reason_code = ?10";
constexpr char kCountFailures[] = "SELECT count(*) FROM failure WHERE day = ?1 AND domain = ?2";
constexpr char kInsertFailure[] =
    "INSERT INTO failure(day, domain, policy, result_type, sending_mta_ip, receiving_mx_hostname,"
    " receiving_mx_helo, receiving_ip, additional_information, failure_reason_code, sessions)"
    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";

constexpr char kFindPolicy[] = "SELECT id FROM policy WHERE text = ?1";
constexpr char kInsertPolicy[] = "INSERT INTO policy(text, last_day) VALUES(?1, ?2)";
constexpr char kTouchPolicy[] = "UPDATE policy SET last_day = ?2 WHERE id = ?1 AND last_day < ?2";
constexpr char kCountPolicies[] = "SELECT count(*) FROM policy";

constexpr char kDayBefore[] = "SELECT day FROM domain_day WHERE day < ?1 ORDER BY day DESC LIMIT 1";
constexpr char kOldDomains[] =
    "SELECT DISTINCT day, domain FROM tally WHERE day < ?1 ORDER BY day, domain LIMIT ?2";
constexpr char kRemoveTallies[] = "DELETE FROM tally WHERE day = ?1 AND domain = ?2";
constexpr char kRemoveFailures[] = "DELETE FROM failure WHERE day = ?1 AND domain = ?2";
constexpr char kRemoveDomainDays[] =
    "DELETE FROM domain_day WHERE (day, domain) IN"
    " (SELECT day, domain FROM domain_day WHERE day < ?1 LIMIT ?2)";
constexpr char kRemovePolicies[] =
    "DELETE FROM policy WHERE id IN (SELECT id FROM policy WHERE last_day < ?1 LIMIT ?2)";

constexpr std::int64_t kYoungest = INT64_MAX;

}  // namespace

LedgerTransaction::LedgerTransaction(const SqliteDb& db, const LedgerLimits& limits)
    : db_(db),
      limits_(limits),
      find_domain_(db, kFindDomain),
      count_domains_(db, kCountDomains),
      insert_domain_(db, kInsertDomain),
      add_to_domain_(db, kAddToDomain),
      add_to_tally_(db, kAddToTally),
      count_tallies_(db, kCountTallies),
      insert_tally_(db, kInsertTally),
      add_to_failure_(db, kAddToFailure),
      count_failures_(db, kCountFailures),
      insert_failure_(db, kInsertFailure),
      find_policy_(db, kFindPolicy),
      insert_policy_(db, kInsertPolicy),
      touch_policy_(db, kTouchPolicy),
      count_policies_(db, kCountPolicies),
      day_before_(db, kDayBefore),
      old_domains_(db, kOldDomains),
      remove_tallies_(db, kRemoveTallies),
      remove_failures_(db, kRemoveFailures),
      remove_domain_days_(db, kRemoveDomainDays),
      remove_policies_(db, kRemovePolicies) {}

bool LedgerTransaction::Put(const LedgerBatch::Place& place,
                            const LedgerBatch::Gathered& gathered) {
  const Row row{DayNumber(place.day), place.domain};
  if (!PutDomain(row, gathered)) return false;
  for (const PolicyTally& tally : gathered.tallies) {
    const std::int64_t policy = PutTally(row, tally);
    for (const FailureDetail& detail : tally.details) PutFailure(row, policy, detail);
  }
  return true;
}

bool LedgerTransaction::PutDomain(const Row& row, const LedgerBatch::Gathered& gathered) {
  const TlsCounts& tls = gathered.tls;
  const auto run = [&](SqliteStatement& statement) {
    Run(statement, row.day, row.domain, gathered.tlsrpt_record, tls.plain, tls.encrypted,
        tls.authenticated, tls.missing, Seconds(tls.last));
  };
  const auto same = Ask(find_domain_, row.day, row.domain, gathered.tlsrpt_record);
  if (same) {
    if (*same == 0 || !tls.empty()) run(add_to_domain_);
    return true;
  }
  auto count = domains_.find(row.day);
  if (count == domains_.end()) {
    count = domains_.emplace(row.day, Ask(count_domains_, row.day).value_or(0)).first;
  }
  if (count->second >= limits_.domains_a_day) return false;
  run(insert_domain_);
  ++count->second;
  return true;
}

// Returns the id of the policy that it counted for.
std::int64_t LedgerTransaction::PutTally(const Row& row, const PolicyTally& tally) {
  std::int64_t policy = PolicyId(row, tally.policy);
  if (AddToTally(row, policy, tally)) return policy;
  if (Ask(count_tallies_, row.day, row.domain).value_or(0) >= limits_.policies_a_domain_and_day) {
    policy = PolicyId(row, RestOf(tally.policy, row.domain));
    if (AddToTally(row, policy, tally)) return policy;
  }
  Run(insert_tally_, row.day, row.domain, policy, tally.successes, tally.failures);
  Run(touch_policy_, policy, row.day);
  return policy;
}

bool LedgerTransaction::AddToTally(const Row& row, std::int64_t policy, const PolicyTally& tally) {
  return Run(add_to_tally_, row.day, row.domain, policy, tally.successes, tally.failures) > 0;
}

void LedgerTransaction::PutFailure(const Row& row, std::int64_t policy,
                                   const FailureDetail& detail) {
  if (AddToFailure(row, policy, detail)) return;
  FailureDetail kept = detail;
  if (Ask(count_failures_, row.day, row.domain).value_or(0) >= limits_.rows_a_domain_and_day) {
    kept = RestOf(detail);
    if (AddToFailure(row, policy, kept)) return;
  }
  Run(insert_failure_, row.day, row.domain, policy, kept.result_type, kept.sending_mta_ip,
      kept.receiving_mx_hostname, kept.receiving_mx_helo, kept.receiving_ip,
      kept.additional_information, kept.failure_reason_code, kept.sessions);
}

bool LedgerTransaction::AddToFailure(const Row& row, std::int64_t policy,
                                     const FailureDetail& detail) {
  return Run(add_to_failure_, row.day, row.domain, policy, detail.result_type,
             detail.sending_mta_ip, detail.receiving_mx_hostname, detail.receiving_mx_helo,
             detail.receiving_ip, detail.additional_information, detail.failure_reason_code,
             detail.sessions) > 0;
}

// A new policy is kept while there is room; the few that take the rest always are.
std::int64_t LedgerTransaction::PolicyId(const Row& row, const ReportedPolicy& policy) {
  const std::string text = PolicyText(policy, row.domain);
  if (const auto id = Ask(find_policy_, text)) return *id;
  if (!policies_) policies_ = Ask(count_policies_);
  const ReportedPolicy rest = RestOf(policy, row.domain);
  if (policies_.value_or(0) >= limits_.policies && policy != rest) return PolicyId(row, rest);
  Run(insert_policy_, text, row.day);
  if (policies_) ++*policies_;
  return sqlite3_last_insert_rowid(db_.handle());
}

void LedgerTransaction::RemoveOld(std::int64_t today) {
  const std::optional<std::int64_t> present = PresentDay(today);
  if (!present) return;
  const std::int64_t oldest = *present - limits_.keep_days;
  std::vector<std::pair<std::int64_t, std::string>> old;
  old_domains_.Bind(1, oldest);
  old_domains_.Bind(2, kDomainsAtOnce);
  while (old_domains_.Step()) old.emplace_back(old_domains_.Number(0), old_domains_.Text(1));
  NoteError(old_domains_);
  old_domains_.Reset();
  for (const auto& [day, domain] : old) {
    Run(remove_failures_, day, domain);
    Run(remove_tallies_, day, domain);
  }
  // Its rows went with the days.
  if (old.empty()) Run(remove_policies_, oldest, kRowsAtOnce);
  const std::int64_t kept = std::max(limits_.keep_tls_days, limits_.keep_days);
  Run(remove_domain_days_, *present - kept, kRowsAtOnce);
}

// What the present day is taken to be: the clock's, unless the events are much older. Nothing:
// there are too few days to say.
std::optional<std::int64_t> LedgerTransaction::PresentDay(std::int64_t today) {
  std::int64_t day = kYoungest;
  for (int i = 0; i < 3; ++i) {
    const std::optional<std::int64_t> before = Ask(day_before_, day);
    if (!before) return std::nullopt;
    day = *before;
  }
  return std::min(today, day + 2);
}

// Returns how many rows it changed.
template <typename... Parameters>
std::int64_t LedgerTransaction::Run(SqliteStatement& statement, const Parameters&... parameters) {
  if (error_) return 0;
  statement.BindAll(parameters...);
  statement.Step();
  NoteError(statement);
  const std::int64_t changed = error_ ? 0 : sqlite3_changes(db_.handle());
  statement.Reset();
  return changed;
}

// The first column of the first row.
template <typename... Parameters>
std::optional<std::int64_t> LedgerTransaction::Ask(SqliteStatement& statement,
                                                   const Parameters&... parameters) {
  if (error_) return std::nullopt;
  statement.BindAll(parameters...);
  std::optional<std::int64_t> number;
  if (statement.Step()) number = statement.Number(0);
  NoteError(statement);
  statement.Reset();
  return number;
}

void LedgerTransaction::NoteError(const SqliteStatement& statement) {
  if (statement.ok() || error_) return;
  error_ = db_.LastError();
  corrupt_ = db_.IsCorrupt();
}

}  // namespace tlswarden
