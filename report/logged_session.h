// LoggedSession, LoggedDelivery: what the MTA's log told of one SMTP session, and of one
// recipient's mail.
//
// Plain values. log_joiner makes them; session_event counts the first, message_proof shows the
// second.
#ifndef TLSWARDEN_REPORT_LOGGED_SESSION_H_
#define TLSWARDEN_REPORT_LOGGED_SESSION_H_

#include <cstdint>
#include <string>
#include <vector>

#include "policy/next_hop.h"
#include "policy/time.h"
#include "report/tls_event.h"

namespace tlswarden {

enum class LogMta { kPostfix, kSendmail };

// One attempt at TLS with one MX host, or the lack of it. All texts are one line of UTF-8, bounded.
struct LoggedTls {
  Time at{};
  LogMta mta = LogMta::kPostfix;
  std::string mx_hostname;  // as the MTA wrote it, without a dot at its end
  std::string mx_address;   // empty: not known
  std::uint16_t port = kSmtpPort;
  // Of Postfix's words Verified is kAuthenticated; Trusted, whose name nobody looked at, isn't. Of
  // Sendmail's only TRUSTED, which is DANE's. A session that wasn't let into the clear is kUnknown.
  TlsReached reached = TlsReached::kUnknown;
  std::string word;                 // the MTA's: Verified, Untrusted, OK, FAIL; empty without TLS
  std::string tls_version;          // OpenSSL's name
  std::string cipher;               // OpenSSL's name
  std::string certificate_failure;  // "num=62:hostname mismatch"
  std::string refusal;              // Sendmail's own: "tls_server: 403 4.7.0 …", "tls_rcpt: …"
  bool handshake_failed = false;
  bool operator==(const LoggedTls&) const = default;
};

// An SMTP session, as RFC 8460 counts them. One that carried mail for several domains is one for
// each.
struct LoggedSession {
  LoggedTls tls;
  std::string queue_id;
  std::vector<std::string> recipients;  // of this domain; at most kMostLoggedRecipients are kept
  std::string domain;                   // of the recipients, A-labels
  std::string tag;                      // policy/message_tag.h; empty: the map's answer counted
  std::string status;                   // sent, deferred, bounced; empty: another host was tried
  std::string dsn;
  std::string text;  // why; may be a server's words, but for those that SpeaksOfTls knows
  bool operator==(const LoggedSession&) const = default;
};

// What an attempt to deliver to one recipient came to, also where there was no session.
struct LoggedDelivery {
  LoggedTls tls;  // `at` and mx_hostname are empty when no host was spoken to
  Time at{};
  std::string queue_id;
  std::string recipient;  // without the mark that Postfix carries a tag by
  std::string original;   // as it was before aliases; empty: the same
  std::string tag;
  std::string status;
  std::string dsn;
  std::string text;
  bool reused = false;  // the session of an earlier message
  bool operator==(const LoggedDelivery&) const = default;
};

inline constexpr std::size_t kMostLoggedRecipients = 100;  // of one session
inline constexpr std::size_t kMaxLoggedTextOctets = 1000;

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_LOGGED_SESSION_H_
