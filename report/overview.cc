#include "report/overview.h"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "policy/ascii.h"
#include "report/overview_received.h"

namespace tlswarden {
namespace {

// Every day, also those on which nothing was counted.
std::vector<OverviewDay> EveryDay(const OverviewFrame& frame, const LedgerFigures& figures,
                                  const std::vector<FailureDetail>& types) {
  std::vector<OverviewDay> days;
  for (Day day = frame.first; day <= frame.last; day += std::chrono::days(1)) {
    days.push_back({day, day, 0, 0, std::vector<std::int64_t>(types.size())});
  }
  const auto find = [&](Day day) {
    const bool outside = day < frame.first || day > frame.last;
    return outside ? nullptr : &days[static_cast<std::size_t>((day - frame.first).count())];
  };
  for (const DayTotal& total : figures.days) {
    OverviewDay* const day = find(total.day);
    if (day == nullptr) continue;
    AddCount(day->successes, total.successes);
    AddCount(day->failures, total.failures);
  }
  for (const DayFailures& failed : figures.day_failures) {
    OverviewDay* const day = find(failed.day);
    if (day == nullptr) continue;
    for (const FailureDetail& failure : failed.failures) {
      const auto type = std::find_if(types.begin(), types.end(), [&](const FailureDetail& each) {
        return each.result_type == failure.result_type;
      });
      if (type != types.end()) {
        AddCount(day->by_type[static_cast<std::size_t>(type - types.begin())], failure.sessions);
      }
    }
  }
  return days;
}

bool IsWorse(const DomainTotal* a, const DomainTotal* b) {
  if (a->failures != b->failures) return a->failures > b->failures;
  if (a->successes != b->successes) return a->successes > b->successes;
  return a->domain < b->domain;
}

void SumUpDomains(const std::vector<DomainTotal>& domains, Overview& overview) {
  std::vector<const DomainTotal*> failing;  // of hundred thousands few are shown
  for (const DomainTotal& total : domains) {
    if (total.failures > 0) failing.push_back(&total);
  }
  const std::size_t shown = std::min(failing.size(), kMostWorstDomains);
  std::partial_sort(failing.begin(), failing.begin() + static_cast<std::ptrdiff_t>(shown),
                    failing.end(), IsWorse);
  for (std::size_t i = 0; i < shown; ++i) overview.worst.push_back(*failing[i]);
  overview.domains = domains.size();
  overview.failing_domains = failing.size();
}

std::vector<FailureDetail> SumUpDetails(const std::vector<FailureDetail>& details) {
  std::map<FailureDetail, std::int64_t> sums;
  for (FailureDetail detail : details) {
    const std::int64_t sessions = std::exchange(detail.sessions, 0);
    AddCount(sums[std::move(detail)], sessions);
  }
  std::vector<FailureDetail> all;
  for (const auto& [detail, sessions] : sums) {
    all.push_back(detail);
    all.back().sessions = sessions;
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.sessions > b.sessions; });
  if (all.size() > kMostDetails) all.resize(kMostDetails);
  return all;
}

// A policy's tallies of several days as one; the most failures first.
void SumUpPolicies(const std::vector<PolicyTally>& tallies, Overview& overview) {
  std::map<ReportedPolicy, PolicyTally> sums;
  for (const PolicyTally& tally : tallies) {
    PolicyTally& sum = sums[tally.policy];
    sum.policy = tally.policy;
    AddCount(sum.successes, tally.successes);
    AddCount(sum.failures, tally.failures);
    sum.details.insert(sum.details.end(), tally.details.begin(), tally.details.end());
  }
  for (auto& [policy, sum] : sums) overview.policies.push_back(std::move(sum));
  std::stable_sort(overview.policies.begin(), overview.policies.end(),
                   [](const auto& a, const auto& b) {
                     return std::pair(a.failures, a.successes) > std::pair(b.failures, b.successes);
                   });
  if (overview.policies.size() > kMostPolicies) {
    overview.more_policies = overview.policies.size() - kMostPolicies;
    overview.policies.resize(kMostPolicies);
  }
  for (PolicyTally& tally : overview.policies) tally.details = SumUpDetails(tally.details);
}

}  // namespace

std::int64_t Overview::sessions() const {
  std::int64_t sum = 0;
  AddCount(sum, successes);
  AddCount(sum, failures);
  return sum;
}

OverviewFrame CutPeriod(OverviewFrame frame) {
  const Day earliest = frame.last - std::chrono::days(kMostOverviewDays - 1);
  frame.first = std::clamp(frame.first, earliest, frame.last);
  return frame;
}

Overview MakeOverview(OverviewFrame frame, const LedgerFigures& figures,
                      const std::vector<TlsReport>& received) {
  Overview overview;
  overview.frame = CutPeriod(std::move(frame));
  overview.failure_types = SumUpByType(figures.failures);
  overview.days = EveryDay(overview.frame, figures, overview.failure_types);
  for (const OverviewDay& day : overview.days) {
    AddCount(overview.successes, day.successes);
    AddCount(overview.failures, day.failures);
  }
  SumUpDomains(figures.domains, overview);
  SumUpPolicies(figures.policies, overview);
  overview.received = SumUpReceived(received, overview.frame.domain);
  return overview;
}

std::string_view PolicyMode(const ReportedPolicy& policy) {
  if (policy.type != "sts") return {};
  for (const std::string_view line : policy.strings) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || Trim(line.substr(0, colon)) != "mode") continue;
    const std::string_view value = Trim(line.substr(colon + 1), " \t\r\n");
    for (const std::string_view mode : {"enforce", "testing", "none"}) {
      if (value == mode) return mode;
    }
  }
  return {};
}

std::vector<OverviewDay> GroupDays(const std::vector<OverviewDay>& days, std::size_t most) {
  constexpr std::size_t kWeek = 7;
  if (days.size() <= most || most == 0) return days;
  const std::size_t needed = (days.size() + most - 1) / most;
  const std::size_t length = std::max(needed, kWeek);
  std::vector<OverviewDay> groups;
  // The first group may be shorter, so that the last one, which people look at, is whole.
  std::size_t end = days.size() % length == 0 ? length : days.size() % length;
  for (std::size_t begin = 0; begin < days.size(); begin = end, end += length) {
    OverviewDay group = days[begin];
    for (std::size_t i = begin + 1; i < end; ++i) {
      group.last = days[i].last;
      AddCount(group.successes, days[i].successes);
      AddCount(group.failures, days[i].failures);
      for (std::size_t type = 0; type < group.by_type.size(); ++type) {
        AddCount(group.by_type[type], days[i].by_type[type]);
      }
    }
    groups.push_back(std::move(group));
  }
  return groups;
}

void AddCount(std::int64_t& sum, std::int64_t more) {
  if (more <= 0) return;
  constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();
  sum = more > kLargest - sum ? kLargest : sum + more;
}

}  // namespace tlswarden
