#include "report/reported_policy.h"

#include <algorithm>
#include <string>

#include "policy/ascii.h"

namespace tlswarden {
namespace {

std::string UpperHex(const TlsaRecord& record) {
  std::string text = ToString(record);
  for (char& c : text) {
    if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

ReportedPolicy TlsaOf(const MxHost& host) {
  ReportedPolicy policy;
  policy.type = ToString(PolicyType::kTlsa);
  for (const TlsaRecord& record : host.usable) policy.strings.push_back(UpperHex(record));
  policy.domain = host.tlsa_base.ascii.empty() ? host.name.ascii : host.tlsa_base.ascii;
  return policy;
}

ReportedPolicy StsOf(const StsPolicy& sts, const std::string& domain) {
  ReportedPolicy policy;
  policy.type = ToString(PolicyType::kSts);
  policy.strings = sts.lines;
  policy.domain = domain;
  for (const MxPattern& pattern : sts.mx) policy.mx_hosts.push_back(ToString(pattern));
  return policy;
}

}  // namespace

const MxHost* FindMxHost(const Evidence& evidence, std::string_view mx_hostname) {
  if (mx_hostname.ends_with('.')) mx_hostname.remove_suffix(1);
  const auto& hosts = evidence.mx.hosts;
  const auto found = std::find_if(hosts.begin(), hosts.end(), [&](const MxHost& host) {
    return EqualsIgnoringCase(host.name.ascii, mx_hostname);
  });
  return found == hosts.end() ? nullptr : &*found;
}

ReportedPolicy PolicyOf(const Verdict& verdict, const Evidence& evidence,
                        std::string_view mx_hostname) {
  const Domain& domain =
      verdict.policy_domain.ascii.empty() ? evidence.next_hop.domain : verdict.policy_domain;
  if (verdict.policy_type == PolicyType::kTlsa) {
    const MxHost* host = FindMxHost(evidence, mx_hostname);
    const bool has_tlsa =
        host != nullptr && (host->dane == HostDane::kUsable || host->dane == HostDane::kUnusable);
    return has_tlsa ? TlsaOf(*host) : NoPolicyFound(domain.ascii);
  }
  if (verdict.policy_type == PolicyType::kSts) {
    if (verdict.sts) return StsOf(**verdict.sts, domain.ascii);
    if (evidence.sts.learned) return StsOf(*evidence.sts.learned->policy, domain.ascii);
  }
  return NoPolicyFound(domain.ascii);
}

FailureDetail DetailOf(const Failure& failure, const std::string& mx_hostname,
                       const std::string& address) {
  FailureDetail detail;
  detail.result_type = ToString(failure.type);
  detail.receiving_mx_hostname = mx_hostname;
  detail.receiving_ip = address;
  detail.failure_reason_code = failure.reason;
  return detail;
}

ReportedPolicy NoPolicyFound(std::string_view domain) {
  return {std::string(ToString(PolicyType::kNoPolicyFound)), {}, std::string(domain), {}};
}

}  // namespace tlswarden
