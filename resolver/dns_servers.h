// dns_servers: which resolvers to ask: those of the configuration, else those of resolv.conf(5).
//
// Beneath dns_cares. c-ares would read resolv.conf itself, but takes 127.0.0.1 when it names none,
// and the operator would never hear of it.
#ifndef TLSWARDEN_RESOLVER_DNS_SERVERS_H_
#define TLSWARDEN_RESOLVER_DNS_SERVERS_H_

#include <boost/asio/ip/udp.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "policy/result.h"

namespace tlswarden {

using DnsServer = boost::asio::ip::udp::endpoint;

inline constexpr std::uint16_t kDnsPort = 53;

// "IP", "IP:PORT", "[IP]" or "[IP]:PORT". No IPv6 address with a scope: c-ares would lose it.
std::optional<DnsServer> ParseDnsServer(const std::string& text);

// Those configured, if any, else the nameserver lines of the file. Errors: one configured is no
// address; the file can't be read or names no resolver that can be used.
Result<std::vector<DnsServer>> FindDnsServers(const std::vector<std::string>& configured,
                                              const std::string& resolv_conf);

// "127.0.0.1:53", "[::1]:53"
std::string ToString(const DnsServer& server);

}  // namespace tlswarden

#endif  // TLSWARDEN_RESOLVER_DNS_SERVERS_H_
