// NextHop: what the MTA says it will deliver to, in the forms that Postfix's transport(5) knows:
// example.com, example.com:587, [mx.example.com], [mx.example.com]:587, [192.0.2.1].
#ifndef TLSWARDEN_POLICY_NEXT_HOP_H_
#define TLSWARDEN_POLICY_NEXT_HOP_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "policy/domain.h"
#include "policy/result.h"

namespace tlswarden {

inline constexpr std::uint16_t kSmtpPort = 25;

struct NextHop {
  Domain domain;  // the policy domain (RFC 8461 section 3.4); empty for an address literal
  std::uint16_t port = kSmtpPort;  // where TLSA records are asked (RFC 7672 section 2.2.3)
  bool bracketed = false;          // no MX lookup: the operator named the host
  bool address_literal = false;    // no policy of any kind applies
  auto operator<=>(const NextHop&) const = default;
};

// Decimal, 1 to 65535.
std::optional<std::uint16_t> ParsePort(std::string_view text);

// Instead of a port number, the name of a mail service may stand: smtp, submission, submissions,
// smtps. An empty host is refused.
Result<NextHop> ParseNextHop(std::string_view text);

// The canonical text: A-labels, port only when it isn't 25. The key of the cache.
std::string ToString(const NextHop& next_hop);

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_NEXT_HOP_H_
