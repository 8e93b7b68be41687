// dns_message: the octets of a DNS message, read in order and within bounds (RFC 1035 section 4.1).
//
// Beneath dns_wire, which knows what the records mean; used by nothing else.
#ifndef TLSWARDEN_RESOLVER_DNS_MESSAGE_H_
#define TLSWARDEN_RESOLVER_DNS_MESSAGE_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "resolver/dns.h"

namespace tlswarden {

using Octets = std::span<const std::uint8_t>;

inline constexpr std::size_t kDnsHeaderOctets = 12;
inline constexpr std::uint16_t kClassIn = 1;

// True for a lower-case letter, digit, hyphen or underscore: what names consist of here.
bool IsHostOctet(char c);

// Reads a part of a message from front to back. What would leave the part reads as zero or empty,
// and ok() is false from then on, so one look at the end is enough.
class DnsReader {
 public:
  // REQUIRES: begin <= end <= message.size(). The message must outlive the reader.
  DnsReader(Octets message, std::size_t begin, std::size_t end)
      : message_(message), at_(begin), end_(end) {}

  bool ok() const { return ok_; }
  bool AtEnd() const { return at_ == end_; }
  std::size_t position() const { return at_; }

  Octets Take(std::size_t count);
  Octets TakeRest() { return Take(end_ - at_); }
  std::uint8_t U8();
  std::uint16_t U16();
  std::uint32_t U32();

  // A name of up to 255 octets on the wire (RFC 1035 section 4.1.4), in the text form that
  // dns_wire.h describes. Compression may lead to anywhere before it in the message.
  std::string Name();

 private:
  std::string FailName();

  Octets message_;
  std::size_t at_;
  std::size_t end_;
  bool ok_ = true;
};

struct DnsRecord {
  std::string owner;
  std::uint16_t type = 0;
  std::uint16_t record_class = 0;
  std::uint32_t ttl = 0;  // as on the wire; OPT uses it otherwise (RFC 6891 section 6.1.3)
  std::size_t data_begin = 0;
  std::size_t data_end = 0;

  bool Is(RrType wanted) const {
    return record_class == kClassIn && type == static_cast<std::uint16_t>(wanted);
  }
};

// RFC 2181 section 8: the top bit set means zero.
std::chrono::seconds TtlFromWire(std::uint32_t ttl);

// The next `count` records. Fewer if the reader fails.
std::vector<DnsRecord> ReadRecords(DnsReader& reader, std::size_t count);

}  // namespace tlswarden

#endif  // TLSWARDEN_RESOLVER_DNS_MESSAGE_H_
