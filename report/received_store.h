// ReceivedStore: the reports that others sent about our domains, in a SQLite file: each once, and
// which failures are new.
//
// For one thread at a time, in any process. Whoever knows the address of a `rua` can send reports:
// the file is bounded in rows and octets, and what came first goes first.
#ifndef TLSWARDEN_REPORT_RECEIVED_STORE_H_
#define TLSWARDEN_REPORT_RECEIVED_STORE_H_

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cache/sqlite.h"
#include "policy/record.h"
#include "policy/result.h"
#include "policy/time.h"
#include "report/report_reader.h"
#include "report/self_report.h"
#include "report/tls_report.h"

namespace tlswarden {

struct ReceivedLimits {
  std::chrono::days keep{400};  // since a report came, or a kind of failure was last seen
  std::int64_t reports = 20000;
  std::int64_t octets = 256 << 20;     // of all reports as JSON
  std::int64_t octets_each = 4 << 20;  // a larger report isn't kept
  std::int64_t kinds_of_failure = 20000;
  std::chrono::days keep_self{1};  // since a report to ourselves was sent
  std::int64_t self_reports = 20;
};

struct FailureKind {
  std::string policy_domain;
  std::string result_type;
  std::string organization;
  auto operator<=>(const FailureKind&) const = default;
};

struct Storing {
  bool is_duplicate = false;  // the organization's report of that id is there; nothing was changed
  std::vector<FailureKind> new_failures;  // that weren't stored before; for one log line each
};

class ReceivedStore {
 public:
  // Opens or makes the file; what is damaged is moved aside (sqlite_file.h). Errors: SQLite's text
  // with the path.
  static Result<ReceivedStore> Open(const std::string& path, RecordSink& sink, Time now,
                                    ReceivedLimits limits = {});
  // To list only. Errors: the file is missing or can't be read.
  static Result<ReceivedStore> OpenToRead(const std::string& path);

  // All or nothing. A report is known by organization-name and report-id; one without an id by its
  // first day and its policies' domains. Errors: too large, or SQLite's text.
  Result<Storing> Add(const ReceivedReport& received, Time now);

  // The kinds of failure in the report that no report stored before had, each once, in order.
  // Details of no sessions count for nothing.
  Result<std::vector<FailureKind>> NewFailures(const TlsReport& report);

  // Reports to ourselves (self_report.h) aren't kept, only what became of them, and this not for
  // long. Expect: before it is sent. Errors: SQLite's text.
  std::optional<std::string> ExpectSelfReport(const std::string& id, Time now);
  // Nothing: none of that id is expected, so it is a stranger's.
  Result<std::optional<SelfReport>> FindSelfReport(const std::string& id, Time now);
  // The first time counts. Errors: SQLite's text.
  std::optional<std::string> SelfReportCame(const std::string& id,
                                            const std::vector<DkimSignature>& signatures, Time now);

  // The reports that begin on one of these days (UTC; both ends count), the latest first.
  Result<std::vector<ReceivedReport>> List(Day from, Day to, std::size_t most);

 private:
  ReceivedStore(SqliteDb db, ReceivedLimits limits) : db_(std::move(db)), limits_(limits) {}
  std::optional<std::string> Insert(const ReceivedReport& received, const std::string& body,
                                    Time now);
  std::optional<std::string> Trim(Time now);
  Result<Storing> AddWithin(const ReceivedReport& received, const std::string& body, Time now);

  SqliteDb db_;
  ReceivedLimits limits_;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_RECEIVED_STORE_H_
