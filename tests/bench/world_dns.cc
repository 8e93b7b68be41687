#include "world_dns.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace tlswarden::bench {
namespace {

constexpr std::uint16_t kA = 1, kSoa = 6, kMx = 15, kTxt = 16, kAaaa = 28, kOpt = 41, kTlsa = 52;
constexpr std::uint16_t kClassIn = 1;
constexpr std::uint32_t kDay = 86400;
constexpr std::size_t kHeader = 12;
constexpr std::string_view kStsRecord = "v=STSv1; id=20240101T000000;";
constexpr std::string_view kZone = ".test";

using Octets = std::vector<std::uint8_t>;

void Append16(Octets& out, std::uint32_t number) {
  out.push_back(static_cast<std::uint8_t>(number >> 8 & 0xFF));
  out.push_back(static_cast<std::uint8_t>(number & 0xFF));
}

void Append32(Octets& out, std::uint32_t number) {
  Append16(out, number >> 16);
  Append16(out, number & 0xFFFF);
}

void AppendName(Octets& out, std::string_view name) {
  while (!name.empty()) {
    const std::string_view label = name.substr(0, name.find('.'));
    out.push_back(static_cast<std::uint8_t>(label.size()));
    out.insert(out.end(), label.begin(), label.end());
    name.remove_prefix(std::min(name.size(), label.size() + 1));
  }
  out.push_back(0);
}

Octets Text(std::string_view text) {
  Octets data{static_cast<std::uint8_t>(text.size())};
  data.insert(data.end(), text.begin(), text.end());
  return data;
}

Octets Address(const char* text) {
  Octets data(4);
  inet_pton(AF_INET, text, data.data());
  return data;
}

struct Question {
  std::string name;  // lower case, no trailing dot
  std::uint16_t type = 0;
  std::size_t end = 0;  // where it ends in the message
};

std::optional<Question> ReadQuestion(std::span<const std::uint8_t> query) {
  Question question;
  std::size_t at = kHeader;
  while (at < query.size() && query[at] != 0) {
    const std::size_t length = query[at];
    if (length > 63 || at + 1 + length >= query.size()) return std::nullopt;
    if (!question.name.empty()) question.name += '.';
    for (std::size_t i = at + 1; i <= at + length; ++i) {
      const char c = static_cast<char>(query[i]);
      question.name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    at += 1 + length;
  }
  if (at + 5 > query.size()) return std::nullopt;
  question.type = static_cast<std::uint16_t>(query[at + 1] << 8 | query[at + 2]);
  question.end = at + 5;
  return question;
}

bool IsNumbered(std::string_view label, std::string_view prefix) {
  return label.size() > prefix.size() && label.substr(0, prefix.size()) == prefix &&
         label.find_first_not_of("0123456789", prefix.size()) == std::string_view::npos;
}

// A name below .test: the domain's own label, and what stands before it ("", "mx", "mta-sts").
struct Place {
  std::string_view role, label;
};

std::optional<Place> FindPlace(std::string_view name) {
  if (name.size() <= kZone.size() || name.substr(name.size() - kZone.size()) != kZone) {
    return std::nullopt;
  }
  name.remove_suffix(kZone.size());
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return Place{"", name};
  return Place{name.substr(0, dot), name.substr(dot + 1)};
}

// The data of the record, if there is one; `exists` tells NODATA from NXDOMAIN.
std::optional<Octets> FindRecord(const Place& place, std::uint16_t type, bool& exists) {
  const bool policy =
      place.label == "sts" || IsNumbered(place.label, "d") || IsNumbered(place.label, "slow");
  exists = policy || place.label == "plain";
  if (!exists) return std::nullopt;
  if (place.role.empty()) {
    if (type != kMx) return std::nullopt;
    Octets data;
    Append16(data, 10);
    AppendName(data, "mx." + std::string(place.label) + std::string(kZone));
    return data;
  }
  if (place.role == "mx") return type == kA ? std::optional(Address("127.0.0.3")) : std::nullopt;
  exists = policy && (place.role == "_mta-sts" || place.role == "mta-sts");
  if (exists && place.role == "_mta-sts" && type == kTxt) return Text(kStsRecord);
  if (exists && place.role == "mta-sts" && type == kA) return Address(kPolicyHostAddress);
  return std::nullopt;
}

void Count(std::uint16_t type, Counters& counters) {
  switch (type) {
    case kA:
      ++counters.a;
      break;
    case kAaaa:
      ++counters.aaaa;
      break;
    case kMx:
      ++counters.mx;
      break;
    case kTxt:
      ++counters.txt;
      break;
    case kTlsa:
      ++counters.tlsa;
      break;
    default:
      ++counters.other;
  }
}

std::string CountersText(const Counters& counters) {
  return "a=" + std::to_string(counters.a) + " aaaa=" + std::to_string(counters.aaaa) +
         " mx=" + std::to_string(counters.mx) + " txt=" + std::to_string(counters.txt) +
         " tlsa=" + std::to_string(counters.tlsa) + " other=" + std::to_string(counters.other) +
         " fetches=" + std::to_string(counters.fetches);
}

void AppendSoa(Octets& out) {
  Octets data;
  AppendName(data, "ns.test");
  AppendName(data, "root.test");
  for (const std::uint32_t number : {1U, kDay, kDay, kDay, kDay}) Append32(data, number);
  AppendName(out, kZone.substr(1));
  Append16(out, kSoa);
  Append16(out, kClassIn);
  Append32(out, kDay);
  Append16(out, static_cast<std::uint32_t>(data.size()));
  out.insert(out.end(), data.begin(), data.end());
}

Octets MakeReply(std::span<const std::uint8_t> query, const Question& question,
                 const std::optional<Octets>& data, bool exists) {
  const bool edns = query[11] != 0;
  Octets reply(query.begin(), query.begin() + static_cast<std::ptrdiff_t>(question.end));
  reply[2] = static_cast<std::uint8_t>(0x80 | (query[2] & 0x01));  // QR, and the client's RD
  reply[3] = static_cast<std::uint8_t>(0x80 | (exists ? 0 : 3));   // RA; NXDOMAIN
  const std::array<std::uint8_t, 8> counts = {0, 1,
                                              0, data ? std::uint8_t{1} : std::uint8_t{0},
                                              0, data ? std::uint8_t{0} : std::uint8_t{1},
                                              0, edns ? std::uint8_t{1} : std::uint8_t{0}};
  std::copy(counts.begin(), counts.end(), reply.begin() + 4);
  if (data) {
    Append16(reply, 0xC000 | kHeader);  // the name asked
    Append16(reply, question.type);
    Append16(reply, kClassIn);
    Append32(reply, kDay);
    Append16(reply, static_cast<std::uint32_t>(data->size()));
    reply.insert(reply.end(), data->begin(), data->end());
  } else {
    AppendSoa(reply);
  }
  if (edns) {
    reply.push_back(0);
    for (const unsigned number : {unsigned{kOpt}, 1232U, 0U, 0U, 0U}) Append16(reply, number);
  }
  return reply;
}

}  // namespace

std::vector<std::uint8_t> AnswerQuestion(std::span<const std::uint8_t> query, Counters& counters) {
  if (query.size() < kHeader) return {};
  const std::optional<Question> question = ReadQuestion(query);
  if (!question) return {};
  if (question->name == "counters.bench") {
    return MakeReply(query, *question, Text(CountersText(counters)), true);
  }
  Count(question->type, counters);
  const std::optional<Place> place = FindPlace(question->name);
  if (!place) return MakeReply(query, *question, std::nullopt, question->name == kZone.substr(1));
  if (IsNumbered(place->label, "dead")) return {};
  bool exists = false;
  const std::optional<Octets> data = FindRecord(*place, question->type, exists);
  return MakeReply(query, *question, data, exists);
}

bool IsSlowHost(const std::string& host) {
  const std::optional<Place> place = FindPlace(host);
  return place && IsNumbered(place->label, "slow");
}

}  // namespace tlswarden::bench
