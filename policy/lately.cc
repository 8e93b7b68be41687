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

void LatelyTracker::AddFailure(const Domain& domain, std::string_view mx_hostname, ResultType type,
                               Time at) {
  if (domain.ascii.empty() || mx_hostname.empty()) return;
  std::vector<LatelyHost>& hosts = domains_.Touch(domain.ascii);
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

void LatelyTracker::AddSuccess(const Domain& domain) { domains_.Erase(domain.ascii); }

std::vector<LatelyHost> LatelyTracker::HostsOf(const Domain& domain, Time now) const {
  const std::vector<LatelyHost>* known = domains_.Find(domain.ascii);
  if (known == nullptr) return {};
  std::vector<LatelyHost> hosts = *known;
  std::erase_if(hosts, [now](const LatelyHost& host) { return !Counts(host, now); });
  return hosts;
}

}  // namespace tlswarden
