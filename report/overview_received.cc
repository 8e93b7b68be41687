#include "report/overview_received.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace tlswarden {
namespace {

// Organization, policy domain, policy type and mode.
using RowKey = std::tuple<std::string, std::string, std::string, std::string>;

class Sums {
 public:
  void Add(const TlsReport& report, const std::string& domain) {
    std::set<RowKey> seen;
    for (const PolicyTally& tally : report.policies) {
      if (!domain.empty() && tally.policy.domain != domain) continue;
      AddPolicy(report, tally, seen);
    }
    if (seen.empty()) return;
    ++reports_;
    organizations_.insert(report.organization_name);
  }

  ReceivedOverview Take() {
    ReceivedOverview overview;
    overview.reports = reports_;
    overview.organizations = organizations_.size();
    for (auto& [type, total] : totals_) overview.totals.push_back(std::move(total));
    for (auto& [key, row] : rows_) overview.rows.push_back(std::move(row));
    const auto sessions = [](const auto& counted) {
      std::int64_t sum = 0;
      AddCount(sum, counted.successes);
      AddCount(sum, counted.failures);
      return sum;
    };
    std::stable_sort(overview.totals.begin(), overview.totals.end(),
                     [&](const auto& a, const auto& b) { return sessions(a) > sessions(b); });
    std::stable_sort(overview.rows.begin(), overview.rows.end(), [&](const auto& a, const auto& b) {
      return std::pair(a.failures, sessions(a)) > std::pair(b.failures, sessions(b));
    });
    if (overview.totals.size() > kMostResultTypes) overview.totals.resize(kMostResultTypes);
    if (overview.rows.size() > kMostReceivedRows) {
      overview.more_rows = overview.rows.size() - kMostReceivedRows;
      overview.rows.resize(kMostReceivedRows);
    }
    overview.failures = SumUpByType(details_);
    return overview;
  }

 private:
  void AddPolicy(const TlsReport& report, const PolicyTally& tally, std::set<RowKey>& seen) {
    RowKey key(report.organization_name, tally.policy.domain, tally.policy.type,
               PolicyMode(tally.policy));
    ReceivedRow& row = rows_[key];
    if (row.reports == 0) {
      std::tie(row.organization, row.policy_domain, row.policy_type, row.mode) = key;
      row.begin = report.begin;
      row.end = report.end;
    }
    row.begin = std::min(row.begin, report.begin);
    row.end = std::max(row.end, report.end);
    if (seen.insert(std::move(key)).second) ++row.reports;
    ReceivedTotal& total = totals_[tally.policy.type];
    total.policy_type = tally.policy.type;
    AddCount(row.successes, tally.successes);
    AddCount(row.failures, tally.failures);
    AddCount(total.successes, tally.successes);
    AddCount(total.failures, tally.failures);
    details_.insert(details_.end(), tally.details.begin(), tally.details.end());
  }

  std::size_t reports_ = 0;
  std::set<std::string> organizations_;
  std::map<std::string, ReceivedTotal> totals_;
  std::map<RowKey, ReceivedRow> rows_;
  std::vector<FailureDetail> details_;
};

}  // namespace

std::vector<FailureDetail> SumUpByType(const std::vector<FailureDetail>& details) {
  // Of each type the places, by MX host and reason.
  std::map<std::string, std::map<std::pair<std::string, std::string>, std::int64_t>> types;
  for (const FailureDetail& detail : details) {
    AddCount(types[detail.result_type][{detail.receiving_mx_hostname, detail.failure_reason_code}],
             detail.sessions);
  }
  std::vector<FailureDetail> sums;
  for (const auto& [type, places] : types) {
    FailureDetail sum;
    sum.result_type = type;
    sum.sessions = 0;
    std::int64_t most = -1;
    for (const auto& [place, sessions] : places) {
      AddCount(sum.sessions, sessions);
      if (sessions <= most) continue;
      most = sessions;
      std::tie(sum.receiving_mx_hostname, sum.failure_reason_code) = place;
    }
    sums.push_back(std::move(sum));
  }
  std::stable_sort(sums.begin(), sums.end(),
                   [](const auto& a, const auto& b) { return a.sessions > b.sessions; });
  if (sums.size() > kMostResultTypes) sums.resize(kMostResultTypes);
  return sums;
}

ReceivedOverview SumUpReceived(const std::vector<TlsReport>& reports, const std::string& domain) {
  std::set<std::tuple<std::string, std::string, Time>> known;
  Sums sums;
  for (const TlsReport& report : reports) {
    const bool is_new =
        report.report_id.empty() ||
        known.emplace(report.organization_name, report.report_id, report.begin).second;
    if (is_new) sums.Add(report, domain);
  }
  return sums.Take();
}

}  // namespace tlswarden
