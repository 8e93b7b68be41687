// schedule: when a day's report for a domain is due, when a try that failed is made again, and when
// that has gone on for long enough (RFC 8460 sections 4.4 and 5.5).
//
// Pure: time is an argument. All answers follow from what is stored, so a restart changes nothing.
//
// Clocks jump. That a report isn't sent twice is the queue's business: it keeps what was sent,
// whatever the time. What is here sees to "never": a wait that is longer than any that is ever set
// comes from a clock that was wrong, and is over; and nothing is given up before it was tried so
// often as a clock that is right would have allowed in some hours. A clock that is ahead of a day's
// end makes that day's report too early: it goes out once, with what was counted until then.
#ifndef TLSWARDEN_REPORT_SCHEDULE_H_
#define TLSWARDEN_REPORT_SCHEDULE_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "policy/time.h"
#include "report/tls_report.h"

namespace tlswarden {

struct SendTimes {
  // After midnight: a log that is followed, and a ledger that gathers, are late.
  std::chrono::seconds rest{10 * 60};
  // Over which the reports of a day are spread after that (section 4.4: "up to four hours").
  std::chrono::seconds spread{4 * 60 * 60};
  std::chrono::seconds first_step{5 * 60};           // to the second try; then doubled each time,
  std::chrono::seconds longest_step{4 * 60 * 60};    // up to this
  std::chrono::seconds give_up_after{24 * 60 * 60};  // after the first try (section 5.5)
};

// Fewer tries are too few to give up, whatever the clock says: with the steps above, nine hours'.
inline constexpr int kLeastTries = 8;

// How far back a day may lie that no report was made for: the daemon was down.
inline constexpr int kMostDaysBack = 7;

// A number that is spread evenly and stays the same; no secret. `seed` is this installation's, so
// that two of them don't come at the same moment.
std::uint64_t Spread(std::uint64_t seed, std::string_view text);
std::uint64_t Spread(std::uint64_t seed, Day day, std::string_view domain);

// Not before `rest` after the end of the day.
Time DueAt(Day day, std::string_view domain, std::uint64_t seed, const SendTimes& times = {});

// The days that are over and not older than kMostDaysBack, the latest first. `since` is the first
// that counts; where it is later than yesterday, a clock was wrong, and yesterday is the one.
std::vector<Day> DaysToReport(Day since, Time now);

// What was tried so far. `tries` counts those that have begun.
struct Attempts {
  int tries = 0;
  Time first{};  // with tries > 0
  Time next{};   // not before
  bool operator==(const Attempts&) const = default;
};

// After another one that begins now: `next` is when it may be made again if it fails. `spread` is
// any number that stays the same for what is tried (Spread): up to a quarter of the step is added.
Attempts Begin(const Attempts& before, Time now, std::uint64_t spread, const SendTimes& times = {});

// The longest wait that Begin sets.
std::chrono::seconds LongestWait(const SendTimes& times = {});

bool IsDue(const Attempts& attempts, Time now, const SendTimes& times = {});

// Whether another try is one too many.
bool IsHopeless(const Attempts& attempts, Time now, const SendTimes& times = {});

// "20261124.0123456789abcdef@SUBMITTER": the same for the same day, domain and installation, even
// where the queue is lost, so that a receiver can drop what it gets twice (section 5.3).
std::string ReportId(Day day, std::string_view domain, std::uint64_t seed,
                     std::string_view submitter);

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_SCHEDULE_H_
