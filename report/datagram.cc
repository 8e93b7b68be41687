#include "report/datagram.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "policy/address_ranges.h"
#include "policy/ascii.h"
#include "policy/domain.h"
#include "policy/failure.h"
#include "policy/utf8.h"

namespace tlswarden {
namespace {

namespace json = boost::json;

// A detail's field lies at 6. A later version may nest a little deeper.
constexpr std::size_t kMaxDepth = 16;

bool IsControl(std::uint32_t code) { return code < 0x20 || (code >= 0x7f && code < 0xa0); }

std::string Clean(std::string_view text, std::size_t most = kMaxEventTextOctets) {
  return MappedUtf8(text, most, [](const auto& character, std::string_view octets) {
    if (!character) return kReplacementCharacter;
    return IsControl(character->code) ? std::string_view() : octets;
  });
}

// Empty when the member is missing or no string.
std::string_view Text(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  const json::string* text = value != nullptr ? value->if_string() : nullptr;
  return text != nullptr ? std::string_view(text->data(), text->size()) : std::string_view();
}

std::optional<std::int64_t> Number(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  const std::int64_t* number = value != nullptr ? value->if_int64() : nullptr;
  return number != nullptr ? std::optional(*number) : std::nullopt;
}

// Null when the member is missing or no array.
const json::array* Array(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr ? value->if_array() : nullptr;
}

// The strings of an array, the first `most` of them.
std::vector<std::string> Texts(const json::object& object, std::string_view key, std::size_t most,
                               std::size_t most_octets = kMaxEventTextOctets) {
  std::vector<std::string> texts;
  const json::array* array = Array(object, key);
  if (array == nullptr) return texts;
  for (const json::value& value : *array) {
    if (texts.size() == most) break;
    if (const json::string* text = value.if_string()) texts.push_back(Clean(*text, most_octets));
  }
  return texts;
}

// As A-labels; a text that is no name stays as it is.
std::string Name(std::string_view text) {
  const Result<Domain> domain = ParseDomain(text);
  return domain ? domain->ascii : Clean(text);
}

std::string MxPattern(const std::string& text) {
  constexpr std::string_view kWildcard = "*.";
  if (!text.starts_with(kWildcard)) return Name(text);
  return std::string(kWildcard) + Name(std::string_view(text).substr(kWildcard.size()));
}

std::string Address(std::string_view text) {
  return ParseIpAddress(text) ? Clean(text) : std::string();
}

// The first word after the code of "250-mx.example.com at your service\r\n250 STARTTLS".
std::string ServerName(std::string_view reply) {
  std::string_view line = reply.substr(0, reply.find_first_of("\r\n"));
  const auto digits =
      static_cast<std::size_t>(std::find_if_not(line.begin(), line.end(), IsDigit) - line.begin());
  if (digits == 3 && (line.size() == 3 || line[3] == '-' || line[3] == ' ')) {
    line.remove_prefix(std::min<std::size_t>(line.size(), 4));
  }
  line = Trim(line);
  return Clean(line.substr(0, line.find_first_of(kBlanks)));
}

// libtlsrpt's tlsrpt_failure_t.
std::optional<ResultType> TypeOf(std::int64_t code) {
  struct Row {
    std::int64_t code;
    ResultType type;
  };
  static constexpr std::array<Row, 11> kRows{{{201, ResultType::kStarttlsNotSupported},
                                              {202, ResultType::kCertificateHostMismatch},
                                              {203, ResultType::kCertificateNotTrusted},
                                              {204, ResultType::kCertificateExpired},
                                              {205, ResultType::kValidationFailure},
                                              {301, ResultType::kStsPolicyFetchError},
                                              {302, ResultType::kStsPolicyInvalid},
                                              {303, ResultType::kStsWebpkiInvalid},
                                              {304, ResultType::kTlsaInvalid},
                                              {305, ResultType::kDnssecInvalid},
                                              {306, ResultType::kDaneRequired}}};
  const auto* row = std::find_if(kRows.begin(), kRows.end(),
                                 [code](const Row& candidate) { return candidate.code == code; });
  return row != kRows.end() ? std::optional(row->type) : std::nullopt;
}

constexpr std::int64_t kInternalFailure = 901;

std::string UnknownReason(std::optional<std::int64_t> code, const std::string& reason) {
  std::string text = !code                      ? "no failure code"
                     : code == kInternalFailure ? "internal failure of the MTA, code 901"
                                                : "unknown failure code " + std::to_string(*code);
  if (!reason.empty()) text += ": " + reason;
  return Clean(text);
}

FailureDetail DetailOf(const json::object& object) {
  const std::optional<std::int64_t> code = Number(object, "c");
  const std::optional<ResultType> type = code ? TypeOf(*code) : std::nullopt;
  const std::string reason = Clean(Text(object, "f"));
  FailureDetail detail;
  detail.result_type = ToString(type.value_or(ResultType::kValidationFailure));
  detail.sending_mta_ip = Address(Text(object, "s"));
  detail.receiving_mx_hostname = Name(Text(object, "n"));
  detail.receiving_mx_helo = ServerName(Text(object, "h"));
  detail.receiving_ip = Address(Text(object, "r"));
  detail.additional_information = Clean(Text(object, "a"));
  detail.failure_reason_code = type ? reason : UnknownReason(code, reason);
  return detail;
}

std::vector<FailureDetail> DetailsOf(const json::object& policy) {
  std::vector<FailureDetail> details;
  const json::array* array = Array(policy, "failure-details");
  if (array == nullptr) return details;
  for (const json::value& value : *array) {
    if (details.size() == kMaxFailureDetails) break;
    if (const json::object* object = value.if_object()) details.push_back(DetailOf(*object));
  }
  return details;
}

// RFC 8460 section 4.4; libtlsrpt's tlsrpt_policy_type_t. Empty when it is none of them.
std::string PolicyType(const json::object& policy) {
  switch (Number(policy, "policy-type").value_or(0)) {
    case 1:
      return "tlsa";
    case 2:
      return "sts";
    case 9:
      return "no-policy-found";
    default:
      return {};
  }
}

Result<ReportedPolicy> PolicyOf(const json::object& object, const std::string& domain) {
  ReportedPolicy policy;
  policy.type = PolicyType(object);
  policy.strings = Texts(object, "policy-string", kMaxPolicyStrings, kMaxPolicyStringOctets);
  policy.mx_hosts = Texts(object, "mx-host", kMaxPolicyMxHosts);
  for (std::string& host : policy.mx_hosts) host = MxPattern(host);
  if (const std::string_view text = Text(object, "policy-domain"); !text.empty()) {
    const Result<Domain> name = ParseDomain(text);
    if (!name) return Error{"policy-domain " + Clean(text) + ": " + name.error()};
    policy.domain = name->ascii;
  } else if (policy.type != "tlsa") {  // whose policy domain is an MX host
    policy.domain = domain;
  }
  return policy;
}

bool IsEnforced(const std::vector<std::string>& sts_lines) {
  return std::any_of(sts_lines.begin(), sts_lines.end(), [](std::string_view line) {
    constexpr std::string_view kMode = "mode:";
    return line.starts_with(kMode) && Trim(line.substr(kMode.size())) == "enforce";
  });
}

TlsReached ReachedBy(const ReportedPolicy& policy) {
  if (policy.type == "tlsa") return TlsReached::kAuthenticated;
  if (policy.type == "sts") {
    return IsEnforced(policy.strings) ? TlsReached::kAuthenticated : TlsReached::kEncrypted;
  }
  return policy.type.empty() ? TlsReached::kUnknown : TlsReached::kEncrypted;
}

// The final result, 0 or 1. Without one, a failure is known by its details.
TlsEvent::Outcome OutcomeOf(const json::object& policy, bool has_details) {
  const std::optional<std::int64_t> final_result = Number(policy, "f");
  if (final_result == 0) return TlsEvent::Outcome::kSuccess;
  const bool failed = final_result == 1 || has_details;
  return failed ? TlsEvent::Outcome::kFailure : TlsEvent::Outcome::kUncounted;
}

// `common` has what all events of the datagram share.
Result<TlsEvent> EventOf(const json::object& object, const TlsEvent& common) {
  Result<ReportedPolicy> policy = PolicyOf(object, common.domain);
  if (!policy) return Error{policy.error()};
  TlsEvent event = common;
  event.policy = std::move(policy).value();
  event.details = DetailsOf(object);
  event.outcome = OutcomeOf(object, !event.details.empty());
  if (event.outcome == TlsEvent::Outcome::kSuccess) event.reached = ReachedBy(event.policy);
  return event;
}

// The version was added in libtlsrpt 0.5.0.
bool IsKnownVersion(const json::object& datagram) {
  return !datagram.contains("dpv") || Text(datagram, "dpv") == "1";
}

Result<std::vector<TlsEvent>> EventsOf(const json::object& datagram, Time now) {
  if (!IsKnownVersion(datagram)) return Error{"protocol version (dpv) other than \"1\""};
  const std::string_view name = Text(datagram, "d");
  if (name.empty()) return Error{"no domain (d)"};
  const Result<Domain> domain = ParseDomain(name);
  if (!domain) return Error{"domain (d) " + Clean(name) + ": " + domain.error()};
  TlsEvent common;
  common.at = now;
  common.domain = domain->ascii;
  const std::string_view record = Text(datagram, "pr");
  if (record.size() <= kMaxEventTextOctets) common.tlsrpt_record = Clean(record);
  common.source = EventSource::kDatagram;

  std::vector<TlsEvent> events;
  if (const json::array* policies = Array(datagram, "policies")) {
    for (const json::value& policy : *policies) {
      if (events.size() == kMaxDatagramPolicies) break;
      if (!policy.is_object()) continue;
      Result<TlsEvent> event = EventOf(policy.get_object(), common);
      if (!event) return Error{event.error()};
      events.push_back(std::move(event).value());
    }
  }
  if (events.empty()) return Error{"no policies"};
  return events;
}

}  // namespace

Result<std::vector<TlsEvent>> ParseDatagram(std::string_view octets, Time now) {
  if (octets.empty()) return Error{"empty"};
  if (octets.size() > kMaxDatagramOctets) return Error{"longer than 212960 octets"};
  json::parse_options options;
  options.max_depth = kMaxDepth;
  options.allow_invalid_utf8 = true;
  json::error_code wrong;
  // Most datagrams fit what is at hand, and are thrown away at once.
  std::array<unsigned char, 8192> at_hand;
  json::monotonic_resource memory(at_hand.data(), at_hand.size());
  const json::value value =
      json::parse(json::string_view(octets.data(), octets.size()), wrong, &memory, options);
  if (wrong) return Error{"not JSON: " + wrong.message()};
  const json::object* datagram = value.if_object();
  if (datagram == nullptr) return Error{"no JSON object"};
  return EventsOf(*datagram, now);
}

}  // namespace tlswarden
