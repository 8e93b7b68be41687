// Probe: whether what was seen of a domain's MX hosts meets what a session must have.
//
// Pure. The looks are the resolver's; a door asks for them before it says yes to a message, and
// turns the outcome into an action.
#ifndef TLSWARDEN_POLICY_PROBE_H_
#define TLSWARDEN_POLICY_PROBE_H_

#include <optional>
#include <span>
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
  std::vector<MxPattern> names;    // pinned; empty: the host's own
  std::string minimum_tls;
  std::optional<Failure> unusable;  // why the host can't be used, whatever it would show
};

HostDemand DemandOn(const MxHost& host, const Evidence& evidence, const ProbeDemand& demand);

// What has to be looked at for a demand.
ProbeTarget TargetOf(const MxHost& host, const Evidence& evidence, const ProbeDemand& demand);

// Why a session with the host would fail, or nothing. Transient: it can't be met for now, or can't
// be told; otherwise it isn't met, and won't be before somebody changes something.
std::optional<Failure> UnmetAt(const ProbeFacts& facts, const HostDemand& demand);

enum class ProbeState {
  kMet,      // by at least one host
  kUnmet,    // by none
  kNotNow,   // by none, but some host can't be spoken to now
  kUnknown,  // by none so far, but some host wasn't looked at
};
std::string_view ToString(ProbeState state);

struct ProbeOutcome {
  ProbeState state = ProbeState::kUnknown;
  std::optional<Failure> failure;  // kUnmet, kNotNow: that of the first host that made it so
  std::string mx_hostname;         // the host that meets, or that the failure is of
  Time at;                         // when that host was looked at; epoch: it wasn't
  bool operator==(const ProbeOutcome&) const = default;
};

// `facts` are in the order of evidence.mx.hosts; nullptr and what is missing at the end weren't
// looked at. Hosts without an address don't count: some domains have such on purpose.
ProbeOutcome JudgeProbes(const Evidence& evidence, const ProbeDemand& demand,
                         std::span<const ProbeFactsPtr> facts);

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_PROBE_H_
