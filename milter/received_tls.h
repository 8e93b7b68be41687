// received_tls: which hops of a message used TLS, by the Received lines that they left.
//
// Pure. Everything before our own hop is what others claim: anybody can write such lines, so it is
// for a reader to look at, and nothing is decided by it.
#ifndef TLSWARDEN_MILTER_RECEIVED_TLS_H_
#define TLSWARDEN_MILTER_RECEIVED_TLS_H_

#include <string>
#include <string_view>
#include <vector>

#include "policy/envelope.h"

namespace tlswarden {

inline constexpr std::string_view kReceivedTlsHeader = "X-Tlswarden-Received";

inline constexpr std::size_t kMaxReceivedHops = 100;     // more loop, says RFC 5321 section 6.3
inline constexpr std::size_t kMaxReceivedOctets = 2048;  // of one line that are looked at
inline constexpr std::size_t kMaxHopName = 64;           // octets shown

enum class HopTls { kNo, kYes, kUnknown };

// Texts are printable ASCII without blanks and semicolons, of at most kMaxHopName; empty where the
// line doesn't say.
struct ReceivedHop {
  std::string from;
  std::string by;
  std::string with;
  HopTls tls = HopTls::kUnknown;
  bool operator==(const ReceivedHop&) const = default;
};

// The value of one Received header (RFC 5321 section 4.4). Comments are skipped; any octets may
// come.
ReceivedHop ParseReceived(std::string_view value);

// By the protocol's registered name (RFC 3848, RFC 6531 section 4.3), and Exim's smtps.
HopTls TlsOfProtocol(std::string_view with);

// The value of kReceivedTlsHeader: our own hop, then `before`, newest first; a line for each,
// folded with "\n\t".
std::string ReceivedTlsValue(const Envelope& envelope, const std::vector<ReceivedHop>& before);

}  // namespace tlswarden

#endif  // TLSWARDEN_MILTER_RECEIVED_TLS_H_
