#include "policy/probe.h"

#include <algorithm>

#include "policy/ascii.h"
#include "policy/dns_id.h"

namespace tlswarden {
namespace {

constexpr int kDaneTa = 2;

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

std::string FirstName(const ProbeFacts& facts) {
  if (!facts.dns_ids.empty()) return facts.dns_ids.front();
  return facts.common_name.empty() ? "no name" : facts.common_name + " by its common name only";
}

Failure Mismatch(const ProbeFacts& facts, const std::string& wanted) {
  if (facts.dns_ids_cut) {
    return {ResultType::kCertificateHostMismatch,
            "the certificate has more names than are looked at", true};
  }
  const std::string more = facts.dns_ids.size() > 1 ? " and others" : "";
  return {ResultType::kCertificateHostMismatch,
          "the certificate is for " + FirstName(facts) + more + ", not for " + wanted, false};
}

std::optional<Failure> UnmetByDane(const ProbeFacts& facts, const HostDemand& demand) {
  if (facts.dane_failure) return facts.dane_failure;
  // Of records that are too large, evidence keeps none.
  if (facts.dane_usage < 0) {
    return Failure{ResultType::kTlsaInvalid, "no TLSA record to compare with", true};
  }
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

// As Postfix matches a pinned name: `*.example.com` stands for all depths.
bool MatchesPin(std::string_view dns_id, const DomainPattern& pin) {
  const bool itself = pin.reach != DomainPattern::Reach::kBelow;
  if (itself && MatchesDnsId(dns_id, pin.domain)) return true;
  if (pin.reach == DomainPattern::Reach::kItself) return false;
  if (dns_id.starts_with("*.")) dns_id.remove_prefix(1);
  return dns_id.ends_with('.' + pin.domain.ascii);
}

// Configured fingerprints have colons and capitals: "AB:CD:…".
bool IsFingerprint(const std::string& pin, std::string_view digest) {
  std::string plain;
  for (const char c : pin) {
    if (c != ':') plain += LowerAscii(c);
  }
  return plain == digest;
}

std::optional<Failure> UnmetByPins(const ProbeFacts& facts, const OutboundDemand& demand) {
  if (!demand.fingerprints.empty()) {
    for (const std::string& pin : demand.fingerprints) {
      if (IsFingerprint(pin, facts.certificate_sha256) || IsFingerprint(pin, facts.spki_sha256)) {
        return std::nullopt;
      }
    }
    return Failure{ResultType::kCertificateNotTrusted, "the certificate isn't one that is pinned",
                   false};
  }
  if (facts.untrusted) return facts.untrusted;
  for (const std::string& dns_id : facts.dns_ids) {
    for (const DomainPattern& pin : demand.match) {
      if (MatchesPin(dns_id, pin)) return std::nullopt;
    }
  }
  return Mismatch(facts, demand.match.empty() ? "" : ToString(demand.match.front()));
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
  if (demand.pinned_by != nullptr) return UnmetByPins(facts, demand.pinned_by->outbound);
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
