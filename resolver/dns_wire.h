// dns_wire: DNS messages (RFC 1035 section 4) out of and into the terms of dns.h.
//
// Pure: no network, no clock. dns_cares sends what it makes and hands it what comes back, hostile
// or not; nothing else in the house sees DNS octets.
#ifndef TLSWARDEN_RESOLVER_DNS_WIRE_H_
#define TLSWARDEN_RESOLVER_DNS_WIRE_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "resolver/dns.h"

namespace tlswarden {

inline constexpr std::uint16_t kEdnsUdpOctets = 1232;  // fits any path without fragments
inline constexpr int kMaxCnameLinks = 16;
inline constexpr std::size_t kMaxDnsRecords = 512;  // in all sections together
inline constexpr int kDefaultNegativeSeconds = 60;  // of a denial without SOA

// True for 1 to 253 octets of labels of 1 to 63 letters, digits, hyphens and underscores, without
// a trailing dot: the only names that are ever asked for.
bool IsQueryName(std::string_view name);

// A query with RD, AD (RFC 6840 section 5.7: "tell me") and an OPT record of kEdnsUdpOctets
// without DO, so that replies stay small. With checking_disabled the resolver hands out
// data that doesn't validate too (RFC 4035 section 3.2.2).
// REQUIRES: IsQueryName(name). Thread-safe.
std::vector<std::uint8_t> MakeQuery(std::uint16_t id, std::string_view name, RrType type,
                                    bool checking_disabled);

// Reads a reply to the question for asked_name and type, follows the CNAMEs in it (a DNAME shows
// as the CNAME made of it, RFC 6672 section 3.1) and returns the records at their end.
// For type CNAME no link is followed: aliased tells whether there is one, canonical_name its
// target. Secure only if trust_ad and the AD bit is set, else insecure. Everything that isn't
// NOERROR or NXDOMAIN, and every malformed or truncated message, is a failure with security
// kIndeterminate. Names come in lower case without trailing dot; octets that no host name has are
// written \DDD (RFC 1035 section 5.1), so that no name can look like another. Thread-safe.
DnsReply ParseReply(std::span<const std::uint8_t> message, std::string_view asked_name, RrType type,
                    bool trust_ad);

// True if the rcode of a message is SERVFAIL, be the rest of it what it may. Thread-safe.
bool IsServfail(std::span<const std::uint8_t> message);

// The same for REFUSED. Thread-safe.
bool IsRefused(std::span<const std::uint8_t> message);

}  // namespace tlswarden

#endif  // TLSWARDEN_RESOLVER_DNS_WIRE_H_
