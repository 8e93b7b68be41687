// TlsReport: the report of RFC 8460 section 4.4 as a value, whoever made it.
//
// Plain values. The ledger counts into them; report_json writes and reads them.
#ifndef TLSWARDEN_REPORT_TLS_REPORT_H_
#define TLSWARDEN_REPORT_TLS_REPORT_H_

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "policy/time.h"

namespace tlswarden {

// Texts are empty where the report leaves them out.
struct ReportedPolicy {
  std::string type;  // "tlsa", "sts", "no-policy-found"; others are kept as received
  std::vector<std::string> strings;  // policy-string
  std::string domain;                // policy-domain, as A-labels
  std::vector<std::string> mx_hosts;
  auto operator<=>(const ReportedPolicy&) const = default;
};

struct FailureDetail {
  std::string result_type;  // section 4.3's term; others are kept as received
  std::string sending_mta_ip;
  std::string receiving_mx_hostname;
  std::string receiving_mx_helo;
  std::string receiving_ip;
  std::string additional_information;
  std::string failure_reason_code;
  std::int64_t sessions = 1;  // failed-session-count
  auto operator<=>(const FailureDetail&) const = default;
};

struct PolicyTally {
  ReportedPolicy policy;
  std::int64_t successes = 0;  // total-successful-session-count
  std::int64_t failures = 0;   // total-failure-session-count
  std::vector<FailureDetail> details;
  auto operator<=>(const PolicyTally&) const = default;
};

struct SessionCounts {
  std::int64_t successes = 0;
  std::int64_t failures = 0;
};

// Of all of them. REQUIRES: counts that no sum can overflow, as those of the ledger and
// ParseReport.
inline SessionCounts SumOf(const std::vector<PolicyTally>& tallies) {
  SessionCounts sum;
  for (const PolicyTally& tally : tallies) {
    sum.successes += tally.successes;
    sum.failures += tally.failures;
  }
  return sum;
}

struct TlsReport {
  std::string organization_name;
  std::string contact_info;  // an address
  std::string report_id;
  Time begin{};
  Time end{};  // the last second that counts
  std::vector<PolicyTally> policies;
  bool operator==(const TlsReport&) const = default;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_TLS_REPORT_H_
