// ListenAddress, NameServer: socket addresses as the configuration writes them.
//
// Everything is checked here, because libmilter binds all interfaces when the host is missing and
// hangs on some misspellings. Hosts are IP addresses: a DNS daemon must start without DNS.
#ifndef TLSWARDEN_DAEMON_LISTEN_ADDRESS_H_
#define TLSWARDEN_DAEMON_LISTEN_ADDRESS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "policy/result.h"

namespace tlswarden {

inline constexpr std::size_t kMaxSocketPathOctets = 107;  // sun_path less its NUL

struct ListenAddress {
  enum class Family { kUnix, kInet, kInet6 };

  Family family = Family::kUnix;
  std::string host;        // kInet, kInet6: an IP address, without brackets
  std::uint16_t port = 0;  // kInet, kInet6
  std::string path;        // kUnix: absolute
  bool operator==(const ListenAddress&) const = default;
};

// Postfix's order: `inet:HOST:PORT`, `inet:[V6]:PORT`, `inet6:[V6]:PORT`, `unix:PATH`.
// HOST is an address or `localhost`.
Result<ListenAddress> ParseListenAddress(std::string_view text);
std::string ToString(const ListenAddress& address);

// libmilter's order: `unix:PATH`, `local:PATH`, `inet:PORT@HOST`, `inet6:PORT@HOST`.
Result<ListenAddress> ParseMilterAddress(std::string_view text);
// What smfi_setconn() takes.
std::string ToMilterString(const ListenAddress& address);

struct NameServer {
  std::string address;  // an IP address, without brackets
  std::uint16_t port = 53;
  bool operator==(const NameServer&) const = default;
};

// `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1`, `[2001:db8::1]:5353`.
Result<NameServer> ParseNameServer(std::string_view text);
std::string ToString(const NameServer& server);

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_LISTEN_ADDRESS_H_
