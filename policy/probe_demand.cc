#include "policy/probe_demand.h"

namespace tlswarden {
namespace {

bool DemandsTls(TlsLevel level) { return level != TlsLevel::kMay && level != TlsLevel::kUndecided; }

// Behind an unsigned MX, level dane demands nothing (RFC 7672 section 2.2.1).
bool IsSigned(const Evidence& evidence) { return evidence.mx.security == Security::kSecure; }

// RFC 7672 section 3.2.2: the TLSA base domain; behind a signed MX also the domain itself.
std::vector<Domain> DaneNames(const MxHost& host, const Evidence& evidence) {
  std::vector<Domain> names = {host.tlsa_base};
  if (IsSigned(evidence) && evidence.next_hop.domain != host.tlsa_base) {
    names.push_back(evidence.next_hop.domain);
  }
  return names;
}

Failure NotUsable(const MxHost& host) {
  if (host.failure) return *host.failure;
  return {ResultType::kDaneRequired, "no usable TLSA record", false};
}

// RFC 7672 section 2.2, by host.
void DemandDane(const MxHost& host, const Evidence& evidence, bool only, HostDemand& demand) {
  switch (host.dane) {
    case HostDane::kUsable:
      demand.tls = demand.dane = true;
      demand.dane_names = DaneNames(host, evidence);
      return;
    case HostDane::kUnusable:
      demand.tls = true;
      if (only) demand.unusable = NotUsable(host);
      return;
    case HostDane::kNone:
      if (only) demand.unusable = NotUsable(host);
      return;
    case HostDane::kFailed:
      demand.unusable = NotUsable(host);
      demand.unusable->transient = true;
      return;
    case HostDane::kUnresolved:
    case HostDane::kUnreachable:
      return;
  }
}

void DemandSecure(const MxHost& host, const ProbeDemand& all, HostDemand& demand) {
  demand.tls = demand.pkix = true;
  demand.names = all.names;
  if (!all.sts || AllowsMx(**all.sts, host.name)) return;
  demand.unusable = Failure{ResultType::kValidationFailure,
                            host.name.ascii + " isn't listed in the MTA-STS policy", false};
}

}  // namespace

std::string_view ToString(ProbeMode mode) {
  switch (mode) {
    case ProbeMode::kNever:
      return "never";
    case ProbeMode::kRequired:
      return "required";
    case ProbeMode::kAlways:
      return "always";
  }
  return "never";
}

std::optional<ProbeDemand> DemandOf(const Verdict& verdict, const Evidence& evidence,
                                    ProbeMode mode, Time now) {
  if (mode == ProbeMode::kNever) return std::nullopt;
  ProbeDemand demand;
  if (DemandsTls(LevelDemanded(verdict))) {
    demand.level = verdict.level;
    demand.sts = verdict.sts;
    if (verdict.pinned) demand.pinned_by = verdict.by;
    if (verdict.by != nullptr) demand.minimum_tls = OpenSslName(verdict.by->outbound.minimum_tls);
    return demand;
  }
  const LearnedStsPolicy* learned = StsInForce(evidence.sts, now);
  const bool tested = mode == ProbeMode::kAlways && verdict.testing && learned != nullptr;
  if (!tested || !DemandsTls(verdict.testing->level)) return std::nullopt;
  demand.level = verdict.testing->level;
  if (demand.level == TlsLevel::kSecure) demand.sts = learned->policy;
  return demand;
}

HostDemand DemandOn(const MxHost& host, const Evidence& evidence, const ProbeDemand& all) {
  HostDemand demand;
  demand.minimum_tls = all.minimum_tls;
  demand.pinned_by = all.pinned_by;
  switch (all.level) {
    case TlsLevel::kMay:
    case TlsLevel::kUndecided:
      break;
    case TlsLevel::kEncrypt:
      demand.tls = true;
      break;
    case TlsLevel::kDane:
      if (IsSigned(evidence)) DemandDane(host, evidence, false, demand);
      break;
    case TlsLevel::kDaneOnly:
      DemandDane(host, evidence, true, demand);
      break;
    case TlsLevel::kSecure:
      DemandSecure(host, all, demand);
      break;
    case TlsLevel::kFingerprint:
      demand.tls = true;
      break;
  }
  if (host.dane == HostDane::kUnresolved) demand.unusable = NotUsable(host);
  return demand;
}

ProbeTarget TargetOf(const MxHost& host, const Evidence& evidence, const ProbeDemand& demand) {
  ProbeTarget target{host.name, evidence.next_hop.port, host.name, {}};
  // The same look serves all levels, unless SNI differs by level (RFC 8461 section 4.2).
  const bool same_name = host.tlsa_base == host.name;
  const bool dane = demand.level == TlsLevel::kDane || demand.level == TlsLevel::kDaneOnly;
  if (host.dane != HostDane::kUsable || !(same_name || dane)) return target;
  target.server_name = host.tlsa_base;
  target.tlsa = host.usable;
  return target;
}

}  // namespace tlswarden
