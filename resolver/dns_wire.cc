#include "resolver/dns_wire.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <string>
#include <utility>

#include "policy/ascii.h"
#include "resolver/dns_message.h"

namespace tlswarden {
namespace {

constexpr std::uint16_t kTypeOpt = 41;
constexpr std::uint16_t kFlagQr = 0x8000, kOpcodeMask = 0x7800, kFlagTc = 0x0200;
constexpr std::uint16_t kFlagRd = 0x0100, kFlagAd = 0x0020, kFlagCd = 0x0010;
constexpr std::size_t kAroundName = 17;  // first length, root, type, class, OPT of a query
constexpr unsigned kRcodeNxDomain = 3;
constexpr unsigned kRcodeServfail = 2;
constexpr unsigned kRcodeRefused = 5;

struct Message {
  unsigned rcode = 0;
  bool authentic = false;  // AD
  std::vector<DnsRecord> answer;
  std::vector<DnsRecord> authority;
};

// Returns what is wrong with the message, or nullptr and the parts that matter.
const char* ReadMessage(Octets octets, std::string_view asked_name, RrType type, Message& message) {
  DnsReader reader(octets, 0, octets.size());
  reader.U16();  // the ID has been compared by whoever received it
  const std::uint16_t flags = reader.U16();
  const std::size_t questions = reader.U16(), answers = reader.U16();
  const std::size_t authorities = reader.U16(), additionals = reader.U16();
  if (!reader.ok()) return "malformed reply: short header";
  if ((flags & kFlagQr) == 0 || (flags & kOpcodeMask) != 0) return "not a reply to a query";

  if (questions != 1) return "reply to another question";
  const std::string name = reader.Name();
  const std::uint16_t question_type = reader.U16(), question_class = reader.U16();
  if (!reader.ok()) return "malformed reply: question";
  if (name != LowerAscii(asked_name) || question_type != static_cast<std::uint16_t>(type) ||
      question_class != kClassIn) {
    return "reply to another question";
  }
  if ((flags & kFlagTc) != 0) return "truncated";
  if (answers + authorities + additionals > kMaxDnsRecords) return "reply with too many records";

  message.rcode = flags & 0xF;
  message.authentic = (flags & kFlagAd) != 0;
  message.answer = ReadRecords(reader, answers);
  message.authority = ReadRecords(reader, authorities);
  const std::vector<DnsRecord> additional = ReadRecords(reader, additionals);
  if (!reader.ok() || !reader.AtEnd()) return "malformed reply: records";
  for (const DnsRecord& record : additional) {
    if (record.type == kTypeOpt) message.rcode |= record.ttl >> 24 << 4;
  }
  return nullptr;
}

std::string RcodeName(unsigned rcode) {
  constexpr std::array<std::string_view, 6> kNames = {"NOERROR",  "FORMERR", "SERVFAIL",
                                                      "NXDOMAIN", "NOTIMP",  "REFUSED"};
  if (rcode < kNames.size()) return std::string(kNames[rcode]);
  return "rcode " + std::to_string(rcode);
}

std::string AddressText(int family, Octets octets) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const char* end = inet_ntop(family, octets.data(), text.data(), text.size());
  return end == nullptr ? std::string() : std::string(text.data());
}

// RFC 1035 section 3.3.14, at least one string.
std::string TextOf(DnsReader& reader) {
  std::string text;
  do {
    const Octets piece = reader.Take(reader.U8());
    text.append(piece.begin(), piece.end());
  } while (reader.ok() && !reader.AtEnd());
  return text;
}

TlsaRecord TlsaOf(DnsReader& reader) {
  TlsaRecord tlsa;
  tlsa.usage = reader.U8();
  tlsa.selector = reader.U8();
  tlsa.matching_type = reader.U8();
  const Octets data = reader.TakeRest();
  tlsa.data.assign(data.begin(), data.end());
  return tlsa;
}

// False if the data isn't what the type demands. Types without a field in the reply only count.
bool AddRecord(Octets message, const DnsRecord& record, RrType type, DnsReply& reply) {
  DnsReader reader(message, record.data_begin, record.data_end);
  switch (type) {
    case RrType::kA:
    case RrType::kAaaa: {
      const Octets address = reader.Take(type == RrType::kA ? 4 : 16);
      if (!reader.ok() || !reader.AtEnd()) return false;
      reply.addresses.push_back(AddressText(type == RrType::kA ? AF_INET : AF_INET6, address));
      return true;
    }
    case RrType::kMx: {
      const std::uint16_t preference = reader.U16();
      reply.mx.push_back({preference, reader.Name()});
      break;
    }
    case RrType::kTxt:
      reply.txt.push_back(TextOf(reader));
      break;
    case RrType::kTlsa:
      reply.tlsa.push_back(TlsaOf(reader));
      break;
    case RrType::kCname:
      reply.aliased = true;
      reply.canonical_name = reader.Name();
      break;
    case RrType::kSoa:
      reader.TakeRest();
      break;
  }
  return reader.ok() && reader.AtEnd();
}

// RFC 2308 section 5: the least of the SOA's own TTL and its last field.
std::chrono::seconds NegativeTtl(Octets message, const std::vector<DnsRecord>& authority) {
  std::chrono::seconds least = std::chrono::seconds::max();
  for (const DnsRecord& record : authority) {
    if (!record.Is(RrType::kSoa) || record.data_end - record.data_begin < 4) continue;
    DnsReader reader(message, record.data_end - 4, record.data_end);
    least = std::min({least, TtlFromWire(record.ttl), TtlFromWire(reader.U32())});
  }
  return least == std::chrono::seconds::max() ? std::chrono::seconds(kDefaultNegativeSeconds)
                                              : least;
}

const DnsRecord* Find(const std::vector<DnsRecord>& records, std::string_view owner, RrType type) {
  const auto found = std::find_if(records.begin(), records.end(), [&](const DnsRecord& record) {
    return record.Is(type) && record.owner == owner;
  });
  return found == records.end() ? nullptr : &*found;
}

// Moves reply.canonical_name to the end of the CNAMEs. Returns what is wrong, or nullptr.
const char* FollowAliases(Octets octets, const std::vector<DnsRecord>& answer, RrType type,
                          DnsReply& reply) {
  for (int links = 0; Find(answer, reply.canonical_name, type) == nullptr; ++links) {
    const DnsRecord* alias = Find(answer, reply.canonical_name, RrType::kCname);
    if (alias == nullptr) return nullptr;
    if (links == kMaxCnameLinks) return "CNAME loop, or a chain of more than 16";
    if (!AddRecord(octets, *alias, RrType::kCname, reply)) return "malformed reply: CNAME";
    reply.ttl = std::min(reply.ttl, TtlFromWire(alias->ttl));
  }
  return nullptr;
}

// As FollowAliases, with the records of the type at the end of the CNAMEs.
const char* CollectRecords(Octets octets, const Message& message, RrType type, DnsReply& reply) {
  reply.ttl = std::chrono::seconds::max();
  if (const char* wrong = FollowAliases(octets, message.answer, type, reply)) return wrong;
  const std::string owner = reply.canonical_name;  // a record of type CNAME changes it
  bool found = false;
  for (const DnsRecord& record : message.answer) {
    if (reply.rcode != Rcode::kNoError || !record.Is(type) || record.owner != owner) continue;
    if (!AddRecord(octets, record, type, reply)) return "malformed reply: record data";
    reply.ttl = std::min(reply.ttl, TtlFromWire(record.ttl));
    found = true;
  }
  if (!found) reply.ttl = std::min(reply.ttl, NegativeTtl(octets, message.authority));
  return nullptr;
}

void AppendU16(std::vector<std::uint8_t>& octets, std::uint16_t number) {
  octets.push_back(static_cast<std::uint8_t>(number >> 8));
  octets.push_back(static_cast<std::uint8_t>(number & 0xFF));
}

bool HasRcode(Octets message, unsigned rcode) {
  return message.size() >= kDnsHeaderOctets && (message[3] & 0xFU) == rcode;
}

}  // namespace

