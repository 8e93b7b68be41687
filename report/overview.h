// Overview: the figures of a period that a person looks at, whether as text, JSON or a page.
//
// Pure: from values of the ledger and of received reports. Bounded, however much was counted.
// Texts are as strangers wrote them; whoever shows them makes them safe (shown_text.h).
#ifndef TLSWARDEN_REPORT_OVERVIEW_H_
#define TLSWARDEN_REPORT_OVERVIEW_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "policy/time.h"
#include "report/ledger.h"
#include "report/tls_report.h"

namespace tlswarden {

inline constexpr int kMostOverviewDays = 1100;       // three years
inline constexpr std::size_t kMostResultTypes = 16;  // the RFC has 11; strangers may have more
inline constexpr std::size_t kMostWorstDomains = 20;
inline constexpr std::size_t kMostPolicies = 12;
inline constexpr std::size_t kMostDetails = 25;  // of one policy
inline constexpr std::size_t kMostReceivedRows = 40;
inline constexpr std::size_t kMostShownStrings = 24;  // of a policy, wherever it is shown

// What it is about.
struct OverviewFrame {
  Day first{};
  Day last{};          // both count
  std::string domain;  // empty: all domains
  Time made{};
  std::string host;     // the machine that counted
  std::string version;  // of tlswarden
};

struct DayFailures {
  Day day{};
  std::vector<FailureDetail> failures;  // by result type
};

// As LedgerReader has them for the frame's days and domain.
struct LedgerFigures {
  std::vector<DayTotal> days;
  std::vector<DayFailures> day_failures;
  std::vector<FailureDetail> failures;
  std::vector<DomainTotal> domains;   // all that there are
  std::vector<PolicyTally> policies;  // of the frame's domain, in any order, also repeated
};

// One day, or several one after another.
struct OverviewDay {
  Day first{};
  Day last{};
  std::int64_t successes = 0;
  std::int64_t failures = 0;
  // For each of Overview::failures. A session can fail for several reasons, and a policy failure
  // may have stopped no mail: the sum may be more than `failures`, or less.
  std::vector<std::int64_t> by_type;
};

// Sessions that an organization reports for a policy of ours.
struct ReceivedRow {
  std::string organization;
  std::string policy_domain;
  std::string policy_type;
  std::string mode;  // of an MTA-STS policy: "enforce", "testing", "none"; empty: not said
  std::size_t reports = 0;
  Time begin{};
  Time end{};
  std::int64_t successes = 0;
  std::int64_t failures = 0;
};

// For one policy type. Some organizations count a session under "sts" and again under "tlsa", so
// that a sum over types would count it twice.
struct ReceivedTotal {
  std::string policy_type;
  std::int64_t successes = 0;
  std::int64_t failures = 0;
};

// What others report about us.
struct ReceivedOverview {
  std::size_t reports = 0;
  std::size_t organizations = 0;
  std::vector<ReceivedTotal> totals;    // the most sessions first
  std::vector<ReceivedRow> rows;        // the most failures first, then the most sessions
  std::size_t more_rows = 0;            // that aren't in `rows`
  std::vector<FailureDetail> failures;  // like Overview::failures
};

struct Overview {
  OverviewFrame frame;
  std::int64_t successes = 0;
  std::int64_t failures = 0;
  std::vector<OverviewDay> days;  // every day of the period, in order
  // By result type, the most sessions first; MX host and reason are those of the most frequent.
  std::vector<FailureDetail> failure_types;
  std::size_t domains = 0;            // with sessions or failures
  std::size_t failing_domains = 0;    // of them with failures
  std::vector<DomainTotal> worst;     // with failures only, the most first
  std::vector<PolicyTally> policies;  // of the frame's domain; details: the most sessions first
  std::size_t more_policies = 0;
  ReceivedOverview received;

  std::int64_t sessions() const;
};

// The frame's period is cut at its beginning to kMostOverviewDays, and is one day when it ends
// before it begins. Of a report that came twice (the same organization, report-id and begin) the
// first counts. With a domain, only its policies count in received reports.
Overview MakeOverview(OverviewFrame frame, const LedgerFigures& figures,
                      const std::vector<TlsReport>& received);

// The period as MakeOverview takes it.
OverviewFrame CutPeriod(OverviewFrame frame);

// "enforce", "testing" or "none"; empty: no MTA-STS policy, or it doesn't say.
std::string_view PolicyMode(const ReportedPolicy& policy);

// Of at most `most` bars: days where they suffice, else weeks or what is needed. The last one ends
// with the last day.
std::vector<OverviewDay> GroupDays(const std::vector<OverviewDay>& days, std::size_t most);

// Counts are strangers' numbers: a negative one is none, and a sum ends at the largest number.
void AddCount(std::int64_t& sum, std::int64_t more);

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_OVERVIEW_H_
