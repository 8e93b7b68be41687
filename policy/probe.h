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

#include "policy/evidence.h"
#include "policy/probe_demand.h"
#include "policy/probe_facts.h"

namespace tlswarden {

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
