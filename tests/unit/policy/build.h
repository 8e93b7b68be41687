// Short ways to make the values that tests need.
#ifndef TLSWARDEN_TESTS_UNIT_POLICY_BUILD_H_
#define TLSWARDEN_TESTS_UNIT_POLICY_BUILD_H_

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policy/evidence.h"
#include "policy/verdict.h"

namespace tlswarden {

inline constexpr Time kNow{std::chrono::seconds(1'800'000'000)};
inline constexpr std::chrono::seconds kWeek{604800};

inline Domain Name(std::string_view text) { return ParseDomain(text).value(); }

inline NextHop Hop(std::string_view text) { return ParseNextHop(text).value(); }

// RFC 8461 section 3.2's fields, in the order of its example.
inline std::string PolicyText(std::string_view mode, const std::vector<std::string>& mx,
                              std::string_view max_age = "604800") {
  std::string text = "version: STSv1\nmode: " + std::string(mode) + "\n";
  for (const std::string& pattern : mx) text += "mx: " + pattern + "\n";
  return text + "max_age: " + std::string(max_age) + "\n";
}

inline StsPolicy Policy(std::string_view text) { return ParseStsPolicy(text).value(); }

inline LearnedStsPolicy Learned(std::string_view mode, const std::vector<std::string>& mx,
                                Time fetched_at = kNow) {
  return {Policy(PolicyText(mode, mx)), "20261001", fetched_at};
}

inline MxHost Host(std::string_view name, HostDane dane) {
  MxHost host;
  host.name = Name(name);
  host.address_security = Security::kSecure;
  host.dane = dane;
  if (dane == HostDane::kUsable) {
    host.tlsa_base = host.name;
    host.usable = {{3, 1, 1, std::vector<std::uint8_t>(32, 0xab)}};
  }
  if (dane == HostDane::kUnusable) {
    host.tlsa_base = host.name;
    host.unusable = {"1 1 1 ab: usage 1 isn't for SMTP"};
    host.failure = Failure{ResultType::kTlsaInvalid, "all-TLSA-records-unusable", false};
  }
  if (dane == HostDane::kFailed) {
    host.failure = Failure{ResultType::kDnssecInvalid, "TLSA lookup failed", true};
  }
  if (dane == HostDane::kUnresolved) {
    host.address_security = Security::kIndeterminate;
    host.failure = Failure{ResultType::kValidationFailure, "address lookup failed", true};
  }
  return host;
}

// What the resolver makes of an MX answer of this security: no hosts when the lookup failed.
inline MxEvidence Mx(Security security, std::vector<MxHost> hosts) {
  MxEvidence mx;
  mx.security = security;
  mx.good_until = kNow + std::chrono::hours(1);
  if (!IsLookupFailure(security)) {
    mx.hosts = std::move(hosts);
    return mx;
  }
  const bool bogus = security == Security::kBogus;
  mx.failure = Failure{bogus ? ResultType::kDnssecInvalid : ResultType::kValidationFailure,
                       "MX lookup failed", !bogus};
  return mx;
}

inline Evidence Seen(std::string_view next_hop, MxEvidence mx) {
  Evidence evidence;
  evidence.next_hop = Hop(next_hop);
  evidence.mx = std::move(mx);
  evidence.sts.look_again_at = kNow + std::chrono::hours(1);
  evidence.obtained_at = kNow;
  return evidence;
}

inline Question Ask(std::string_view next_hop) {
  const NextHop hop = Hop(next_hop);
  return {hop, hop.domain};
}

// Orders with one rule for everything below `test`.
inline Outbound OneRule(Mode mode, OnFailure on_failure, Requirement require) {
  Rule rule;
  rule.name = "the-rule";
  rule.match.recipient_domain.Add(ParseDomainPattern("*.test").value());
  rule.outbound.require = require;
  if (require == Requirement::kPinned) rule.outbound.match = {{Name("mx.partner.test")}};
  return {mode, on_failure, Rules({rule})};
}

}  // namespace tlswarden

#endif  // TLSWARDEN_TESTS_UNIT_POLICY_BUILD_H_
