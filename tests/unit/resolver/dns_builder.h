// DnsBuilder: DNS replies for tests, made by hand, wrong ones too.
//
// The names that it writes are plain labels; what else a name may hold goes in by Raw().
#ifndef TLSWARDEN_TESTS_UNIT_RESOLVER_DNS_BUILDER_H_
#define TLSWARDEN_TESTS_UNIT_RESOLVER_DNS_BUILDER_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "resolver/dns.h"

namespace tlswarden {

using Wire = std::vector<std::uint8_t>;

inline void AppendNumber(Wire& wire, std::size_t number, int octets) {
  for (int i = octets - 1; i >= 0; --i) {
    wire.push_back(static_cast<std::uint8_t>(number >> (8 * i) & 0xFF));
  }
}

inline void Append(Wire& wire, const Wire& more) {
  wire.insert(wire.end(), more.begin(), more.end());
}

inline Wire NameWire(std::string_view name) {
  Wire wire;
  while (!name.empty()) {
    const std::string_view label = name.substr(0, name.find('.'));
    wire.push_back(static_cast<std::uint8_t>(label.size()));
    wire.insert(wire.end(), label.begin(), label.end());
    name.remove_prefix(label.size() == name.size() ? label.size() : label.size() + 1);
  }
  wire.push_back(0);
  return wire;
}

inline Wire MxWire(std::uint16_t preference, std::string_view exchange) {
  Wire wire;
  AppendNumber(wire, preference, 2);
  Append(wire, NameWire(exchange));
  return wire;
}

inline Wire TxtWire(std::initializer_list<std::string_view> strings) {
  Wire wire;
  for (const std::string_view text : strings) {
    wire.push_back(static_cast<std::uint8_t>(text.size()));
    wire.insert(wire.end(), text.begin(), text.end());
  }
  return wire;
}

inline Wire SoaWire(std::uint32_t minimum) {
  Wire wire = NameWire("ns.example");
  Append(wire, NameWire("hostmaster.example"));
  for (const std::size_t number :
       {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{4}, std::size_t{minimum}}) {
    AppendNumber(wire, number, 4);
  }
  return wire;
}

class DnsBuilder {
 public:
  static constexpr std::uint16_t kReply = 0x8180;  // QR RD RA
  static constexpr std::uint16_t kAd = 0x0020, kTc = 0x0200;

  DnsBuilder(std::string_view name, RrType type, std::uint16_t flags = kReply) {
    for (const std::size_t number : {std::size_t{0x1234}, std::size_t{flags}, std::size_t{1},
                                     std::size_t{0}, std::size_t{0}, std::size_t{0}}) {
      AppendNumber(wire_, number, 2);
    }
    Append(wire_, NameWire(name));
    AppendNumber(wire_, static_cast<std::size_t>(type), 2);
    AppendNumber(wire_, 1, 2);
  }

  DnsBuilder& Answer(const Wire& owner, RrType type, std::uint32_t ttl, const Wire& data) {
    return Record(6, owner, static_cast<std::uint16_t>(type), 1, ttl, data);
  }
  DnsBuilder& Answer(std::string_view owner, RrType type, std::uint32_t ttl, const Wire& data) {
    return Answer(NameWire(owner), type, ttl, data);
  }
  DnsBuilder& Cname(std::string_view owner, std::string_view target, std::uint32_t ttl = 300) {
    return Answer(owner, RrType::kCname, ttl, NameWire(target));
  }
  DnsBuilder& Authority(std::string_view owner, RrType type, std::uint32_t ttl, const Wire& data) {
    return Record(8, NameWire(owner), static_cast<std::uint16_t>(type), 1, ttl, data);
  }
  // In the section whose counter is at this octet of the header: 6, 8 or 10.
  DnsBuilder& Record(std::size_t counter, const Wire& owner, std::uint16_t type,
                     std::uint16_t record_class, std::uint32_t ttl, const Wire& data) {
    Append(wire_, owner);
    AppendNumber(wire_, type, 2);
    AppendNumber(wire_, record_class, 2);
    AppendNumber(wire_, ttl, 4);
    AppendNumber(wire_, data.size(), 2);
    Append(wire_, data);
    return Count(counter, CountAt(counter) + 1);
  }
  // Sets any field of the header.
  DnsBuilder& Count(std::size_t counter, std::size_t number) {
    wire_[counter] = static_cast<std::uint8_t>(number >> 8);
    wire_[counter + 1] = static_cast<std::uint8_t>(number & 0xFF);
    return *this;
  }
  DnsBuilder& Raw(const Wire& octets) {
    Append(wire_, octets);
    return *this;
  }

  std::size_t size() const { return wire_.size(); }
  const Wire& wire() const { return wire_; }

 private:
  std::size_t CountAt(std::size_t counter) const {
    return static_cast<std::size_t>(wire_[counter]) << 8 | wire_[counter + 1];
  }

  Wire wire_;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_TESTS_UNIT_RESOLVER_DNS_BUILDER_H_
