// Ledger: counts TlsEvents for each UTC day, domain, policy and kind of failure in a SQLite file;
// no row for an event.
//
// Thread-safe. A thread of its own writes, within a second; nobody else touches the disk.
#ifndef TLSWARDEN_REPORT_LEDGER_H_
#define TLSWARDEN_REPORT_LEDGER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "cache/sqlite.h"
#include "policy/result.h"
#include "report/tls_event.h"
#include "report/tls_report.h"

namespace tlswarden {

struct DayTotal {
  Day day{};
  std::int64_t successes = 0;
  std::int64_t failures = 0;
};

struct DomainTotal {
  std::string domain;
  std::int64_t successes = 0;
  std::int64_t failures = 0;
};

// A domain's sessions of one day by how far their TLS came.
struct TlsDay {
  std::string domain;
  Day day{};
  std::int64_t plain = 0;
  std::int64_t encrypted = 0;
  std::int64_t authenticated = 0;
  Time last{};
};

// What the file holds. For one thread at a time, in any process. Errors: SQLite's text.
class LedgerReader {
 public:
  static Result<LedgerReader> Open(const std::string& path);

  // The domains of a day that have something to report, in order.
  Result<std::vector<std::string>> Domains(Day day);
  Result<std::vector<PolicyTally>> Tallies(Day day, const std::string& domain);
  // As the last event of that day had it; empty: no event had one.
  Result<std::string> TlsrptRecord(Day day, const std::string& domain);

  // Both ends count. Of all domains, or of one.
  Result<std::vector<DayTotal>> DayTotals(Day from, Day to, const std::string& domain = "");
  // The most failures first, then the most sessions.
  Result<std::vector<DomainTotal>> DomainTotals(Day from, Day to, std::size_t most);
  // By result type; the most sessions first. receiving_mx_hostname and failure_reason_code are
  // those of the most frequent.
  Result<std::vector<FailureDetail>> Failures(Day from, Day to, const std::string& domain = "");

  Result<std::vector<TlsDay>> TlsDays(Day from);

 private:
  explicit LedgerReader(SqliteDb db) : db_(std::move(db)) {}
  SqliteDb db_;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_LEDGER_H_