bool IsQueryName(std::string_view name) {
  if (name.empty() || name.size() > kMaxDomainOctets) return false;
  std::size_t label = 0;
  for (const char c : LowerAscii(name)) {
    if (c == '.' && label == 0) return false;
    label = c == '.' ? 0 : label + 1;
    if (label > kMaxLabelOctets || (c != '.' && !IsHostOctet(c))) return false;
  }
  return label != 0;
}

std::vector<std::uint8_t> MakeQuery(std::uint16_t id, std::string_view name, RrType type,
                                    bool checking_disabled) {
  assert(IsQueryName(name));
  std::vector<std::uint8_t> query;
  query.reserve(kDnsHeaderOctets + name.size() + kAroundName);
  const unsigned flags = kFlagRd | kFlagAd | (checking_disabled ? kFlagCd : 0U);
  for (const unsigned number : {unsigned{id}, flags, 1U, 0U, 0U, 1U}) {
    AppendU16(query, static_cast<std::uint16_t>(number));
  }
  while (!name.empty()) {
    const std::string_view label = name.substr(0, name.find('.'));
    query.push_back(static_cast<std::uint8_t>(label.size()));
    query.insert(query.end(), label.begin(), label.end());
    name.remove_prefix(std::min(name.size(), label.size() + 1));
  }
  query.push_back(0);
  AppendU16(query, static_cast<std::uint16_t>(type));
  AppendU16(query, kClassIn);
  query.push_back(0);  // OPT (RFC 6891 section 6.1.2): root, type, size, flags, no options
  for (const unsigned number : {unsigned{kTypeOpt}, unsigned{kEdnsUdpOctets}, 0U, 0U, 0U}) {
    AppendU16(query, static_cast<std::uint16_t>(number));
  }
  return query;
}

DnsReply ParseReply(Octets message, std::string_view asked_name, RrType type, bool trust_ad) {
  Message parts;
  if (const char* wrong = ReadMessage(message, asked_name, type, parts)) {
    return FailedReply(LowerAscii(asked_name), wrong);
  }
  if (parts.rcode != 0 && parts.rcode != kRcodeNxDomain) {
    return FailedReply(LowerAscii(asked_name), RcodeName(parts.rcode));
  }
  DnsReply reply;
  reply.rcode = parts.rcode == kRcodeNxDomain ? Rcode::kNxDomain : Rcode::kNoError;
  reply.security = trust_ad && parts.authentic ? Security::kSecure : Security::kInsecure;
  reply.canonical_name = LowerAscii(asked_name);
  if (const char* wrong = CollectRecords(message, parts, type, reply)) {
    return FailedReply(LowerAscii(asked_name), wrong);
  }
  return reply;
}

bool IsServfail(Octets message) { return HasRcode(message, kRcodeServfail); }

bool IsRefused(Octets message) { return HasRcode(message, kRcodeRefused); }

}  // namespace tlswarden
