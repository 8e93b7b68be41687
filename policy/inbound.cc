#include "policy/inbound.h"

#include "policy/glob.h"

namespace tlswarden {
namespace {

bool WantsCertificate(const InboundDemand& demand) {
  return demand.client_certificate != ClientCertificate::kNotNeeded ||
         !demand.certificate_subject.empty() || !demand.certificate_issuer.empty();
}

// Whoever forbids a weak cipher doesn't mean to allow none at all.
bool WantsTls(const InboundDemand& demand) {
  return demand.minimum_tls != TlsVersion::kNone || demand.minimum_bits > 0 ||
         !demand.deny_cipher.empty() || WantsCertificate(demand);
}

// A name counts only on a certificate that the MTA has verified: else anybody writes it.
std::optional<std::string> CertificateShort(const InboundDemand& demand, const InboundTls& tls) {
  if (!WantsCertificate(demand)) return std::nullopt;
  if (!tls.has_certificate) return "a client certificate is required";
  const bool any_is_enough = demand.client_certificate == ClientCertificate::kAny &&
                             demand.certificate_subject.empty() &&
                             demand.certificate_issuer.empty();
  if (any_is_enough) return std::nullopt;
  if (!tls.certificate_trusted) return "the client certificate is not trusted";
  if (!demand.certificate_subject.empty() &&
      !AnyGlobMatches(demand.certificate_subject, tls.certificate_subject)) {
    return "the client certificate is for " + tls.certificate_subject;
  }
  if (!demand.certificate_issuer.empty() &&
      !AnyGlobMatches(demand.certificate_issuer, tls.certificate_issuer)) {
    return "the client certificate is issued by " + tls.certificate_issuer;
  }
  return std::nullopt;
}

std::string Named(TlsVersion version) {
  const bool numbered = version >= TlsVersion::kTls10 && version <= TlsVersion::kTls13;
  return (numbered ? "TLS " : "") + std::string(ToString(version));
}

// No version is better than one that nobody knows.
bool IsOlder(TlsVersion version, TlsVersion minimum) {
  return minimum != TlsVersion::kNone && (version == TlsVersion::kUnknown || version < minimum);
}

bool IsOfThisMachine(const Client& client) {
  return client.on_this_machine || (client.address && IsLoopback(*client.address));
}

Action ActionFor(OnFailure on_failure) {
  switch (on_failure) {
    case OnFailure::kReject:
      return Action::kReject;
    case OnFailure::kQuarantine:
      return Action::kQuarantine;
    case OnFailure::kAccept:
      return Action::kAccept;
    case OnFailure::kDefer:
    case OnFailure::kRoute:  // has no meaning for mail that comes in
      break;
  }
  return Action::kDefer;
}

InboundVerdict JudgeBy(const RulePtr& rule, const Facts& facts, const Inbound& inbound) {
  InboundVerdict verdict;
  verdict.by = rule;
  OnFailure on_failure = inbound.on_failure;
  Mode mode = inbound.mode;
  if (rule != nullptr) {
    verdict.rule = rule->name;
    on_failure = rule->on_failure.value_or(on_failure);
    mode = rule->mode.value_or(mode);
    verdict.failure = ShortOf(rule->inbound, facts.envelope->tls);
  } else if (!IsOfThisMachine(facts.envelope->client)) {
    verdict.failure = ShortOf(inbound.demand, facts.envelope->tls);
  }
  if (verdict.failure) verdict.action = ActionFor(on_failure);
  verdict.observed = mode != Mode::kEnforce;
  return verdict;
}

}  // namespace

std::optional<InboundFailure> ShortOf(const InboundDemand& demand, const InboundTls& tls) {
  if (tls.version == TlsVersion::kNone) {
    if (!WantsTls(demand)) return std::nullopt;
    return InboundFailure{true, "TLS is required"};
  }
  if (IsOlder(tls.version, demand.minimum_tls)) {
    return InboundFailure{false, Named(tls.version) + " is used, but " + Named(demand.minimum_tls) +
                                     " or newer is required"};
  }
  if (tls.bits < demand.minimum_bits) {
    return InboundFailure{false, "a cipher of " + std::to_string(tls.bits) + " bits is used, but " +
                                     std::to_string(demand.minimum_bits) + " are required"};
  }
  if (AnyGlobMatches(demand.deny_cipher, tls.cipher)) {
    return InboundFailure{false, "the cipher " + tls.cipher + " is not allowed"};
  }
  if (std::optional<std::string> reason = CertificateShort(demand, tls)) {
    return InboundFailure{false, std::move(*reason)};
  }
  return std::nullopt;
}

InboundVerdict JudgeInbound(const Facts& facts, const Inbound& inbound, Time now) {
  const RuleMatch match = inbound.rules.Match(facts, now);
  InboundVerdict verdict = JudgeBy(match.rule, facts, inbound);
  verdict.decided = !match.undecided;
  if (match.observed != nullptr) {
    const InboundVerdict trial = JudgeBy(match.observed, facts, inbound);
    verdict.trial = InboundTrial{trial.action, trial.failure, trial.rule};
  }
  return verdict;
}

Action ActionTaken(const InboundVerdict& verdict) {
  return verdict.observed ? Action::kAccept : verdict.action;
}

}  // namespace tlswarden
