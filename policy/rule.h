// Rule: what the operator demands beyond what domains publish, and of which mail.
//
// Plain values. rules.h finds the first that matches, the judges read what it demands.
#ifndef TLSWARDEN_POLICY_RULE_H_
#define TLSWARDEN_POLICY_RULE_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/address_ranges.h"
#include "policy/domain_set.h"
#include "policy/time.h"
#include "policy/tls_version.h"

namespace tlswarden {

enum class Direction { kOutbound, kInbound };
std::string_view ToString(Direction direction);

// What must hold for a session, in rising order.
enum class Requirement {
  kNone,           // nothing, not even what the domain publishes: an exception
  kPublished,      // what the domain publishes; without a rule, this
  kEncrypt,        // TLS with anybody, if the domain publishes nothing better
  kAuthenticated,  // DANE or an enforced MTA-STS policy
  kDane,           // DANE on every host that is used
  kPinned,         // the names or fingerprints that the rule lists, and nothing else
};

std::string_view ToString(Requirement requirement);
std::optional<Requirement> ParseRequirement(std::string_view text);  // the words of `require =`

// What follows when the demand can't be met.
enum class OnFailure {
  kDefer,
  kReject,
  kAccept,
  kQuarantine,  // the MTA takes the message and holds it, for a person to look at
  kRoute,       // another transport takes it, such as an encryption gateway
};

std::string_view ToString(OnFailure on_failure);
std::optional<OnFailure> ParseOnFailure(std::string_view text);

enum class Mode { kEnforce, kObserve, kOff };
std::string_view ToString(Mode mode);
std::optional<Mode> ParseMode(std::string_view text);

// `Subject: *[secure]*`
struct HeaderPattern {
  std::string name;  // in lower case
  std::string glob;
  bool operator==(const HeaderPattern&) const = default;
};

Result<HeaderPattern> ParseHeaderPattern(std::string_view text);

// A next hop as the MTA writes it, `[mx.example.com]:587`, or a pattern of its domain.
struct NextHopSet {
  TextSet exact;  // canonical text of those with brackets or a port
  DomainSet domains;
  bool empty() const { return exact.empty() && domains.empty(); }
  bool operator==(const NextHopSet&) const = default;
};

// Of several values of one kind any may match; all kinds that are given must match.
struct Matchers {
  DomainSet recipient_domain;
  DomainSet sender_domain;
  AddressSet recipient;
  AddressSet sender;
  NextHopSet next_hop;
  DomainSet mx_host;
  std::vector<std::string> transport;  // globs
  AddressRanges client_address;
  DomainSet client_name;
  TextSet authenticated;              // yes, no or login names, in lower case
  std::vector<std::string> listener;  // a daemon's name or a port
  std::vector<HeaderPattern> header;
  // A key whose lists hold nothing: then the rule fits nothing. Empty: there is none.
  std::string never;
  bool operator==(const Matchers&) const = default;
};

enum class ClientCertificate { kNotNeeded, kAny, kTrusted };

struct InboundDemand {
  TlsVersion minimum_tls = TlsVersion::kNone;  // kNone: TLS isn't demanded
  int minimum_bits = 0;
  std::vector<std::string> deny_cipher;  // globs of OpenSSL's names
  ClientCertificate client_certificate = ClientCertificate::kNotNeeded;
  std::vector<std::string> certificate_subject;  // globs; any of them
  std::vector<std::string> certificate_issuer;
  bool operator==(const InboundDemand&) const = default;
};

struct OutboundDemand {
  Requirement require = Requirement::kPublished;
  std::vector<DomainPattern> match;       // kPinned: names on the certificate
  std::vector<std::string> fingerprints;  // kPinned: SHA-256, "AB:CD:…"
  TlsVersion minimum_tls = TlsVersion::kNone;
  std::string ciphers;  // Postfix's grade: "high"; empty: the MTA's own
  bool operator==(const OutboundDemand&) const = default;
};

struct Rule {
  std::string name;
  int line = 0;  // in the configuration file
  Direction direction = Direction::kOutbound;
  Matchers match;
  OutboundDemand outbound;
  InboundDemand inbound;
  std::optional<OnFailure> on_failure;  // empty: as [outbound] or [inbound] says
  std::string route;                    // with kRoute: a transport, "TRANSPORT:NEXTHOP" of Postfix
  // Empty: as the section says. kObserve: the rule only says in the log what it would have done,
  // and the next one that matches counts.
  std::optional<Mode> mode;
  std::string reply;          // empty: our own sentence
  std::string info_url;       // stands at the end of the reply
  std::optional<Time> until;  // from then on the rule is as if it weren't there
  std::string notify;         // an address that learns of newly blocked domains
  bool operator==(const Rule&) const = default;
};

using RulePtr = std::shared_ptr<const Rule>;

// Whether its `until` has come: it is as if it weren't there.
bool IsOver(const Rule& rule, Time now);

// Whether the rule asks for something that only the milter knows. A policy map, which knows a next
// hop, never applies such a rule.
bool NeedsMessage(const Rule& rule);

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_RULE_H_
