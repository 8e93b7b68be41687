#include "policy/lately.h"

#include <algorithm>
#include <iterator>

namespace tlswarden {
namespace {

// A clock that was set back must not make a failure last.
bool Counts(const LatelyHost& host, Time now) {
  return host.last <= now + kLatelyWindow && now - host.last < kLatelyWindow;
}

}  // namespace

// The entry, as the latest one.
LatelyTracker::Entry& LatelyTracker::Touch(const Domain& domain) {
  if (const auto known = by_domain_.find(domain.ascii); known != by_domain_.end()) {
    entries_.splice(entries_.end(), entries_, known->second);
    return entries_.back();
  }
  if (entries_.size() >= most_) {
    by_domain_.erase(entries_.front().domain);
    entries_.pop_front();
  }
  entries_.push_back({domain.ascii, {}});
  by_domain_.emplace(domain.ascii, std::prev(entries_.end()));
  return entries_.back();
}

void LatelyTracker::AddFailure(const Domain& domain, std::string_view mx_hostname, ResultType type,
                               Time at) {
  if (domain.ascii.empty() || mx_hostname.empty()) return;
  std::vector<LatelyHost>& hosts = Touch(domain).hosts;
  std::erase_if(hosts, [at](const LatelyHost& host) { return !Counts(host, at); });
  auto host = std::find_if(hosts.begin(), hosts.end(), [mx_hostname](const LatelyHost& each) {
    return each.name == mx_hostname;
  });
  if (host == hosts.end()) {
    if (hosts.size() >= kMostLatelyHosts) return;
    hosts.push_back({std::string(mx_hostname), type, 0, at, at});
    host = std::prev(hosts.end());
  }
  ++host->failures;
  host->type = type;
  host->last = std::max(host->last, at);
}

void LatelyTracker::AddSuccess(const Domain& domain) {
  const auto known = by_domain_.find(domain.ascii);
  if (known == by_domain_.end()) return;
  entries_.erase(known->second);
  by_domain_.erase(known);
}

std::vector<LatelyHost> LatelyTracker::HostsOf(const Domain& domain, Time now) const {
  const auto known = by_domain_.find(domain.ascii);
  if (known == by_domain_.end()) return {};
  std::vector<LatelyHost> hosts = known->second->hosts;
  std::erase_if(hosts, [now](const LatelyHost& host) { return !Counts(host, now); });
  return hosts;
}

}  // namespace tlswarden
