// Submit: hands one message to an MTA by SMTP (RFC 5321): the local one, which queues it, signs it
// and cares for the rest.
//
// Blocks, within SmtpOptions' times; for a thread of its own. Speaks no TLS and no AUTH: the relay
// is this machine or one that trusts it.
#ifndef TLSWARDEN_REPORT_SMTP_SUBMIT_H_
#define TLSWARDEN_REPORT_SMTP_SUBMIT_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tlswarden {

struct SmtpRelay {
  std::string address;  // an IP address; empty: the UNIX socket at `path`
  std::uint16_t port = 25;
  std::string path;
};

// "inet:127.0.0.1:25", for people.
std::string ToString(const SmtpRelay& relay);

struct SmtpMail {
  std::string sender;                   // of the envelope; empty: <>
  std::vector<std::string> recipients;  // at least one; without angle brackets
  std::string text;                     // header, empty line, body; lines end in LF or CRLF
};

// Far below RFC 5321 section 4.5.3.2's minutes: those are for the Internet.
struct SmtpOptions {
  std::chrono::milliseconds step{30000};    // for one reply, after the greeting
  std::chrono::milliseconds whole{120000};  // for all of it
  std::string helo_name;                    // empty: the address literal of this end
};

struct SmtpOutcome {
  enum class Status {
    kSent,       // to at least one recipient
    kTemporary,  // a later try may succeed: no connection, a time-out, 4xx
    kPermanent,  // 5xx, or something that no try will change
  } status = Status::kTemporary;
  std::string why;                   // when it wasn't sent; one line, printable
  std::vector<std::string> refused;  // "ADDRESS: REPLY", also when it was sent to others
};

SmtpOutcome Submit(const SmtpRelay& relay, const SmtpMail& mail, const SmtpOptions& options = {});

// A message as DATA carries it: lines end in CRLF, a dot in front of a line is doubled, the end is
// CRLF.CRLF (RFC 5321 section 4.5.2). A CR without LF, and a NUL, become a blank: nothing in a
// message can end it early ("SMTP smuggling").
std::string DotStuffed(std::string_view text);

// An address that can stand between angle brackets: printable ASCII without blanks, brackets and
// backslashes, one '@' with something on both sides, at most 254 octets.
bool IsPlainAddress(std::string_view address);

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_SMTP_SUBMIT_H_
