// Ledger: counts TlsEvents for each UTC day, domain, policy and kind of failure in a SQLite file;
// no row for an event.
//
// A thread of its own writes, within a second. One writer a file; readers in any process.
#ifndef TLSWARDEN_REPORT_LEDGER_H_
#define TLSWARDEN_REPORT_LEDGER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cache/sqlite.h"
#include "policy/result.h"
#include "report/ledger_limits.h"
#include "report/tls_event.h"
#include "report/tls_report.h"

namespace tlswarden {

// Since the start.
struct LedgerCounts {
  std::uint64_t events = 0;  // that were added
  std::uint64_t lost = 0;    // of these: not in the file, nor will they be
  bool operator==(const LedgerCounts&) const = default;
};

// The day of an event is the UTC day of its `at`. Where that is more than two days away from the
// clock's day it is nonsense (a log line without a year, a clock that isn't set yet), and the event
// counts for the clock's day.
//
// Days are removed by the clock, too, but only as far as the events bear it out: the present day is
// taken to be at most two days after the third youngest day with events. So a clock that is years
// ahead for less than two days costs the two oldest days at most, and one that is back nothing.
//
// A killed process loses what came within the last second, a power cut what came since SQLite's
// last checkpoint. When the disk is full, events go on being merged in memory (LedgerLimits) and
// are written once there is room again. A damaged file is moved aside, and a new one begun.
class Ledger {
 public:
  // `complain` is called by the ledger's thread, once until the file can be written again, and for
  // a damaged file. The clock is called by any thread. The file is made with the first event.
  Ledger(std::string path, std::function<void(const std::string&)> complain,
         std::function<Time()> clock, LedgerLimits limits = {});
  ~Ledger();

  // Thread-safe; merges in memory and doesn't wait for the disk. Texts are cut off at 1000 octets.
  // An event without a domain is lost.
  void Add(TlsEvent event);

  // Thread-safe. Returns when all that was added before is in the file, or couldn't be written.
  void Flush();

  // Thread-safe.
  LedgerCounts counts() const;

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

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

// A domain's sessions of one day by how far their TLS came (TlsReached, StarttlsWasMissing).
struct TlsDay {
  std::string domain;
  Day day{};
  std::int64_t plain = 0;
  std::int64_t encrypted = 0;
  std::int64_t authenticated = 0;
  std::int64_t missing = 0;
  Time last{};
};

// What the file holds. For one thread at a time, in any process, while the ledger writes or not;
// sees what is written after Open. Changes nothing, makes no file. Errors: SQLite's text, with the
// path.
class LedgerReader {
 public:
  // Errors: also when there is no file yet, or it isn't a ledger's.
  static Result<LedgerReader> Open(const std::string& path);

  // The same, but nothing when there is no file: it is made when there is something to count.
  static Result<std::optional<LedgerReader>> OpenIfThere(const std::string& path);

  // The domains of a day that have something to report, in order.
  Result<std::vector<std::string>> Domains(Day day);
  // By policy; the details with most sessions first.
  Result<std::vector<PolicyTally>> Tallies(Day day, const std::string& domain);
  // As the last event of that day had it; empty: no event had one.
  Result<std::string> TlsrptRecord(Day day, const std::string& domain);

  // Both ends count. Of all domains, or of one. Days without sessions aren't there.
  Result<std::vector<DayTotal>> DayTotals(Day from, Day to, const std::string& domain = "");
  // The most failures first, then the most sessions.
  Result<std::vector<DomainTotal>> DomainTotals(Day from, Day to, std::size_t most);
  // By result type; the most sessions first. receiving_mx_hostname and failure_reason_code are
  // those of the most frequent.
  Result<std::vector<FailureDetail>> Failures(Day from, Day to, const std::string& domain = "");

  // By day, then domain.
  Result<std::vector<TlsDay>> TlsDays(Day from);

 private:
  LedgerReader(std::string path, SqliteDb db, bool unwritten)
      : path_(std::move(path)), db_(std::move(db)), unwritten_(unwritten) {}

  // Calls take(statement) for each row. What went wrong, or nothing.
  template <typename Take, typename... Parameters>
  std::optional<std::string> Select(const char* sql, Take take, const Parameters&... parameters);
  std::optional<std::string> FollowTheWriter();

  std::string path_;
  SqliteDb db_;
  bool unwritten_;  // nobody wrote the file when it was opened
};

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_LEDGER_H_
