// sendmail_log: what a line of Sendmail says of a TLS session or a delivery.
//
// Pure: the text behind "sm-mta[PID]: ", read from its beginning, for Sendmail 8.17 at LogLevel 9,
// its default. All that is found points into the text.
//
// verify=OK speaks of the certificate's chain, never of its name.
#ifndef TLSWARDEN_REPORT_SENDMAIL_LOG_H_
#define TLSWARDEN_REPORT_SENDMAIL_LOG_H_

#include <chrono>
#include <optional>
#include <string_view>
#include <variant>

namespace tlswarden {

// "STARTTLS=client, relay=mx.example.com., version=TLSv1.3, verify=OK, cipher=NAME, bits=256/256"
struct SendmailTls {
  std::string_view host;  // without the dot at its end
  std::string_view version;
  std::string_view verify;
  std::string_view cipher;
};

// "STARTTLS=client, error: connect failed=-1, reason=…, …, relay=…"
struct SendmailTlsFailed {
  std::string_view reason;
};

// "ruleset=tls_server, arg1=NONE, relay=mx.example.com, reject=403 4.7.0 text", and tls_rcpt's with
// a queue id in front: Sendmail's own rules, or tlswarden's answer to them, refuse the session.
struct SendmailRefused {
  std::string_view queue_id;  // empty for tls_server
  std::string_view ruleset;   // tls_server, tls_rcpt
  std::string_view host;
  std::string_view text;  // with the reply code
};

// "QUEUEID: to=<a@example.com>,<b@example.com>, delay=…, mailer=…, relay=… […], dsn=…, stat=…"
struct SendmailDelivery {
  std::string_view queue_id;
  std::string_view recipients;  // to be read with NextSendmailRecipient
  std::string_view xdelay;      // "00:00:01", "1+00:00:01": of this attempt
  std::string_view mailer;
  std::string_view host;     // empty: no relay
  std::string_view address;  // empty: there was no connection
  std::string_view dsn;
  std::string_view text;  // stat: "Sent (…)", "Deferred: …"; a server's reply may be in it
};

using SendmailFact =
    std::variant<SendmailTls, SendmailTlsFailed, SendmailRefused, SendmailDelivery>;

// How long ago the attempt was begun, rounded up. Nothing when the line doesn't say.
std::optional<std::chrono::seconds> TimeTaken(const SendmailDelivery& delivery);

// Nothing for lines that say something else.
std::optional<SendmailFact> ParseSendmailLog(std::string_view text);

// Takes one recipient, without its angle brackets, off the list. Nothing at its end.
std::optional<std::string_view> NextSendmailRecipient(std::string_view& recipients);

// "sent", "deferred", "bounced" as Postfix would say it; empty for "queued" and what else is no
// outcome.
std::string_view StatusOf(const SendmailDelivery& delivery);

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_SENDMAIL_LOG_H_
