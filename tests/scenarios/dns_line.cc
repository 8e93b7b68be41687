#include "tests/scenarios/dns_line.h"

#include <array>
#include <boost/asio/ip/address.hpp>
#include <charconv>
#include <utility>

#include "tests/scenarios/scenario_parser.h"

namespace tlswarden {
namespace {

constexpr std::chrono::seconds kUsualTtl{300};

template <typename Int>
bool ParseNumber(std::string_view text, Int& number, int base = 10) {
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  return ec == std::errc() && end == text.data() + text.size();
}

Result<std::optional<RrType>> ParseType(const std::string& text) {
  if (text == "*") return std::optional<RrType>();
  for (RrType type :
       {RrType::kA, RrType::kAaaa, RrType::kCname, RrType::kMx, RrType::kTxt, RrType::kTlsa}) {
    if (ToString(type) == text) return std::optional<RrType>(type);
  }
  return Error{"unknown record type: " + text};
}

// "ab*32" is the octet ab thirty-two times; else plain hexadecimal digits.
bool ParseOctets(std::string_view text, std::vector<std::uint8_t>& octets) {
  const std::size_t star = text.find('*');
  const std::string_view hex = text.substr(0, star);
  if (hex.empty() || hex.size() % 2 != 0) return false;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    std::uint8_t octet = 0;
    if (!ParseNumber(hex.substr(i, 2), octet, 16)) return false;
    octets.push_back(octet);
  }
  if (star == std::string_view::npos) return true;
  std::size_t times = 0;
  if (octets.size() != 1 || !ParseNumber(text.substr(star + 1), times)) return false;
  octets.assign(times, octets.front());
  return true;
}

bool AddTlsa(const std::string& text, DnsReply& reply) {
  const std::vector<std::string> words = SplitWords(text);
  TlsaRecord record;
  if (words.size() != 4 || !ParseNumber(words[0], record.usage) ||
      !ParseNumber(words[1], record.selector) || !ParseNumber(words[2], record.matching_type) ||
      !ParseOctets(words[3], record.data)) {
    return false;
  }
  reply.tlsa.push_back(std::move(record));
  return true;
}

// "10 mx.example"; "0 ." is the null MX, whose exchange the resolver hands on as "".
bool AddMx(const std::string& text, DnsReply& reply) {
  const std::vector<std::string> words = SplitWords(text);
  MxRecord record;
  if (words.size() != 2 || !ParseNumber(words[0], record.preference)) return false;
  if (words[1] != ".") record.exchange = words[1];
  reply.mx.push_back(std::move(record));
  return true;
}

bool AddAddress(const std::string& text, bool v4, DnsReply& reply) {
  boost::system::error_code wrong;
  const auto address = boost::asio::ip::make_address(text, wrong);
  if (wrong || address.is_v4() != v4) return false;
  reply.addresses.push_back(text);
  return true;
}

bool AddTxt(const std::string& text, DnsReply& reply) {
  const bool quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
  reply.txt.push_back(quoted ? text.substr(1, text.size() - 2) : text);
  return true;
}

bool AddRecord(RrType type, const std::string& text, DnsReply& reply) {
  if (text.empty()) return false;
  switch (type) {
    case RrType::kA:
    case RrType::kAaaa:
      return AddAddress(text, type == RrType::kA, reply);
    case RrType::kMx:
      return AddMx(text, reply);
    case RrType::kTxt:
      return AddTxt(text, reply);
    case RrType::kTlsa:
      return AddTlsa(text, reply);
    case RrType::kCname:
      reply.aliased = true;
      reply.canonical_name = text;
      return true;
    case RrType::kSoa:
      break;
  }
  return false;
}

// What comes before the records: `ttl DURATION` and `at CANONICAL`, in this order.
bool ReadOptions(std::string_view& rest, DnsReply& reply) {
  reply.ttl = kUsualTtl;
  if (rest.starts_with("ttl ")) {
    TakeWord(rest);
    const auto ttl = ParseDuration(TakeWord(rest));
    if (!ttl) return false;
    reply.ttl = *ttl;
  }
  if (rest.starts_with("at ")) {
    TakeWord(rest);
    reply.aliased = true;
    reply.canonical_name = TakeWord(rest);
  }
  return true;
}

Result<DnsLine> ReadFailure(DnsLine line, bool bogus, std::string_view reason) {
  if (bogus && !reason.empty()) return Error{"nothing follows bogus"};
  line.reply.security = bogus ? Security::kBogus : Security::kIndeterminate;
  line.reply.failure = bogus ? "SERVFAIL (DNSSEC validation failed)" : std::string(reason);
  if (line.reply.failure.empty()) line.reply.failure = "SERVFAIL";
  return line;
}

}  // namespace

Result<DnsLine> ParseDnsLine(std::string_view text) {
  DnsLine line;
  const Result<std::optional<RrType>> type = ParseType(TakeWord(text));
  if (!type) return Error{type.error()};
  line.type = *type;
  line.name = TakeWord(text);
  line.reply.canonical_name = line.name;
  const std::string status = TakeWord(text);
  if (status == "bogus" || status == "fail") {
    return ReadFailure(std::move(line), status == "bogus", text);
  }
  if (status != "secure" && status != "insecure") return Error{"unknown status: " + status};
  line.reply.security = status == "secure" ? Security::kSecure : Security::kInsecure;
  line.reply.rcode = text.ends_with("nxdomain") ? Rcode::kNxDomain : Rcode::kNoError;
  if (!ReadOptions(text, line.reply)) return Error{"malformed ttl"};
  if (text == "nodata" || text == "nxdomain") return line;
  if (line.type == RrType::kCname && line.reply.aliased && text.empty()) return line;
  if (!line.type) return Error{"for all types only a denial or a failure can be told"};
  for (const std::string& record : SplitList(text)) {
    if (!AddRecord(*line.type, record, line.reply)) return Error{"malformed record: " + record};
  }
  return line;
}

}  // namespace tlswarden
