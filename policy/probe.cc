#include "policy/probe.h"

#include <algorithm>
#include <utility>

#include "policy/dns_id.h"

namespace tlswarden {
namespace {

constexpr int kDaneTa = 2;

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

bool AnyDnsId(const ProbeFacts& facts, const auto& name) {
  return std::any_of(facts.dns_ids.begin(), facts.dns_ids.end(),
                     [&](const std::string& dns_id) { return MatchesDnsId(dns_id, name); });
}

bool HasName(const ProbeFacts& facts, const HostDemand& demand) {
  if (demand.names.empty()) return facts.names_host;
  return std::any_of(demand.names.begin(), demand.names.end(),
                     [&](const MxPattern& name) { return AnyDnsId(facts, name); });
}

// RFC 7672 section 3.2.3: the common name counts where there is no DNS-ID.
bool HasDaneName(const ProbeFacts& facts, const std::vector<Domain>& names) {
  return std::any_of(names.begin(), names.end(), [&](const Domain& name) {
    return AnyDnsId(facts, name) || MatchesDnsId(facts.common_name, name);
  });
}

Failure Mismatch(const ProbeFacts& facts, const std::string& wanted) {
  if (facts.dns_ids_cut) {
    return {ResultType::kCertificateHostMismatch,
            "the certificate has more names than are looked at", true};
  }
  const std::string first = facts.dns_ids.empty() ? "no name" : facts.dns_ids.front();
  const std::string more = facts.dns_ids.size() > 1 ? " and others" : "";
  return {ResultType::kCertificateHostMismatch,
          "the certificate is for " + first + more + ", not for " + wanted, false};
}

std::optional<Failure> UnmetByDane(const ProbeFacts& facts, const HostDemand& demand) {
  // The records may have been too large to be kept.
  if (facts.target.tlsa.empty()) {
    return Failure{ResultType::kTlsaInvalid, "no TLSA record to compare with", true};
  }
  if (facts.dane_failure) return facts.dane_failure;
  // RFC 7672 section 3.1.1: DANE-EE binds the key to the name, so names on the certificate don't
  // count.
  if (facts.dane_usage == kDaneTa && !HasDaneName(facts, demand.dane_names)) {
    return Mismatch(facts, facts.target.host.ascii);
  }
  return std::nullopt;
}

std::optional<Failure> UnmetByPkix(const ProbeFacts& facts, const HostDemand& demand) {
  if (facts.untrusted) return facts.untrusted;
  if (HasName(facts, demand)) return std::nullopt;
  return Mismatch(facts,
                  demand.names.empty() ? facts.target.host.ascii : ToString(demand.names.front()));
}

bool NotVisited(const ProbeFactsPtr& facts) { return facts == nullptr || !facts->visited; }

// The outcome so far, one host after the other.
class Tally {
 public:
  // A host that can't be used at this level says less than one that was looked at.
  void Unusable(const MxHost& host, const Failure& failure) {
    Take(failure.transient ? not_now_ : unusable_, host, failure, Time());
  }
  void Unmet(const MxHost& host, const Failure& failure, Time at) {
    Take(failure.transient ? not_now_ : unmet_, host, failure, at);
  }
  void Unknown() { unknown_ = true; }
  ProbeOutcome Result() const {
    if (unknown_) return ProbeOutcome();
    if (not_now_) return *not_now_;
    if (unmet_) return *unmet_;
    return unusable_.value_or(ProbeOutcome());
  }

 private:
  static void Take(std::optional<ProbeOutcome>& place, const MxHost& host, const Failure& failure,
                   Time at) {
    if (place) return;
    const ProbeState state = failure.transient ? ProbeState::kNotNow : ProbeState::kUnmet;
    place = ProbeOutcome{state, failure, host.name.ascii, at};
  }

  bool unknown_ = false;
  std::optional<ProbeOutcome> unmet_, not_now_, unusable_;
};

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

std::string_view ToString(ProbeState state) {
  switch (state) {
    case ProbeState::kMet:
      return "met";
    case ProbeState::kUnmet:
      return "unmet";
    case ProbeState::kNotNow:
      return "not-now";
    case ProbeState::kUnknown:
      return "unknown";
  }
  return "unknown";
}

std::optional<ProbeDemand> DemandOf(const Verdict& verdict, const Evidence& evidence,
                                    ProbeMode mode, Time now) {
  if (mode == ProbeMode::kNever) return std::nullopt;
  ProbeDemand demand;
  if (DemandsTls(verdict.level)) {
    demand.level = verdict.level;
    demand.sts = verdict.sts;
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

std::optional<Failure> UnmetAt(const ProbeFacts& facts, const HostDemand& demand) {
  if (demand.unusable) return demand.unusable;
  if (!demand.tls) return std::nullopt;
  if (facts.no_tls) return facts.no_tls;
  if (facts.tls_version < demand.minimum_tls) {
    return Failure{ResultType::kValidationFailure,
                   facts.tls_version + " where at least " + demand.minimum_tls + " is required",
                   false};
  }
  if (demand.dane) {
    if (auto failure = UnmetByDane(facts, demand)) return failure;
  }
  if (demand.pkix) return UnmetByPkix(facts, demand);
  return std::nullopt;
}

ProbeOutcome JudgeProbes(const Evidence& evidence, const ProbeDemand& demand,
                         std::span<const ProbeFactsPtr> facts) {
  Tally tally;
  for (std::size_t i = 0; i < evidence.mx.hosts.size(); ++i) {
    const MxHost& host = evidence.mx.hosts[i];
    if (host.dane == HostDane::kUnreachable) continue;
    const HostDemand on_host = DemandOn(host, evidence, demand);
    const ProbeFactsPtr seen = i < facts.size() ? facts[i] : nullptr;
    if (on_host.unusable) {
      tally.Unusable(host, *on_host.unusable);
    } else if (!on_host.tls) {
      return {ProbeState::kMet, std::nullopt, host.name.ascii, Time()};
    } else if (NotVisited(seen)) {
      tally.Unknown();
    } else if (const std::optional<Failure> failure = UnmetAt(*seen, on_host)) {
      tally.Unmet(host, *failure, seen->at);
    } else {
      return {ProbeState::kMet, std::nullopt, host.name.ascii, seen->at};
    }
  }
  return tally.Result();
}

}  // namespace tlswarden
