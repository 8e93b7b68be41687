#include "tests/fuzz/engine_ledger.h"

#include "tests/fuzz/check.h"

namespace tlswarden {
namespace {

// What the visits brought: a body that parses is a policy.
std::optional<StsPolicy> BroughtHome(const std::string& domain, const Desk& desk,
                                     const Served& served) {
  Check(desk.https.fetched.size() <= 1, "one question visits a policy host once at most");
  if (desk.https.fetched.empty()) return std::nullopt;
  const std::string& visit = desk.https.fetched.front();
  const std::string host = visit.substr(0, visit.find(' '));
  Check(host == "mta-sts." + domain, "only the policy host of the domain is visited", visit);
  const auto it = served.find(host);
  Check(it != served.end(), "only known policy hosts have addresses", visit);
  if (!it->second) return std::nullopt;
  const Result<StsPolicy> policy = ParseStsPolicy(*it->second);
  if (!policy) return std::nullopt;
  return *policy;
}

}  // namespace

const Taken* Ledger::Known(const NextHop& next_hop) const {
  const auto it = known_.find(next_hop.domain.ascii);
  return it == known_.end() ? nullptr : &taken_[it->second];
}

void Ledger::BookVisits(const Desk& desk, const Served& served) {
  std::erase_if(known_,
                [&](const auto& entry) { return desk.now >= taken_[entry.second].ExpiresAt(); });
  constexpr std::string_view kPrefix = "mta-sts.";
  for (const std::string& visit : desk.https.fetched) {
    const std::string host = visit.substr(0, visit.find(' '));
    const auto it = served.find(host);
    Check(host.starts_with(kPrefix) && it != served.end(), "only policy hosts are visited", visit);
    if (!it->second) continue;
    const Result<StsPolicy> policy = ParseStsPolicy(*it->second);
    if (!policy) continue;
    const std::string domain = host.substr(kPrefix.size());
    known_[domain] = taken_.size();
    taken_.push_back({domain, *policy, desk.now});
  }
}

const Taken* Ledger::Book(const NextHop& next_hop, const Desk& desk, const Served& served) {
  const std::string& key = next_hop.domain.ascii;
  const Taken* before = Known(next_hop);
  std::optional<StsPolicy> policy = BroughtHome(next_hop.domain.ascii, desk, served);
  if (policy) {
    known_[key] = taken_.size();
    taken_.push_back({next_hop.domain.ascii, std::move(*policy), desk.now});
    return &taken_.back();
  }
  if (desk.dns.asked.empty() || before == nullptr) return nullptr;
  // The inquiry took over what was known, unless that had ended.
  if (desk.now >= before->ExpiresAt()) known_.erase(key);
  return nullptr;
}

}  // namespace tlswarden
