#include "daemon/rule_keys.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "daemon/rule_text.h"
#include "policy/ascii.h"
#include "policy/next_hop.h"

namespace tlswarden {
namespace {

using Texts = std::vector<std::string>;

Result<bool> AddDomain(DomainSet& set, std::string_view text) {
  const Result<DomainPattern> pattern = ParseDomainPattern(text);
  if (!pattern) return Error{pattern.error()};
  return set.Add(*pattern);
}

Texts Print(const DomainSet& set) {
  Texts texts;
  for (const DomainPattern& pattern : set.patterns()) texts.push_back(ToString(pattern));
  return texts;
}

Texts Print(const TextSet& set) {
  Texts texts(set.begin(), set.end());
  std::sort(texts.begin(), texts.end());
  return texts;
}

template <typename T>
Result<bool> AddNew(std::vector<T>& list, T entry) {
  if (std::find(list.begin(), list.end(), entry) != list.end()) return false;
  if (list.size() >= kMostSlowEntries) {
    return Error{"more than " + std::to_string(kMostSlowEntries) + " of these in one rule"};
  }
  list.push_back(std::move(entry));
  return true;
}

Result<bool> AddText(Texts& list, std::string_view text) { return AddNew(list, std::string(text)); }

// A text that stands once.
Result<bool> SetText(std::string& target, std::string_view text) {
  target = text;
  return true;
}

Texts PrintText(const std::string& text) { return text.empty() ? Texts() : Texts{text}; }

bool NamesPortOrBrackets(std::string_view text) {
  return text.find_first_of("[:") != std::string_view::npos;
}

Result<bool> AddNextHop(Rule& rule, std::string_view text) {
  if (!NamesPortOrBrackets(text)) return AddDomain(rule.match.next_hop.domains, text);
  const Result<NextHop> next_hop = ParseNextHop(text);
  if (!next_hop) return Error{next_hop.error()};
  if (next_hop->address_literal) return Error{"an address has no policy; use a host's name"};
  return rule.match.next_hop.exact.insert(ToString(*next_hop)).second;
}

Texts PrintNextHops(const Rule& rule) {
  Texts texts = Print(rule.match.next_hop.domains);
  for (std::string& text : Print(rule.match.next_hop.exact)) {
    // A name alone would be read as a domain at any port.
    if (!NamesPortOrBrackets(text)) text += ":25";
    texts.push_back(std::move(text));
  }
  return texts;
}

Result<bool> AddNetwork(Rule& rule, std::string_view text) {
  const Result<AddressRange> range = ParseAddressRange(text);
  if (!range) return Error{range.error()};
  const std::size_t before = rule.match.client_address.ranges().size();
  rule.match.client_address.Add(*range);
  return rule.match.client_address.ranges().size() > before;
}

Texts PrintNetworks(const Rule& rule) {
  Texts texts;
  for (const AddressRange& range : rule.match.client_address.ranges()) {
    texts.push_back(ToString(range));
  }
  return texts;
}

Result<bool> AddHeader(Rule& rule, std::string_view text) {
  Result<HeaderPattern> pattern = ParseHeaderPattern(text);
  if (!pattern) return Error{pattern.error()};
  return AddNew(rule.match.header, std::move(pattern).value());
}

Texts PrintHeaders(const Rule& rule) {
  Texts texts;
  for (const HeaderPattern& pattern : rule.match.header) {
    // After a blank, # would begin a comment.
    texts.push_back(pattern.name + (pattern.glob.starts_with('#') ? ":" : ": ") + pattern.glob);
  }
  return texts;
}

Result<bool> AddMatch(Rule& rule, std::string_view text) {
  Result<DomainPattern> pattern = ParseDomainPattern(text);
  if (!pattern) return Error{pattern.error()};
  return AddNew(rule.outbound.match, std::move(pattern).value());
}

Texts PrintMatch(const Rule& rule) {
  Texts texts;
  for (const DomainPattern& pattern : rule.outbound.match) texts.push_back(ToString(pattern));
  return texts;
}

Result<bool> AddFingerprint(Rule& rule, std::string_view text) {
  const Result<std::string> fingerprint = ParseFingerprint(text);
  if (!fingerprint) return Error{fingerprint.error()};
  return AddText(rule.outbound.fingerprints, *fingerprint);
}

Result<bool> SetMinimumTls(Rule& rule, std::string_view text) {
  const TlsVersion version = ParseTlsVersion(text).value_or(TlsVersion::kNone);
  const bool is_inbound = rule.direction == Direction::kInbound;
  (is_inbound ? rule.inbound.minimum_tls : rule.outbound.minimum_tls) = version;
  return true;
}

Texts PrintMinimumTls(const Rule& rule) {
  const bool is_inbound = rule.direction == Direction::kInbound;
  const TlsVersion version = is_inbound ? rule.inbound.minimum_tls : rule.outbound.minimum_tls;
  const bool demands_nothing = is_inbound && rule.inbound == InboundDemand();
  if (version == TlsVersion::kNone && !demands_nothing) return {};
  return {std::string(ToString(version))};
}

Result<bool> SetMinimumBits(Rule& rule, std::string_view text) {
  std::from_chars(text.data(), text.data() + text.size(), rule.inbound.minimum_bits);
  return true;
}

Texts PrintMinimumBits(const Rule& rule) {
  if (rule.inbound.minimum_bits == 0) return {};
  return {std::to_string(rule.inbound.minimum_bits)};
}

Result<bool> SetClientCertificate(Rule& rule, std::string_view text) {
  rule.inbound.client_certificate =
      text == "any" ? ClientCertificate::kAny : ClientCertificate::kTrusted;
  return true;
}

Texts PrintClientCertificate(const Rule& rule) {
  const ClientCertificate certificate = rule.inbound.client_certificate;
  if (certificate == ClientCertificate::kNotNeeded) return {};
  return {certificate == ClientCertificate::kAny ? "any" : "trusted"};
}

Result<bool> SetOnFailure(Rule& rule, std::string_view text) {
  constexpr std::string_view kRoute = "route:";
  if (text.starts_with(kRoute)) {
    if (!IsTransport(text.substr(kRoute.size()))) {
      return Error{
          "after route: stands a transport, such as route:gateway or "
          "route:smtp:[gateway.example]:10025"};
    }
    rule.on_failure = OnFailure::kRoute;
    rule.route = text.substr(kRoute.size());
    return true;
  }
  const std::optional<OnFailure> on_failure = ParseOnFailure(text);
  if (!on_failure || on_failure == OnFailure::kRoute) {
    return Error{"must be defer, reject, quarantine, accept or route:TRANSPORT"};
  }
  rule.on_failure = on_failure;
  return true;
}

Texts PrintOnFailure(const Rule& rule) {
  if (!rule.on_failure) return {};
  std::string text(ToString(*rule.on_failure));
  if (rule.on_failure == OnFailure::kRoute) text += ':' + rule.route;
  return {text};
}

// A text that must be good in itself.
template <std::optional<std::string> (*why_bad)(std::string_view)>
Result<bool> SetGoodText(std::string& target, std::string_view text) {
  if (std::optional<std::string> why = why_bad(text)) return Error{std::move(*why)};
  return SetText(target, text);
}

Result<bool> SetUntil(Rule& rule, std::string_view text) {
  rule.until = ParseTime(text);
  if (!rule.until) return Error{"not a time in UTC, such as 2027-06-30 or 2027-06-30T18:00:00Z"};
  return true;
}

Texts PrintUntil(const Rule& rule) { return rule.until ? Texts{ToString(*rule.until)} : Texts(); }

// What the option table has already checked.
Result<bool> SetDirection(Rule& rule, std::string_view text) {
  rule.direction = text == "inbound" ? Direction::kInbound : Direction::kOutbound;
  return true;
}

Result<bool> SetRequire(Rule& rule, std::string_view text) {
  rule.outbound.require = ParseRequirement(text).value_or(Requirement::kPublished);
  return true;
}

Texts PrintRequire(const Rule& rule) {
  if (rule.direction == Direction::kInbound) return {};
  return {std::string(ToString(rule.outbound.require))};
}

Result<bool> SetMode(Rule& rule, std::string_view text) {
  rule.mode = ParseMode(text);
  return true;
}

Texts PrintMode(const Rule& rule) {
  return rule.mode ? Texts{std::string(ToString(*rule.mode))} : Texts();
}

using Side = RuleKey::Side;

// A key whose entries live in one member, by overloads for the member's type.
Result<bool> Add(DomainSet& set, std::string_view text) { return AddDomain(set, text); }
Result<bool> Add(AddressSet& set, std::string_view text) { return set.Add(text); }
Result<bool> Add(Texts& list, std::string_view text) { return AddText(list, text); }
Result<bool> Add(TextSet& set, std::string_view text) {
  return set.insert(LowerAscii(text)).second;
}
Texts Print(const AddressSet& set) { return set.written(); }
Texts Print(const Texts& list) { return list; }

// Takes a lambda without captures that names the member.
template <typename Member>
constexpr RuleKey Entries(std::string_view key, Side side, bool is_matcher, bool may_be_list,
                          Member) {
  return {key,
          side,
          is_matcher,
          may_be_list,
          [](Rule& rule, std::string_view text) { return Add(Member{}(rule), text); },
          [](const Rule& rule) { return Print(Member{}(rule)); }};
}

constexpr RuleKey kKeys[] = {
    {"direction", Side::kBoth, false, false, SetDirection,
     [](const Rule& rule) { return Texts{std::string(ToString(rule.direction))}; }},
    Entries(
        "recipient-domain", Side::kBoth, true, true,
        [](auto& r) -> auto& { return r.match.recipient_domain; }),
    Entries(
        "recipient", Side::kBoth, true, true, [](auto& r) -> auto& { return r.match.recipient; }),
    Entries(
        "sender-domain", Side::kBoth, true, true,
        [](auto& r) -> auto& { return r.match.sender_domain; }),
    Entries(
        "sender", Side::kBoth, true, true, [](auto& r) -> auto& { return r.match.sender; }),
    {"next-hop", Side::kOutbound, true, true, AddNextHop, PrintNextHops},
    Entries(
        "mx-host", Side::kOutbound, true, true, [](auto& r) -> auto& { return r.match.mx_host; }),
    Entries(
        "transport", Side::kOutbound, true, false,
        [](auto& r) -> auto& { return r.match.transport; }),
    {"client-address", Side::kBoth, true, true, AddNetwork, PrintNetworks},
    Entries(
        "client-name", Side::kBoth, true, true,
        [](auto& r) -> auto& { return r.match.client_name; }),
    Entries(
        "authenticated", Side::kBoth, true, true,
        [](auto& r) -> auto& { return r.match.authenticated; }),
    Entries(
        "listener", Side::kBoth, true, false, [](auto& r) -> auto& { return r.match.listener; }),
    {"header", Side::kBoth, true, false, AddHeader, PrintHeaders},
    {"require", Side::kOutbound, false, false, SetRequire, PrintRequire},
    {"match", Side::kOutbound, false, false, AddMatch, PrintMatch},
    {"fingerprint", Side::kOutbound, false, false, AddFingerprint,
     [](const Rule& rule) { return rule.outbound.fingerprints; }},
    {"minimum-tls", Side::kBoth, false, false, SetMinimumTls, PrintMinimumTls},
    {"ciphers", Side::kOutbound, false, false,
     [](Rule& rule, std::string_view text) { return SetText(rule.outbound.ciphers, text); },
     [](const Rule& rule) { return PrintText(rule.outbound.ciphers); }},
    {"minimum-bits", Side::kInbound, false, false, SetMinimumBits, PrintMinimumBits},
    Entries(
        "deny-cipher", Side::kInbound, false, false,
        [](auto& r) -> auto& { return r.inbound.deny_cipher; }),
    {"client-certificate", Side::kInbound, false, false, SetClientCertificate,
     PrintClientCertificate},
    Entries(
        "certificate-subject", Side::kInbound, false, false,
        [](auto& r) -> auto& { return r.inbound.certificate_subject; }),
    Entries(
        "certificate-issuer", Side::kInbound, false, false,
        [](auto& r) -> auto& { return r.inbound.certificate_issuer; }),
    {"on-failure", Side::kBoth, false, false, SetOnFailure, PrintOnFailure},
    {"mode", Side::kBoth, false, false, SetMode, PrintMode},
    {"reply", Side::kBoth, false, false,
     [](Rule& rule, std::string_view text) {
       return SetGoodText<WhyBadReplyTemplate>(rule.reply, text);
     },
     [](const Rule& rule) { return PrintText(rule.reply); }},
    {"info-url", Side::kBoth, false, false,
     [](Rule& rule, std::string_view text) {
       return SetGoodText<WhyBadInfoUrl>(rule.info_url, text);
     },
     [](const Rule& rule) { return PrintText(rule.info_url); }},
    {"until", Side::kBoth, false, false, SetUntil, PrintUntil},
    {"notify", Side::kOutbound, false, false,
     [](Rule& rule, std::string_view text) {
       return SetGoodText<WhyBadMailbox>(rule.notify, text);
     },
     [](const Rule& rule) { return PrintText(rule.notify); }},
};

}  // namespace

std::span<const RuleKey> RuleKeys() { return kKeys; }

const RuleKey* FindRuleKey(std::string_view key) {
  for (const RuleKey& entry : kKeys) {
    if (entry.key == key) return &entry;
  }
  return nullptr;
}

}  // namespace tlswarden
