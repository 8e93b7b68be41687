// PolicyOf: the policy that a TLS report names for sessions with one MX host.
//
// Pure. RFC 8460 section 4.4; texts as Postfix 3.12 sends them in its datagrams, so that sessions
// from either source are counted under one policy.
#ifndef TLSWARDEN_REPORT_REPORTED_POLICY_H_
#define TLSWARDEN_REPORT_REPORTED_POLICY_H_

#include <string_view>

#include "policy/evidence.h"
#include "policy/verdict.h"
#include "report/tls_report.h"

namespace tlswarden {

// The host among the domain's MX hosts, or nullptr.
const MxHost* FindMxHost(const Evidence& evidence, std::string_view mx_hostname);

// What the domain publishes for this host, by the verdict:
// - tlsa: the host's TLSA base domain and records ("3 1 1 HEX", upper case); of a host without
//   usable records at a domain that has them elsewhere, no-policy-found.
// - sts: the domain, the policy's lines as served, its mx patterns. Also in testing mode.
// - no-policy-found: the domain.
ReportedPolicy PolicyOf(const Verdict& verdict, const Evidence& evidence,
                        std::string_view mx_hostname);

// The failure in a report's words. Texts are empty where there is none.
FailureDetail DetailOf(const Failure& failure, const std::string& mx_hostname,
                       const std::string& address);

// When no policy was applied.
ReportedPolicy NoPolicyFound(std::string_view domain);

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_REPORTED_POLICY_H_
