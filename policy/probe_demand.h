// ProbeDemand: what a session must have, for a domain and for each of its MX hosts.
//
// Pure. Made of a verdict, after RFC 7672 section 2.2 and RFC 8461 section 4.2; probe.h holds it
// against what was seen.
#ifndef TLSWARDEN_POLICY_PROBE_DEMAND_H_
#define TLSWARDEN_POLICY_PROBE_DEMAND_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/evidence.h"
#include "policy/probe_facts.h"
#include "policy/tls_level.h"
#include "policy/verdict.h"

namespace tlswarden {

// When hosts are looked at: never, where a verdict demands TLS, or also where only a policy in
// testing mode would.
enum class ProbeMode { kNever, kRequired, kAlways };
std::string_view ToString(ProbeMode mode);

// What the sessions with a domain's MX hosts must have.
struct ProbeDemand {
  TlsLevel level = TlsLevel::kMay;
  std::optional<SharedStsPolicy> sts;  // kSecure: whose patterns a host's name must match
  std::vector<MxPattern> names;  // kSecure: one must be on the certificate; empty: the host's own
  RulePtr pinned_by;             // kSecure, kFingerprint: whose pins must be on the certificate
  std::string minimum_tls;       // "TLSv1.2"; empty: any version
};

// What an accepted message demands; nothing when there is nothing to look for. In mode `always`, a
// policy in testing mode is looked for as if it were enforced (RFC 8461 section 5).
std::optional<ProbeDemand> DemandOf(const Verdict& verdict, const Evidence& evidence,
                                    ProbeMode mode, Time now);

// What the session with one MX host must have.
struct HostDemand {
  bool tls = false;                // false: nothing, so there is nothing to look for
  bool dane = false;               // a TLSA record matches (RFC 7672 section 2.2)
  bool pkix = false;               // trusted chain, and a name below
  std::vector<Domain> dane_names;  // reference identifiers for DANE-TA(2), section 3.2.2
  std::vector<MxPattern> names;    // empty: the host's own
  RulePtr pinned_by;               // its names or fingerprints instead
  std::string minimum_tls;
  std::optional<Failure> unusable;  // why the host can't be used, whatever it would show
};

HostDemand DemandOn(const MxHost& host, const Evidence& evidence, const ProbeDemand& demand);

// What has to be looked at for a demand.
ProbeTarget TargetOf(const MxHost& host, const Evidence& evidence, const ProbeDemand& demand);

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_PROBE_DEMAND_H_
