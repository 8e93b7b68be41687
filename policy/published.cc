#include "policy/published.h"

#include <algorithm>

#include "policy/dane_sts_table.h"

namespace tlswarden {
namespace {

// RFC 8461 section 4.1: some host that the policy lists must be among the MX hosts.
std::optional<Failure> CheckMxAgainstSts(const MxEvidence& mx, const StsPolicy& policy,
                                         std::string& mx_hostname) {
  if (mx.hosts.empty()) return std::nullopt;
  const bool any = std::any_of(mx.hosts.begin(), mx.hosts.end(),
                               [&](const MxHost& host) { return AllowsMx(policy, host.name); });
  if (any) return std::nullopt;
  mx_hostname = mx.hosts.front().name.ascii;
  return Failure{ResultType::kValidationFailure, "no MX host matches the MTA-STS policy", false};
}

// A policy in testing mode demands nothing, but it is what the domain publishes.
PolicyType TypeOf(TlsLevel level, const LearnedStsPolicy* in_force) {
  if (level == TlsLevel::kDane || level == TlsLevel::kDaneOnly) return PolicyType::kTlsa;
  const bool sts = in_force != nullptr && in_force->policy->mode != StsMode::kNone;
  return sts ? PolicyType::kSts : PolicyType::kNoPolicyFound;
}

// `sts` is the policy that is to be held to, if any.
Verdict HeldTo(const LearnedStsPolicy* sts, const Evidence& evidence) {
  Verdict verdict;
  const MxEvidence& mx = evidence.mx;
  const HostsStatus hosts = SummarizeHosts(mx);
  const LevelRow& row = FindLevel(SummarizeMx(mx), hosts);
  verdict.level = sts != nullptr ? row.with_sts : row.without_sts;
  if (verdict.level == TlsLevel::kUndecided) {
    verdict.failure = mx.failure;
    verdict.lookup_failed = mx.security != Security::kBogus;
    // RFC 7672 section 2.1.2: mail waits, whatever made the lookup fail.
    if (verdict.failure) verdict.failure->transient = true;
  } else if (verdict.level == TlsLevel::kSecure && sts != nullptr) {
    verdict.sts = sts->policy;
    verdict.failure = CheckMxAgainstSts(mx, *sts->policy, verdict.mx_hostname);
    // Section 5.1: no permanent failure while a newer policy may be there that we couldn't get.
    if (verdict.failure) verdict.failure->transient = evidence.sts.failure.has_value();
  } else if (hosts == HostsStatus::kAllFailed && verdict.level != TlsLevel::kMay) {
    const Failure* failure = FirstHostFailure(mx);
    if (failure != nullptr) verdict.failure = *failure;
    verdict.lookup_failed = true;
  }
  return verdict;
}

// RFC 8461 section 5: as if the policy were enforced, for the log alone. Nothing where DANE or a
// failed lookup decides either way.
std::optional<Tested> Test(const LearnedStsPolicy& learned, const Evidence& evidence,
                           TlsLevel level) {
  const Verdict would = HeldTo(&learned, evidence);
  if (would.level == level) return std::nullopt;
  return Tested{would.level, Action::kAccept, would.failure, would.mx_hostname};
}

}  // namespace

Verdict Published(const Question& question, const Evidence& evidence, Time now) {
  Verdict verdict;
  if (!question.next_hop.address_literal) {
    const LearnedStsPolicy* in_force = StsInForce(evidence.sts, now);
    verdict = HeldTo(EnforcedSts(evidence.sts, now), evidence);
    verdict.policy_type = TypeOf(verdict.level, in_force);
    if (in_force != nullptr && in_force->policy->mode == StsMode::kTesting) {
      verdict.testing = Test(*in_force, evidence, verdict.level);
    }
  }
  verdict.policy_domain = question.next_hop.domain;
  return verdict;
}

const Failure* FirstHostFailure(const MxEvidence& mx) {
  for (const MxHost& host : mx.hosts) {
    const bool lookup = host.dane == HostDane::kFailed || host.dane == HostDane::kUnresolved;
    if (lookup && host.failure) return &*host.failure;
  }
  return nullptr;
}

}  // namespace tlswarden
