#include "policy/rule_match.h"

#include <algorithm>

#include "policy/ascii.h"
#include "policy/glob.h"

namespace tlswarden {
namespace {

Fit Known(bool fits) { return fits ? Fit::kYes : Fit::kNo; }

Fit RecipientDomainFits(const Rule& rule, const Facts& facts) {
  const DomainSet& wanted = rule.match.recipient_domain;
  if (wanted.empty()) return Fit::kYes;
  if (facts.recipient_domain == nullptr) return Fit::kUnknown;
  return Known(wanted.Contains(*facts.recipient_domain));
}

Fit RecipientFits(const Rule& rule, const Facts& facts) {
  if (rule.match.recipient.empty()) return Fit::kYes;
  if (facts.recipient == nullptr) return Fit::kUnknown;
  return Known(rule.match.recipient.Contains(*facts.recipient));
}

Fit SenderDomainFits(const Rule& rule, const Facts& facts) {
  if (rule.match.sender_domain.empty()) return Fit::kYes;
  if (facts.envelope == nullptr) return Fit::kUnknown;
  const Domain& domain = facts.envelope->sender.domain;
  return Known(!domain.ascii.empty() && rule.match.sender_domain.Contains(domain));
}

Fit SenderFits(const Rule& rule, const Facts& facts) {
  if (rule.match.sender.empty()) return Fit::kYes;
  if (facts.envelope == nullptr) return Fit::kUnknown;
  return Known(rule.match.sender.Contains(facts.envelope->sender));
}

Fit NextHopFits(const Rule& rule, const Facts& facts) {
  const NextHopSet& wanted = rule.match.next_hop;
  if (wanted.empty()) return Fit::kYes;
  if (facts.next_hop == nullptr) return Fit::kUnknown;
  return Known(wanted.domains.Contains(facts.next_hop->domain) ||
               wanted.exact.contains(ToString(*facts.next_hop)));
}

// All hosts must match: one that doesn't may be the one that takes the mail. And whoever forges an
// unsigned MX must not be able to choose an exception for himself.
Fit MxHostFits(const Rule& rule, const Facts& facts) {
  if (rule.match.mx_host.empty()) return Fit::kYes;
  if (facts.mx == nullptr || facts.mx->failure) return Fit::kUnknown;
  const bool lowers = rule.outbound.require == Requirement::kNone;
  if (lowers && facts.mx->security != Security::kSecure) return Fit::kNo;
  const std::vector<MxHost>& hosts = facts.mx->hosts;
  return Known(!hosts.empty() && std::all_of(hosts.begin(), hosts.end(), [&](const MxHost& host) {
    return rule.match.mx_host.Contains(host.name);
  }));
}

Fit TransportFits(const Rule& rule, const Facts& facts) {
  if (rule.match.transport.empty()) return Fit::kYes;
  if (facts.transport.empty()) return Fit::kUnknown;
  return Known(AnyGlobMatches(rule.match.transport, facts.transport));
}

Fit ClientAddressFits(const Rule& rule, const Facts& facts) {
  if (rule.match.client_address.empty()) return Fit::kYes;
  if (facts.envelope == nullptr) return Fit::kUnknown;
  const std::optional<IpAddress>& address = facts.envelope->client.address;
  return Known(address && rule.match.client_address.Contains(*address));
}

Fit ClientNameFits(const Rule& rule, const Facts& facts) {
  if (rule.match.client_name.empty()) return Fit::kYes;
  if (facts.envelope == nullptr) return Fit::kUnknown;
  const std::string& name = facts.envelope->client.name;
  return Known(!name.empty() && rule.match.client_name.Contains(Domain{name}));
}

Fit AuthenticatedFits(const Rule& rule, const Facts& facts) {
  if (rule.match.authenticated.empty()) return Fit::kYes;
  if (facts.envelope == nullptr) return Fit::kUnknown;
  const std::string& login = facts.envelope->client.authenticated;
  const TextSet& wanted = rule.match.authenticated;
  if (login.empty()) return Known(wanted.contains("no"));
  const std::string lower = LowerAscii(login);
  return Known(wanted.contains("yes") || (lower != "no" && wanted.contains(lower)));
}

Fit ListenerFits(const Rule& rule, const Facts& facts) {
  if (rule.match.listener.empty()) return Fit::kYes;
  if (facts.envelope == nullptr) return Fit::kUnknown;
  const Client& client = facts.envelope->client;
  return Known(std::any_of(
      rule.match.listener.begin(), rule.match.listener.end(), [&client](const std::string& wanted) {
        return EqualsIgnoringCase(wanted, client.listener) || wanted == client.listener_port;
      }));
}

Fit HeaderFits(const Rule& rule, const Facts& facts) {
  if (rule.match.header.empty()) return Fit::kYes;
  if (facts.envelope == nullptr || !facts.envelope->headers) return Fit::kUnknown;
  for (const Header& header : *facts.envelope->headers) {
    for (const HeaderPattern& pattern : rule.match.header) {
      if (EqualsIgnoringCase(pattern.name, header.name) &&
          GlobMatches(pattern.glob, header.value)) {
        return Fit::kYes;
      }
    }
  }
  return Fit::kNo;
}

struct Matcher {
  std::string_view key;
  Fit (*fits)(const Rule&, const Facts&);
};

constexpr Matcher kMatchers[] = {
    {"recipient-domain", RecipientDomainFits},
    {"recipient", RecipientFits},
    {"sender-domain", SenderDomainFits},
    {"sender", SenderFits},
    {"next-hop", NextHopFits},
    {"transport", TransportFits},
    {"client-address", ClientAddressFits},
    {"client-name", ClientNameFits},
    {"authenticated", AuthenticatedFits},
    {"listener", ListenerFits},
    {"mx-host", MxHostFits},
    {"header", HeaderFits},
};

}  // namespace

Fit FitOf(const Rule& rule, const Facts& facts, Time now) {
  if (IsOver(rule, now) || !rule.match.never.empty()) return Fit::kNo;
  Fit least = Fit::kYes;
  for (const Matcher& matcher : kMatchers) {
    const Fit fit = matcher.fits(rule, facts);
    if (fit == Fit::kNo) return fit;
    least = std::min(least, fit);
  }
  return least;
}

std::string_view FirstMisfit(const Rule& rule, const Facts& facts, Time now) {
  if (IsOver(rule, now)) return "until";
  if (!rule.match.never.empty()) return rule.match.never;
  std::string_view unknown;
  for (const Matcher& matcher : kMatchers) {
    const Fit fit = matcher.fits(rule, facts);
    if (fit == Fit::kNo) return matcher.key;
    if (fit == Fit::kUnknown && unknown.empty()) unknown = matcher.key;
  }
  return unknown;
}

}  // namespace tlswarden
