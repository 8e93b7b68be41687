// AddressRanges: IP networks, as in `client-address = 192.0.2.0/24, 2001:db8::/32`.
//
// Finds out whether an address lies in one of them in time that depends on the number of different
// prefix lengths, not of the networks.
#ifndef TLSWARDEN_POLICY_ADDRESS_RANGES_H_
#define TLSWARDEN_POLICY_ADDRESS_RANGES_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "policy/result.h"

namespace tlswarden {

// IPv4 as IPv4-mapped IPv6 (::ffff:192.0.2.1), so that both are one kind of 128 bits.
struct IpAddress {
  std::array<std::uint8_t, 16> octets{};
  auto operator<=>(const IpAddress&) const = default;
};

// "192.0.2.1", "2001:db8::1"; Sendmail's "IPv6:2001:db8::1" too.
std::optional<IpAddress> ParseIpAddress(std::string_view text);

// 127.0.0.0/8 and ::1.
bool IsLoopback(const IpAddress& address);

struct AddressRange {
  IpAddress first;      // the bits after the prefix are zero
  unsigned prefix = 0;  // of 128
  bool operator==(const AddressRange&) const = default;
};

// An address alone is a network of one. Refuses bits after the prefix: 192.0.2.1/24 may be a typing
// error for 192.0.2.1/32 as well as for 192.0.2.0/24.
Result<AddressRange> ParseAddressRange(std::string_view text);
std::string ToString(const AddressRange& range);

// The network of `prefix` bits that holds the range. REQUIRES: prefix <= range.prefix
AddressRange Widened(const AddressRange& range, unsigned prefix);

class AddressRanges {
 public:
  void Add(const AddressRange& range);
  // An IPv4 address is in no network of IPv6, not even in ::/0.
  bool Contains(const IpAddress& address) const;
  // Whether every address of the range is a member by a single range.
  bool Covers(const AddressRange& range) const;
  bool empty() const { return ranges_.empty(); }
  const std::vector<AddressRange>& ranges() const { return ranges_; }  // as added, each once
  bool operator==(const AddressRanges& other) const { return ranges_ == other.ranges_; }

 private:
  std::vector<AddressRange> ranges_;
  std::vector<unsigned> prefixes_;        // the different ones
  std::unordered_set<std::string> keys_;  // the prefix' length and the first address
};

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_ADDRESS_RANGES_H_
