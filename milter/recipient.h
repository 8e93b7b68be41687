// recipient: what comes with RCPT, and the question that it leads to.
//
// Pure. Knows what Postfix and Sendmail say there.
#ifndef TLSWARDEN_MILTER_RECIPIENT_H_
#define TLSWARDEN_MILTER_RECIPIENT_H_

#include <optional>
#include <string>
#include <string_view>

#include "policy/verdict.h"

namespace tlswarden {

// Macros that the MTA didn't send are empty.
struct RcptEvent {
  std::string_view argument;     // "<a@b.example>"; no brackets in local submission
  std::string_view rcpt_addr;    // {rcpt_addr}: the address after the MTA's rewriting
  std::string_view rcpt_host;    // {rcpt_host}: the next hop
  std::string_view rcpt_mailer;  // {rcpt_mailer}: the transport
  // ESMTP parameters for the delivery status, "NOTIFY=NEVER ORCPT=rfc822;a@b" (RFC 3461).
  std::string_view dsn_parameters{};
};

// The address after the MTA's rewriting, or as the client wrote it where the MTA doesn't tell.
MailAddress AddressOf(const RcptEvent& event);

struct RecipientQuestion {
  std::string recipient;  // with angle brackets, for the log
  Question question;
  bool local_submission = false;
  std::string dsn_parameters{};
};

// Nothing when the recipient isn't ours to judge: local, or bound for something else than SMTP.
std::optional<RecipientQuestion> ReadRcpt(const RcptEvent& event);

// Whether a transport sends by SMTP to other systems: smtp and relay (Postfix), esmtp and its
// kind (Sendmail), and transports whose names begin with smtp.
bool IsSmtpTransport(std::string_view mailer);

// "user==tlswarden-TAG@domain": an address by which Postfix carries a tag to the delivery. None may
// come from outside.
bool IsTagged(const MailAddress& address);
std::string TaggedAddress(const MailAddress& address, std::string_view tag);

// The value of ORCPT: "rfc822;a+2Bb@c.example", or of type utf-8 (RFC 6533) when the address isn't
// ASCII. Empty when the address is no text, or too long for RFC 3461 section 4.2.
inline constexpr std::size_t kMaxOriginalRecipient = 500;  // octets
std::string OriginalRecipient(std::string_view address);

// The client's parameters, and the address as it wrote it: delivery status notifications shall not
// speak of a tagged address.
std::string DsnParametersOf(const RecipientQuestion& recipient);

}  // namespace tlswarden

#endif  // TLSWARDEN_MILTER_RECIPIENT_H_
