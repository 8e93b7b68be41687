#include "daemon/rule_keys.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "daemon/log_format.h"
#include "policy/ascii.h"
#include "policy/next_hop.h"

namespace tlswarden {
namespace {

using Texts = std::vector<std::string>;

constexpr std::array<std::string_view, 7> kPlaceholders = {
    "recipient", "domain", "reason", "result-type", "rule", "mx-host", "info-url"};

bool IsPrintable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

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
  constexpr std::size_t kDigits = 64;
  const bool has_colons = text.size() == kDigits / 2 * 3 - 1;
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (has_colons && i % 3 == 2 && text[i] == ':') continue;
    const char c = LowerAscii(text[i]);
    const bool is_digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    digits += !is_digit ? '?' : c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  if (digits.size() != kDigits || digits.find('?') != std::string::npos) {
    return Error{"not a SHA-256 fingerprint: 64 hexadecimal digits, or 32 pairs with colons"};
  }
  std::string written;
  for (std::size_t i = 0; i < kDigits; i += 2) {
    written.append(i > 0 ? ":" : "").append(digits, i, 2);
  }
  return AddText(rule.outbound.fingerprints, written);
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

// The name of a transport and, after a colon, a next hop: "gateway", "gateway:[gw.example]:10025".
bool IsTransport(std::string_view text) {
  const auto is_name = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  };
  const std::string_view name = text.substr(0, text.find(':'));
  return !name.empty() && text.size() <= 255 && std::all_of(name.begin(), name.end(), is_name) &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return is_name(c) || c == ':' || c == '[' || c == ']'; });
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

Result<bool> SetReply(Rule& rule, std::string_view text) {
  if (std::optional<std::string> why = WhyBadReplyTemplate(text)) return Error{std::move(*why)};
  return SetText(rule.reply, text);
}

Result<bool> SetInfoUrl(Rule& rule, std::string_view text) {
  const std::string lower = LowerAscii(text);
  const std::size_t slashes = lower.find("://") + 3;
  const bool is_web = lower.starts_with("http://") || lower.starts_with("https://");
  if (!is_web || lower.size() == slashes) {
    return Error{"must begin with https:// or http://, and a host"};
  }
  if (!IsPrintable(text) || text.find(' ') != std::string_view::npos) {
    return Error{"may hold printable ASCII only, without blanks; write others as %XX"};
  }
  if (text.size() > kMaxInfoUrlOctets) {
    return Error{"longer than " + std::to_string(kMaxInfoUrlOctets) + " octets"};
  }
  return SetText(rule.info_url, text);
}

Result<bool> SetUntil(Rule& rule, std::string_view text) {
  rule.until = ParseTime(text);
  if (!rule.until) return Error{"not a time in UTC, such as 2027-06-30 or 2027-06-30T18:00:00Z"};
  return true;
}

Texts PrintUntil(const Rule& rule) { return rule.until ? Texts{ToString(*rule.until)} : Texts(); }

Result<bool> SetNotify(Rule& rule, std::string_view text) {
  constexpr std::size_t kMaxAddressOctets = 254;  // RFC 5321 section 4.5.3.1.3, without < and >
  const MailAddress address = ParseMailAddress(text);
  const bool is_plain = IsPrintable(text) && text.find_first_of(" <>,") == std::string_view::npos;
  if (!is_plain || address.local.empty() || address.domain.ascii.empty() ||
      text.size() > kMaxAddressOctets) {
    return Error{"not an address of the form USER@DOMAIN"};
  }
  return SetText(rule.notify, text);
}

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
    {"reply", Side::kBoth, false, false, SetReply,
     [](const Rule& rule) { return PrintText(rule.reply); }},
    {"info-url", Side::kBoth, false, false, SetInfoUrl,
     [](const Rule& rule) { return PrintText(rule.info_url); }},
    {"until", Side::kBoth, false, false, SetUntil, PrintUntil},
    {"notify", Side::kOutbound, false, false, SetNotify,
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

std::span<const std::string_view> ReplyPlaceholders() { return kPlaceholders; }

std::optional<std::string> WhyBadReplyTemplate(std::string_view text) {
  if (!IsPrintable(text)) return "may hold printable ASCII only";
  if (text.size() > kMaxReplyTemplateOctets) {
    return "longer than " + std::to_string(kMaxReplyTemplateOctets) + " octets";
  }
  while (true) {
    const std::size_t open = text.find_first_of("{}");
    if (open == std::string_view::npos) return std::nullopt;
    const std::size_t close = text.find('}', open);
    if (text[open] == '}' || close == std::string_view::npos) return "a brace without its partner";
    const std::string_view name = text.substr(open + 1, close - open - 1);
    if (std::find(kPlaceholders.begin(), kPlaceholders.end(), name) == kPlaceholders.end()) {
      std::string why = "unknown placeholder {" + Printable(name, 40) + "}; there are";
      for (const std::string_view known : kPlaceholders) why.append(" {").append(known).append("}");
      return why;
    }
    text.remove_prefix(close + 1);
  }
}

}  // namespace tlswarden
