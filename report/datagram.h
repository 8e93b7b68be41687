// ParseDatagram: what an MTA with libtlsrpt (protocol "1": Postfix 3.10 and newer) tells of one
// delivery attempt, as TlsEvents.
//
// Pure. Bounded in what it takes, how deep it goes and what it gives.
#ifndef TLSWARDEN_REPORT_DATAGRAM_H_
#define TLSWARDEN_REPORT_DATAGRAM_H_

#include <cstddef>
#include <string_view>
#include <vector>

#include "policy/result.h"
#include "policy/time.h"
#include "report/tls_event.h"

namespace tlswarden {

// The most that Linux lets a sender put into one with the usual net.core.wmem_default.
inline constexpr std::size_t kMaxDatagramOctets = 212960;

// Of each text of an event. Longer ones end there, at the end of a character; a TLSRPT record that
// is longer counts as not known, since half of it would name other destinations.
inline constexpr std::size_t kMaxEventTextOctets = 1000;
inline constexpr std::size_t kMaxPolicyStringOctets = 8192;  // a TLSA record may be a certificate
// What a datagram has beyond these is left out. Postfix tells of one policy and one failure.
inline constexpr std::size_t kMaxDatagramPolicies = 16;
inline constexpr std::size_t kMaxPolicyStrings = 200;  // twice an MTA-STS policy's patterns
inline constexpr std::size_t kMaxPolicyMxHosts = 100;
inline constexpr std::size_t kMaxFailureDetails = 50;

// One event for each policy of the datagram; `now` is when it came. Errors: not JSON, another
// protocol, no policy, a domain or policy domain that is no name. Single fields that make no sense
// are empty, and a failure code that is none of RFC 8460's terms is a validation-failure whose
// failure-reason-code names it.
//
// All texts are UTF-8 without control characters: libtlsrpt passes octets on as a server sent them.
// receiving_mx_helo is the server's own name, though Postfix sends its whole reply to EHLO. reached
// is known of successes only; an MTA-STS policy that doesn't enforce is a success whatever the
// certificate (Postfix looks at none at its levels may and encrypt).
Result<std::vector<TlsEvent>> ParseDatagram(std::string_view octets, Time now);

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_DATAGRAM_H_
