// ReportMaker: finds the reports that are due, asks whether their domain wants them, and puts them
// into the queue as they will be sent.
//
// For one thread at a time. Ledger, DNS and composition are functions, so that tests need none.
#ifndef TLSWARDEN_REPORT_REPORT_MAKER_H_
#define TLSWARDEN_REPORT_REPORT_MAKER_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "policy/record.h"
#include "policy/report_destination.h"
#include "policy/result.h"
#include "report/report_queue.h"
#include "report/schedule.h"
#include "report/tls_report.h"

namespace tlswarden {

struct MakerOptions {
  std::string organization_name;
  std::string contact_info;  // a plain address; its domain is the submitter (RFC 8460 section 5.3)
  std::uint64_t seed = 0;    // the queue's, too
  SendTimes times;
};

struct MakerDoors {
  // As LedgerReader has them.
  std::function<Result<std::vector<std::string>>(Day)> domains;
  std::function<Result<std::vector<PolicyTally>>(Day, const std::string& domain)> tallies;
  std::function<Result<std::string>(Day, const std::string& domain)> seen_record;
  // All TXT records of a name, the strings of each joined. Blocks, in bounded time. No record and
  // no such name are an answer, and empty; an error is what may be otherwise in a while.
  std::function<Result<std::vector<std::string>>(const std::string& name)> lookup;
  // The report as it is sent: JSON, gzipped. Errors: it can't be written or is too large.
  std::function<Result<std::string>(const TlsReport&)> compose;
  std::function<void(Notice)> log;
};

// What a domain publishes about reports.
struct RecordAnswer {
  std::vector<ReportDestination> destinations;
  std::string why;     // there are none
  bool later = false;  // … for now: nobody knows
};

// What would be sent.
struct ReportPreview {
  Day day{};
  std::string domain;
  Time due{};
  RecordAnswer record;
  std::int64_t successes = 0;
  std::int64_t failures = 0;
};

class ReportMaker {
 public:
  // The queue must outlive it.
  ReportMaker(ReportQueue& queue, MakerOptions options, MakerDoors doors);

  // Makes one report that is due, or learns why there is none. False: nothing is due. Errors: the
  // ledger or the queue; the same report is tried again then.
  //
  // The record is that of now: who has taken it back wants no report any more, and addresses
  // change. Where DNS has no answer, the one that the MTA saw that day will do. A report that was
  // made keeps its targets.
  Result<bool> MakeNext(Time now);

  // When MakeNext has something to do again, as far as it is known. After a MakeNext.
  Time NextDue() const;

  // How often MakeNext made nothing, since nobody knew whether the domain wants a report.
  std::size_t put_off() const { return put_off_; }

  // What MakeNext would do at `now`, at most `most` of it; changes nothing.
  Result<std::vector<ReportPreview>> Preview(Time now, std::size_t most);

 private:
  struct Entry {
    Time due{};
    Day day{};
    std::string domain;
    Attempts attempts;  // to get the record
  };

  ReportQueue::Problem MakePlan(Time now);
  ReportQueue::Problem PlanDay(Day day, Time now);
  RecordAnswer AskRecord(Day day, const std::string& domain) const;
  ReportQueue::Problem Make(const Entry& entry, Time now);
  ReportQueue::Problem PutOff(const Entry& entry, const std::string& why, Time now);
  ReportQueue::Problem Drop(const Entry& entry, ReportState state, const std::string& why);
  void Log(Notice::Level level, const Entry& entry, const std::string& what) const;
  TlsReport ReportOf(const Entry& entry, std::vector<PolicyTally> policies) const;

  ReportQueue& queue_;
  const MakerOptions options_;
  const MakerDoors doors_;
  std::vector<Entry> plan_;  // the next one last
  std::optional<Time> planned_;
  std::size_t put_off_ = 0;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_REPORT_MAKER_H_
