#include "cache/evidence_codec.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <limits>
#include <stdexcept>
#include <utility>

#include "policy/sts_record.h"

namespace tlswarden {
namespace {

namespace json = boost::json;

constexpr std::int64_t kVersion = 2;
constexpr std::size_t kMaxHosts = 512;  // as many as the DNS answer reader takes
constexpr std::size_t kMaxTlsaRecords = 512;

json::value EncodeFailure(const std::optional<Failure>& failure) {
  if (!failure) return nullptr;
  return json::object{{"type", json::string(ToString(failure->type))},
                      {"reason", failure->reason},
                      {"transient", failure->transient}};
}

json::value EncodeSts(const StsEvidence& sts) {
  json::object object{{"failure", EncodeFailure(sts.failure)},
                      {"failing_since", Seconds(sts.failing_since)},
                      {"warned_at", Seconds(sts.warned_at)},
                      {"failed_lookups", sts.failed_lookups},
                      {"failed_id", sts.failed_id},
                      {"failed_fetches", sts.failed_fetches},
                      {"no_fetch_before", Seconds(sts.no_fetch_before)},
                      {"refresh_at", Seconds(sts.refresh_at)},
                      {"look_again_at", Seconds(sts.look_again_at)}};
  if (sts.learned) {
    std::string text;
    for (const std::string& line : sts.learned->policy->lines) text += line + '\n';
    object["learned"] = json::object{
        {"text", text}, {"id", sts.learned->id}, {"fetched_at", Seconds(sts.learned->fetched_at)}};
  }
  return object;
}

json::value EncodeTlsa(const TlsaRecord& record) {
  json::array octets{record.usage, record.selector, record.matching_type};
  for (std::uint8_t octet : record.data) octets.push_back(octet);
  return octets;
}

json::value EncodeHost(const MxHost& host) {
  json::array usable, unusable;
  for (const TlsaRecord& record : host.usable) usable.push_back(EncodeTlsa(record));
  for (const std::string& text : host.unusable) unusable.push_back(json::string(text));
  return json::object{{"name", host.name.ascii},
                      {"preference", host.preference},
                      {"address_security", json::string(ToString(host.address_security))},
                      {"dane", json::string(ToString(host.dane))},
                      {"tlsa_base", host.tlsa_base.ascii},
                      {"usable", std::move(usable)},
                      {"unusable", std::move(unusable)},
                      {"failure", EncodeFailure(host.failure)}};
}

json::value EncodeMx(const MxEvidence& mx) {
  json::array hosts;
  for (const MxHost& host : mx.hosts) hosts.push_back(EncodeHost(host));
  return json::object{{"security", json::string(ToString(mx.security))},
                      {"hosts", std::move(hosts)},
                      {"null_mx", mx.null_mx},
                      {"no_such_domain", mx.no_such_domain},
                      {"failure", EncodeFailure(mx.failure)},
                      {"failed_lookups", mx.failed_lookups},
                      {"good_until", Seconds(mx.good_until)}};
}

// Decoding throws on anything odd; DecodeEvidence turns that into a Result.
[[noreturn]] void Refuse(const char* what) { throw std::invalid_argument(what); }

const json::object& Object(const json::object& parent, const char* key) {
  return parent.at(key).as_object();
}

std::string Text(const json::object& object, const char* key) {
  return std::string(object.at(key).as_string());
}

Time At(const json::object& object, const char* key) {
  // The year 9999; beyond it arithmetic on times could overflow.
  constexpr std::int64_t kLast = 253402300799;
  const std::int64_t seconds = object.at(key).as_int64();
  if (seconds < 0 || seconds > kLast) Refuse("time out of range");
  return FromSeconds(seconds);
}

template <typename Int>
Int Number(const json::value& value) {
  const std::int64_t number = value.as_int64();
  if (number < 0 || number > std::numeric_limits<Int>::max()) Refuse("number out of range");
  return static_cast<Int>(number);
}

template <typename Enum, std::size_t N>
Enum Word(const std::array<Enum, N>& all, const std::string& text) {
  for (Enum value : all) {
    if (ToString(value) == text) return value;
  }
  Refuse("unknown word");
}

Security DecodeSecurity(const std::string& text) {
  constexpr std::array kAll = {Security::kSecure, Security::kInsecure, Security::kBogus,
                               Security::kIndeterminate};
  return Word(kAll, text);
}

HostDane DecodeHostDane(const std::string& text) {
  constexpr std::array kAll = {HostDane::kNone,   HostDane::kUsable,     HostDane::kUnusable,
                               HostDane::kFailed, HostDane::kUnresolved, HostDane::kUnreachable};
  return Word(kAll, text);
}

Domain DecodeDomain(const std::string& text) {
  Result<Domain> domain = ParseDomain(text);
  if (!domain || domain->ascii != text) Refuse("malformed domain");
  return *domain;
}

std::optional<Failure> DecodeFailure(const json::value& value) {
  if (value.is_null()) return std::nullopt;
  const json::object& object = value.as_object();
  const std::optional<ResultType> type = ParseResultType(Text(object, "type"));
  if (!type) Refuse("unknown result type");
  std::string reason = Text(object, "reason");
  const bool one_line = std::none_of(reason.begin(), reason.end(),
                                     [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  if (!one_line) Refuse("control character in a reason");
  return Failure{*type, std::move(reason), object.at("transient").as_bool()};
}

LearnedStsPolicy DecodeLearned(const json::object& object) {
  Result<StsPolicy> policy = ParseStsPolicy(Text(object, "text"));
  if (!policy) Refuse("stored policy doesn't parse");
  std::string id = Text(object, "id");
  if (!IsStsId(id)) Refuse("malformed id");
  return {*policy, std::move(id), At(object, "fetched_at")};
}

StsEvidence DecodeSts(const json::object& object) {
  StsEvidence sts;
  if (object.contains("learned")) sts.learned = DecodeLearned(Object(object, "learned"));
  sts.failure = DecodeFailure(object.at("failure"));
  sts.failing_since = At(object, "failing_since");
  sts.warned_at = At(object, "warned_at");
  sts.failed_lookups = Number<int>(object.at("failed_lookups"));
  sts.failed_id = Text(object, "failed_id");
  if (!sts.failed_id.empty() && !IsStsId(sts.failed_id)) Refuse("malformed id");
  sts.failed_fetches = Number<int>(object.at("failed_fetches"));
  sts.no_fetch_before = At(object, "no_fetch_before");
  sts.refresh_at = At(object, "refresh_at");
  sts.look_again_at = At(object, "look_again_at");
  return sts;
}

TlsaRecord DecodeTlsa(const json::array& octets) {
  if (octets.size() < 3) Refuse("short TLSA record");
  TlsaRecord record{Number<std::uint8_t>(octets[0]),
                    Number<std::uint8_t>(octets[1]),
                    Number<std::uint8_t>(octets[2]),
                    {}};
  for (std::size_t i = 3; i < octets.size(); ++i) {
    record.data.push_back(Number<std::uint8_t>(octets[i]));
  }
  if (WhyUnusable(record)) Refuse("TLSA record that isn't usable");
  return record;
}

MxHost DecodeHost(const json::object& object) {
  MxHost host;
  host.name = DecodeDomain(Text(object, "name"));
  host.preference = Number<std::uint16_t>(object.at("preference"));
  host.address_security = DecodeSecurity(Text(object, "address_security"));
  host.dane = DecodeHostDane(Text(object, "dane"));
  const std::string base = Text(object, "tlsa_base");
  if (!base.empty()) host.tlsa_base = DecodeDomain(base);
  const json::array& usable = object.at("usable").as_array();
  if (usable.size() > kMaxTlsaRecords) Refuse("too many TLSA records");
  for (const json::value& record : usable) host.usable.push_back(DecodeTlsa(record.as_array()));
  for (const json::value& text : object.at("unusable").as_array()) {
    host.unusable.emplace_back(text.as_string());
  }
  host.failure = DecodeFailure(object.at("failure"));
  return host;
}

MxEvidence DecodeMx(const json::object& object) {
  MxEvidence mx;
  mx.security = DecodeSecurity(Text(object, "security"));
  const json::array& hosts = object.at("hosts").as_array();
  if (hosts.size() > kMaxHosts) Refuse("too many hosts");
  for (const json::value& host : hosts) mx.hosts.push_back(DecodeHost(host.as_object()));
  mx.null_mx = object.at("null_mx").as_bool();
  mx.no_such_domain = object.at("no_such_domain").as_bool();
  mx.failure = DecodeFailure(object.at("failure"));
  mx.failed_lookups = Number<int>(object.at("failed_lookups"));
  mx.good_until = At(object, "good_until");
  return mx;
}

}  // namespace

namespace {

std::string Encode(const Evidence& evidence) {
  return json::serialize(json::object{{"version", kVersion},
                                      {"next_hop", ToString(evidence.next_hop)},
                                      {"obtained_at", Seconds(evidence.obtained_at)},
                                      {"sts", EncodeSts(evidence.sts)},
                                      {"mx", EncodeMx(evidence.mx)}});
}

}  // namespace

std::string EncodeEvidence(const Evidence& evidence) {
  std::string text = Encode(evidence);
  if (text.size() <= kMaxEncodedOctets) return text;
  Evidence without_hosts = evidence;
  without_hosts.mx = MxEvidence();
  return Encode(without_hosts);
}

Result<Evidence> DecodeEvidence(std::string_view text) try {
  if (text.size() > kMaxEncodedOctets) return Error{"stored evidence is too large"};
  const json::value root = json::parse(json::string_view(text.data(), text.size()));
  const json::object& object = root.as_object();
  if (object.at("version").as_int64() != kVersion) return Error{"unknown version"};
  Result<NextHop> next_hop = ParseNextHop(Text(object, "next_hop"));
  if (!next_hop) return Error{next_hop.error()};
  const bool canonical = ToString(*next_hop) == Text(object, "next_hop");
  if (next_hop->address_literal || !canonical) return Error{"next hop that has no evidence"};
  Evidence evidence;
  evidence.next_hop = *next_hop;
  evidence.obtained_at = At(object, "obtained_at");
  evidence.sts = DecodeSts(Object(object, "sts"));
  evidence.mx = DecodeMx(Object(object, "mx"));
  return evidence;
} catch (const std::exception& e) {
  return Error{std::string(e.what())};
}

}  // namespace tlswarden
