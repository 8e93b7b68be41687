// LedgerTransaction: the statements that put one batch into the ledger's tables.
//
// For one thread; used by LedgerFile between BEGIN and COMMIT. After an error it does nothing more.
#ifndef TLSWARDEN_REPORT_LEDGER_TRANSACTION_H_
#define TLSWARDEN_REPORT_LEDGER_TRANSACTION_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "cache/sqlite.h"
#include "report/ledger_batch.h"
#include "report/ledger_limits.h"

namespace tlswarden {

class LedgerTransaction {
 public:
  // Both must outlive it.
  LedgerTransaction(const SqliteDb& db, const LedgerLimits& limits);

  // False: the domain is one too many for its day.
  bool Put(const LedgerBatch::Place& place, const LedgerBatch::Gathered& gathered);

  // A step of it: some rows of days that are older than the limits say.
  void RemoveOld(std::int64_t today);

  const std::optional<std::string>& error() const { return error_; }
  bool corrupt() const { return corrupt_; }

 private:
  struct Row {  // of a domain's day
    std::int64_t day = 0;
    const std::string& domain;
  };

  bool PutDomain(const Row& row, const LedgerBatch::Gathered& gathered);
  std::int64_t PutTally(const Row& row, const PolicyTally& tally);
  bool AddToTally(const Row& row, std::int64_t policy, const PolicyTally& tally);
  void PutFailure(const Row& row, std::int64_t policy, const FailureDetail& detail);
  bool AddToFailure(const Row& row, std::int64_t policy, const FailureDetail& detail);
  std::int64_t PolicyId(const Row& row, const ReportedPolicy& policy);
  std::optional<std::int64_t> PresentDay(std::int64_t today);
  void RemoveDomain(const Row& row);

  template <typename... Parameters>
  std::int64_t Run(SqliteStatement& statement, const Parameters&... parameters);
  template <typename... Parameters>
  std::optional<std::int64_t> Ask(SqliteStatement& statement, const Parameters&... parameters);
  void NoteError(const SqliteStatement& statement);

  const SqliteDb& db_;
  const LedgerLimits& limits_;
  std::optional<std::string> error_;
  bool corrupt_ = false;
  std::map<std::int64_t, std::int64_t> domains_;  // of a day
  std::optional<std::int64_t> policies_;

  SqliteStatement find_domain_, count_domains_, insert_domain_, add_to_domain_;
  SqliteStatement add_to_tally_, count_tallies_, insert_tally_;
  SqliteStatement add_to_failure_, count_failures_, insert_failure_;
  SqliteStatement find_policy_, insert_policy_, touch_policy_, count_policies_;
  SqliteStatement day_before_, old_domains_, remove_tallies_, remove_failures_;
  SqliteStatement remove_domain_days_, remove_policies_;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_LEDGER_TRANSACTION_H_
