#include "resolver/dns_message.h"

#include <utility>

#include "policy/ascii.h"

namespace tlswarden {
namespace {

constexpr std::size_t kMaxNameOctets = 255;  // on the wire, with the root label
constexpr std::size_t kPointerMark = 0xC0;
constexpr int kMaxPointers = 64;  // sane servers need one or two a name

void AppendLabel(std::string& name, Octets label) {
  if (!name.empty()) name += '.';
  for (const std::uint8_t octet : label) {
    const char c = LowerAscii(static_cast<char>(octet));
    if (IsHostOctet(c)) {
      name += c;
      continue;
    }
    name += '\\';
    for (const int digit : {octet / 100, octet / 10 % 10, octet % 10}) {
      name += static_cast<char>('0' + digit);
    }
  }
}

}  // namespace

bool IsHostOctet(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

Octets DnsReader::Take(std::size_t count) {
  if (!ok_ || count > end_ - at_) {
    ok_ = false;
    return {};
  }
  at_ += count;
  return message_.subspan(at_ - count, count);
}

std::uint8_t DnsReader::U8() {
  const Octets octet = Take(1);
  return ok_ ? octet[0] : std::uint8_t{0};
}

std::uint16_t DnsReader::U16() {
  const unsigned high = U8();
  return static_cast<std::uint16_t>(high << 8 | U8());
}

std::uint32_t DnsReader::U32() {
  const std::uint32_t high = U16();
  return high << 16 | U16();
}

std::string DnsReader::FailName() {
  ok_ = false;
  return {};
}

// Each pointer must lead to before the start of the piece that it ends, so no loop is possible.
std::string DnsReader::Name() {
  std::string name;
  std::size_t at = at_, end = end_, piece_begin = at_;
  std::size_t octets = 1;
  int pointers = 0;
  while (ok_ && at < end) {
    const std::size_t length = message_[at];
    if (length == 0) {
      if (pointers == 0) at_ = at + 1;
      return name;
    }
    if (length >= kPointerMark) {
      if (end - at < 2) return FailName();
      const std::size_t target = (length - kPointerMark) << 8 | message_[at + 1];
      if (pointers == 0) at_ = at + 2;
      if (target >= piece_begin || target < kDnsHeaderOctets || ++pointers > kMaxPointers) {
        return FailName();
      }
      at = piece_begin = target;
      end = message_.size();
      continue;
    }
    octets += length + 1;
    if (length > kMaxLabelOctets || length >= end - at || octets > kMaxNameOctets) {
      return FailName();
    }
    AppendLabel(name, message_.subspan(at + 1, length));
    at += length + 1;
  }
  return FailName();
}

std::chrono::seconds TtlFromWire(std::uint32_t ttl) {
  return std::chrono::seconds((ttl & 0x80000000U) != 0 ? 0 : ttl);
}

std::vector<DnsRecord> ReadRecords(DnsReader& reader, std::size_t count) {
  std::vector<DnsRecord> records;
  for (std::size_t i = 0; i < count && reader.ok(); ++i) {
    DnsRecord record;
    record.owner = reader.Name();
    record.type = reader.U16();
    record.record_class = reader.U16();
    record.ttl = reader.U32();
    const std::size_t length = reader.U16();
    record.data_begin = reader.position();
    reader.Take(length);
    record.data_end = reader.position();
    records.push_back(std::move(record));
  }
  return records;
}

}  // namespace tlswarden
