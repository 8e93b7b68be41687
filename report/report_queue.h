// ReportQueue: which reports were made, for whom, and how far each of their targets has come, in an
// SQLite file of its own.
//
// For one thread at a time; several processes may have the file open. Each change is on the disk
// when its call returns (synchronous=FULL).
//
// The order that keeps a report from being sent twice or never, whenever the process dies:
//   1. Add: the report's octets, its id and all its targets, in one transaction. Before it nothing
//      has left, and the report is made anew; after it, nobody makes another for that day and
//      domain.
//   2. Claim: before anything leaves, the target's next try is put into the future. Whoever dies
//      then has not sent, or has: the target is tried again at that time.
//   3. Finish: what came of it.
// The one gap is between the peer's acceptance and Finish: the peer then gets the very same octets
// with the same report-id again, which RFC 8460 section 5.3 has for dropping duplicates.
#ifndef TLSWARDEN_REPORT_REPORT_QUEUE_H_
#define TLSWARDEN_REPORT_REPORT_QUEUE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cache/sqlite.h"
#include "policy/record.h"
#include "policy/report_destination.h"
#include "policy/result.h"
#include "report/schedule.h"
#include "report/tls_report.h"

namespace tlswarden {

// Numbers are those of the file.
enum class ReportState {
  kLooking = 0,   // the domain's record couldn't be asked for; later
  kMade = 1,      // its targets tell the rest
  kNoRecord = 2,  // the domain wants no report of that day, or none that we can send
  kDropped = 3,   // given up before it was made
};

enum class TargetState { kWaiting = 0, kSent = 1, kGivenUp = 2 };

struct QueuedReport {
  Day day{};
  std::string domain;
  std::string report_id;
  Time made{};
  std::int64_t successes = 0;  // sessions
  std::int64_t failures = 0;
  std::string octets;  // what is sent; empty when nobody waits for it any more
};

struct QueuedTarget {
  ReportDestination destination;
  TargetState state = TargetState::kWaiting;
  Attempts attempts;
  std::string last_error;
};

// A try that may begin.
struct Claim {
  QueuedReport report;
  QueuedTarget target;
};

// What is known of a domain's report of a day.
struct ReportNote {
  ReportState state = ReportState::kLooking;
  Attempts attempts;  // to get its record
  std::string why;    // kNoRecord, kDropped, kLooking
};

// What shares the fate of a target when it can't be reached: "host:port" of an https URI, "" for
// all mail, which goes to one relay.
std::string PeerOf(const ReportDestination& destination);

// How many days are kept, of those that have reports: the newest ones by date. The clock has no
// say, or one that is ahead for an hour would have everything sent again. More than kMostDaysBack.
inline constexpr int kKeptReportDays = 14;

// Errors: the text of SQLite, with the path. Nothing has changed then.
class ReportQueue {
 public:
  using Problem = std::optional<std::string>;

  // As OpenSqliteFile (cache/sqlite_file.h). `seed` as in schedule.h.
  static Result<ReportQueue> Open(const std::string& path, std::uint64_t seed, RecordSink& sink,
                                  Time now);
  // For listings, beside a daemon or not; nothing is changed, and no file made. Where there is no
  // file it is as if one had just been made.
  static Result<ReportQueue> OpenToRead(const std::string& path, std::uint64_t seed,
                                        RecordSink& sink, Time now);

  // The first day that is reported: the day before the queue began. A queue that was lost must not
  // send a week's reports again, nor one that is new.
  Result<Day> Since(Time now);

  // The domains of a day that are known; ReportNote::attempts only with kLooking.
  Result<std::map<std::string, ReportNote>> Notes(Day day);

  // False: there is one already. REQUIRES: targets, each once.
  Result<bool> Add(const QueuedReport& report, const std::vector<ReportDestination>& targets);

  // A state other than kMade; a report that was made stays so.
  Problem Note(Day day, const std::string& domain, const ReportNote& note);

  // A target that is due, of those that were tried least; its next try is set. Nothing: none is.
  Result<std::optional<Claim>> ClaimNext(Time now, const SendTimes& times = {});

  // What ClaimNext would give, one after another; at most `most`. Without octets.
  Result<std::vector<Claim>> Waiting(Time now, std::size_t most, const SendTimes& times = {});

  // kWaiting: it failed, and is tried again. A target that was sent stays so. With the last target
  // that waited the octets go.
  Problem Finish(const Claim& claim, TargetState state, const std::string& error = "");

  // The peer itself couldn't be had: all its targets that are due have failed with the one that was
  // claimed, and reports that are added soon wait for `first_step` to be over. Returns those that
  // are given up thereby, without octets.
  Result<std::vector<Claim>> FailPeer(const std::string& peer, const std::string& error, Time now,
                                      const SendTimes& times = {});

  // When the next target is due, now or later. Nothing: none waits.
  Result<std::optional<Time>> NextDue(Time now, const SendTimes& times = {});

  Result<std::vector<QueuedTarget>> Targets(Day day, const std::string& domain);
  // Without octets.
  Result<std::optional<QueuedReport>> Find(Day day, const std::string& domain);

  // Removes the days beyond kKeptReportDays.
  Problem Forget();

 private:
  ReportQueue(SqliteDb db, std::string path, std::uint64_t seed, bool is_read_only = false)
      : db_(std::move(db)), path_(std::move(path)), seed_(seed), is_read_only_(is_read_only) {}
  Problem Failed() const { return path_ + ": " + db_.LastError(); }
  Problem Commit(SqliteTransaction& transaction);
  Problem Put(const QueuedReport& report, const std::vector<ReportDestination>& targets);
  Problem Save(const Claim& claim, TargetState state, const std::string& error);
  Problem Shut(const std::string& peer, Time now, const SendTimes& times);
  Attempts BeginTry(const Claim& claim, Time now, const SendTimes& times) const;
  Result<std::vector<Claim>> Due(const std::string* peer, Time now, std::size_t most,
                                 const SendTimes& times);

  SqliteDb db_;
  std::string path_;
  std::uint64_t seed_;
  bool is_read_only_;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_REPORT_QUEUE_H_
