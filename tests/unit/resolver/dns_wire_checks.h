// What the tests of dns_wire share: a signed reply, and what a failure looks like.
#ifndef TLSWARDEN_TESTS_UNIT_RESOLVER_DNS_WIRE_CHECKS_H_
#define TLSWARDEN_TESTS_UNIT_RESOLVER_DNS_WIRE_CHECKS_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <string_view>

#include "resolver/dns_wire.h"
#include "tests/unit/resolver/dns_builder.h"

namespace tlswarden {

inline constexpr std::uint16_t kSigned = DnsBuilder::kReply | DnsBuilder::kAd;
inline const Wire kAddress = {192, 0, 2, 1};

inline DnsReply Parse(const DnsBuilder& builder, std::string_view name, RrType type,
                      bool trust = true) {
  return ParseReply(builder.wire(), name, type, trust);
}

inline void ExpectFailure(const DnsReply& reply, std::string_view failure) {
  EXPECT_EQ(reply.rcode, Rcode::kFailure);
  EXPECT_EQ(reply.security, Security::kIndeterminate);
  EXPECT_EQ(reply.failure, failure);
  EXPECT_TRUE(reply.addresses.empty() && reply.mx.empty() && reply.txt.empty() &&
              reply.tlsa.empty());
}

}  // namespace tlswarden

#endif  // TLSWARDEN_TESTS_UNIT_RESOLVER_DNS_WIRE_CHECKS_H_
