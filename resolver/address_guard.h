// address_guard: keeps policy fetches away from addresses that no stranger may have us visit.
//
// Pure. Between DNS and Https: the addresses of a policy host come from whoever runs that domain.
#ifndef TLSWARDEN_RESOLVER_ADDRESS_GUARD_H_
#define TLSWARDEN_RESOLVER_ADDRESS_GUARD_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tlswarden {

// Why an IPv4 or IPv6 address in text form isn't a public unicast one ("loopback", "private",
// "no address"), after RFC 6890 and the IANA registries; empty if it is. An IPv6 address that
// carries an IPv4 one (mapped, compatible, NAT64, 6to4) is as public as that one. Thread-safe.
std::optional<std::string> WhyNotPublic(std::string_view address);

inline bool IsPublic(std::string_view address) { return !WhyNotPublic(address).has_value(); }

// The public ones among the addresses, in their order; all of them when allow_private.
// `refused`, if given, gets "127.0.0.1 (loopback)" for each of the others. Thread-safe.
std::vector<std::string> KeepPublic(const std::vector<std::string>& addresses, bool allow_private,
                                    std::vector<std::string>* refused = nullptr);

}  // namespace tlswarden

#endif  // TLSWARDEN_RESOLVER_ADDRESS_GUARD_H_
