#include "resolver/address_guard.h"

#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>
#include <cstddef>
#include <cstdint>
#include <span>

namespace tlswarden {
namespace {

using boost::asio::ip::address_v4;
using boost::asio::ip::address_v6;

struct Net4 {
  std::array<std::uint8_t, 4> prefix;
  unsigned bits;
  const char* reason;
};

struct Net6 {
  std::array<std::uint8_t, 16> prefix;
  unsigned bits;
  const char* reason;
};

// The IANA IPv4 Special-Purpose Address Registry (RFC 6890) and multicast.
constexpr Net4 kRefused4[] = {
    {{0}, 8, "this network"},
    {{10}, 8, "private"},
    {{100, 64}, 10, "shared by a carrier's NAT"},
    {{127}, 8, "loopback"},
    {{169, 254}, 16, "link-local"},  // among them 169.254.169.254, where clouds keep secrets
    {{172, 16}, 12, "private"},
    {{192, 0, 0}, 24, "reserved for protocols"},
    {{192, 0, 2}, 24, "documentation"},
    {{192, 88, 99}, 24, "6to4 relay"},
    {{192, 168}, 16, "private"},
    {{198, 18}, 15, "benchmarks"},
    {{198, 51, 100}, 24, "documentation"},
    {{203, 0, 113}, 24, "documentation"},
    {{224}, 4, "multicast"},
    {{240}, 4, "reserved"},
};

// Only 2000::/3 is given out as global unicast; these are its exceptions, and the names of some
// of what lies outside.
constexpr Net6 kRefused6[] = {
    {{0x01, 0x00}, 64, "discard-only"},
    {{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 48, "local NAT64"},
    {{0x20, 0x01, 0x00, 0x00}, 32, "Teredo"},
    {{0x20, 0x01, 0x00, 0x02}, 48, "benchmarks"},
    {{0x20, 0x01, 0x0d, 0xb8}, 32, "documentation"},
    {{0x20, 0x01}, 23, "reserved for protocols"},
    {{0x3f, 0xff}, 20, "documentation"},
    {{0x5f, 0x00}, 16, "segment routing"},
    {{0xfc}, 7, "unique local"},
    {{0xfe, 0x80}, 10, "link-local"},
    {{0xfe, 0xc0}, 10, "site-local"},
    {{0xff}, 8, "multicast"},
};

// Where an IPv6 address carries an IPv4 one.
struct Carrier {
  std::array<std::uint8_t, 16> prefix;
  unsigned bits;
  std::size_t offset;
  const char* name;
};
constexpr Carrier kCarriers[] = {
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, 12, "mapped"},
    {{0}, 96, 12, "compatible"},
    {{0x00, 0x64, 0xff, 0x9b}, 96, 12, "NAT64"},
    {{0x20, 0x02}, 16, 2, "6to4"},
};
constexpr Net6 kGlobalUnicast = {{0x20}, 3, ""};

bool HasPrefix(std::span<const std::uint8_t> address, std::span<const std::uint8_t> prefix,
               unsigned bits) {
  for (std::size_t i = 0; bits != 0; ++i) {
    const unsigned here = std::min(bits, 8U);
    if ((address[i] ^ prefix[i]) >> (8 - here) != 0) return false;
    bits -= here;
  }
  return true;
}

std::optional<std::string> WhyNotPublic4(const address_v4::bytes_type& address) {
  for (const Net4& net : kRefused4) {
    if (HasPrefix(address, net.prefix, net.bits)) return net.reason;
  }
  return std::nullopt;
}

std::optional<std::string> WhyNotPublic6(const address_v6& address) {
  if (address.is_unspecified()) return "unspecified";
  if (address.is_loopback()) return "loopback";
  if (address.scope_id() != 0) return "link-local";
  const address_v6::bytes_type octets = address.to_bytes();
  for (const Carrier& carrier : kCarriers) {
    if (!HasPrefix(octets, carrier.prefix, carrier.bits)) continue;
    address_v4::bytes_type carried{};
    std::copy_n(octets.begin() + static_cast<std::ptrdiff_t>(carrier.offset), carried.size(),
                carried.begin());
    const std::optional<std::string> reason = WhyNotPublic4(carried);
    if (!reason) return std::nullopt;
    return *reason + ", " + carrier.name;
  }
  for (const Net6& net : kRefused6) {
    if (HasPrefix(octets, net.prefix, net.bits)) return net.reason;
  }
  if (!HasPrefix(octets, kGlobalUnicast.prefix, kGlobalUnicast.bits)) return "reserved";
  return std::nullopt;
}

}  // namespace

std::optional<std::string> WhyNotPublic(std::string_view address) {
  boost::system::error_code error;
  const auto parsed = boost::asio::ip::make_address(std::string(address), error);
  if (error) return "no address";
  return parsed.is_v4() ? WhyNotPublic4(parsed.to_v4().to_bytes()) : WhyNotPublic6(parsed.to_v6());
}

std::vector<std::string> KeepPublic(const std::vector<std::string>& addresses, bool allow_private,
                                    std::vector<std::string>* refused) {
  if (allow_private) return addresses;
  std::vector<std::string> kept;
  for (const std::string& address : addresses) {
    const std::optional<std::string> reason = WhyNotPublic(address);
    if (!reason) kept.push_back(address);
    if (reason && refused != nullptr) refused->push_back(address + " (" + *reason + ")");
  }
  return kept;
}

}  // namespace tlswarden
