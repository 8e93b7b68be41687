#include "policy/address_ranges.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "policy/ascii.h"

namespace tlswarden {
namespace {

constexpr unsigned kBits = 128;
constexpr unsigned kMappedBits = 96;  // of ::ffff:0:0/96
constexpr std::size_t kMappedOctets = 12;

bool IsMapped(const IpAddress& address) {
  const auto& octets = address.octets;
  return std::all_of(octets.begin(), octets.begin() + 10, [](auto o) { return o == 0; }) &&
         octets[10] == 0xff && octets[11] == 0xff;
}

IpAddress Masked(IpAddress address, unsigned prefix) {
  for (unsigned i = 0; i < address.octets.size(); ++i) {
    const unsigned begin = i * 8;
    if (begin >= prefix) {
      address.octets[i] = 0;
    } else if (begin + 8 > prefix) {
      address.octets[i] &= static_cast<std::uint8_t>(0xff00U >> (prefix - begin));
    }
  }
  return address;
}

std::string Key(unsigned prefix, const IpAddress& first) {
  std::string key(1, static_cast<char>(prefix));
  return key.append(first.octets.begin(), first.octets.end());
}

}  // namespace

std::optional<IpAddress> ParseIpAddress(std::string_view text) {
  constexpr std::string_view kTag = "ipv6:";
  if (EqualsIgnoringCase(text.substr(0, kTag.size()), kTag)) text.remove_prefix(kTag.size());
  const std::string terminated(text);
  if (terminated.find('\0') != std::string::npos) return std::nullopt;
  IpAddress address;
  if (inet_pton(AF_INET6, terminated.c_str(), address.octets.data()) == 1) return address;
  address.octets[10] = address.octets[11] = 0xff;
  if (inet_pton(AF_INET, terminated.c_str(), address.octets.data() + kMappedOctets) == 1) {
    return address;
  }
  return std::nullopt;
}

bool IsLoopback(const IpAddress& address) {
  static const IpAddress kLoopback6 = *ParseIpAddress("::1");
  return address == kLoopback6 || (IsMapped(address) && address.octets[kMappedOctets] == 127);
}

Result<AddressRange> ParseAddressRange(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::optional<IpAddress> address = ParseIpAddress(text.substr(0, slash));
  if (!address) return Error{"not an IP address or network, such as 192.0.2.0/24"};
  AddressRange range{*address, kBits};
  if (slash == std::string_view::npos) return range;
  const std::string_view digits = text.substr(slash + 1);
  unsigned length = 0;
  const auto [end, failure] =
      std::from_chars(digits.data(), digits.data() + digits.size(), length, 10);
  const bool is_v4 = text.find(':') == std::string_view::npos;
  const unsigned most = is_v4 ? kBits - kMappedBits : kBits;
  if (failure != std::errc() || end != digits.data() + digits.size() || length > most) {
    return Error{"after the slash stands a number from 0 to " + std::to_string(most)};
  }
  range.prefix = is_v4 ? length + kMappedBits : length;
  if (Masked(range.first, range.prefix) != range.first) {
    return Error{"the network's address has bits after its prefix; did you mean " +
                 ToString({Masked(range.first, range.prefix), range.prefix}) + "?"};
  }
  return range;
}

std::string ToString(const AddressRange& range) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool is_v4 = IsMapped(range.first) && range.prefix >= kMappedBits;
  const std::uint8_t* octets = range.first.octets.data() + (is_v4 ? kMappedOctets : 0);
  inet_ntop(is_v4 ? AF_INET : AF_INET6, octets, text.data(), text.size());
  if (range.prefix == kBits) return text.data();
  const unsigned length = is_v4 ? range.prefix - kMappedBits : range.prefix;
  return std::string(text.data()) + '/' + std::to_string(length);
}

AddressRange Widened(const AddressRange& range, unsigned prefix) {
  return {Masked(range.first, prefix), prefix};
}

void AddressRanges::Add(const AddressRange& range) {
  if (!keys_.insert(Key(range.prefix, range.first)).second) return;
  ranges_.push_back(range);
  if (std::find(prefixes_.begin(), prefixes_.end(), range.prefix) == prefixes_.end()) {
    prefixes_.push_back(range.prefix);
  }
}

bool AddressRanges::Contains(const IpAddress& address) const { return Covers({address, kBits}); }

bool AddressRanges::Covers(const AddressRange& range) const {
  const bool is_v4 = IsMapped(range.first) && range.prefix >= kMappedBits;
  return std::any_of(prefixes_.begin(), prefixes_.end(), [&](unsigned prefix) {
    if (is_v4 && prefix < kMappedBits) return false;  // ::/0 means all of IPv6
    return prefix <= range.prefix && keys_.contains(Key(prefix, Masked(range.first, prefix)));
  });
}

}  // namespace tlswarden
