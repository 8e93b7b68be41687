// postfix_log: what a line of Postfix's smtp or tlsproxy says of a TLS session or a delivery.
//
// Pure: the text behind "postfix/smtp[PID]: ", read from its beginning, for Postfix 3.4 to 3.12
// with smtp_tls_loglevel = 1. All that is found points into the text.
//
// A recipient's local part is quoted in the log since Postfix 3.5 (info_log_addr_form = external):
// what stands in quotes can't end the address. Before that, or with `internal`, who may submit
// mail can write an address that reads like the end of another's line.
#ifndef TLSWARDEN_REPORT_POSTFIX_LOG_H_
#define TLSWARDEN_REPORT_POSTFIX_LOG_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "policy/next_hop.h"

namespace tlswarden {

// "mx.example.com[192.0.2.1]:25". Empty host: relay=none, or a socket of this machine.
struct LogRelay {
  std::string_view host;
  std::string_view address;
  std::uint16_t port = kSmtpPort;
  bool operator==(const LogRelay&) const = default;
};

// "Untrusted TLS connection established to RELAY: TLSv1.3 with cipher NAME (…"
struct TlsEstablished {
  LogRelay relay;
  std::string_view word;  // Verified, Trusted, Untrusted, Anonymous
  std::string_view version;
  std::string_view cipher;
  bool reused = false;  // "reused to": of a connection that was there already
};

// "server certificate verification failed for RELAY: num=62:hostname mismatch"
struct VerificationFailed {
  LogRelay relay;
  std::string_view reason;
};

// "SSL_connect error to RELAY: lost connection"
struct HandshakeFailed {
  LogRelay relay;
  std::string_view reason;
};

// "QUEUEID: to=<…>, relay=…, status=sent (…)"
struct PostfixDelivery {
  std::string_view queue_id;
  std::string_view recipient;  // without angle brackets
  std::string_view original;   // orig_to; empty: the same
  LogRelay relay;
  int connection_use = 1;   // conn_use: how often this connection has been used
  std::string_view delays;  // "0.02/0.02/0.06/0.12": before and in the queue, connecting, sending
  std::string_view tls;     // smtp_log_tls_feature_status of 3.11: "!secure", "may:none"; or empty
  std::string_view dsn;
  std::string_view status;  // sent, deferred, bounced
  std::string_view text;    // without its parentheses; a server's reply may be in it
};

// "QUEUEID: Server certificate not verified": a host was given up, the next is tried.
struct HostGivenUp {
  std::string_view queue_id;
  std::string_view text;
};

using PostfixFact =
    std::variant<TlsEstablished, VerificationFailed, HandshakeFailed, PostfixDelivery, HostGivenUp>;

// Nothing for lines that say something else, and for lines that are cut before their end is known.
std::optional<PostfixFact> ParsePostfixLog(std::string_view text);

// "mx.example.com[192.0.2.1]:25" or without a port, up to the first blank, comma or second colon.
// Takes it from `text`; nothing when it isn't there.
std::optional<LogRelay> TakeRelay(std::string_view& text);

// How long ago the connection of a delivery was begun, rounded up: TLS came after that. Nothing
// when the line doesn't say.
std::optional<std::chrono::seconds> TimeTaken(const PostfixDelivery& delivery);

// Whether the text of a failed delivery speaks of TLS: Postfix's own words only, which no server
// can put at the beginning.
bool SpeaksOfTls(std::string_view text);

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_POSTFIX_LOG_H_
