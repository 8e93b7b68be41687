// sendmail_reply: a verdict as the answers of Sendmail's two maps: the one that FEATURE(`sts') asks
// about a domain, and the one that contrib/sendmail/tlswarden.mc asks about a message.
//
// Beside postfix_reply. Sendmail reads the plain form, but Debian's build knows no DANE: an answer
// of a DANE level demands nothing of it.
#ifndef TLSWARDEN_SOCKETMAP_SENDMAIL_REPLY_H_
#define TLSWARDEN_SOCKETMAP_SENDMAIL_REPLY_H_

#include <optional>
#include <string>
#include <string_view>

#include "policy/message_tag.h"
#include "policy/verdict.h"

namespace tlswarden {

inline constexpr std::string_view kSendmailMap = "sts";  // the name that FEATURE(`sts') gives it

// As PostfixReply without attributes, with exceptions:
// - where the level is one of DANE, an enforced MTA-STS policy is told (`OK secure match=...`).
//   Whoever doesn't do DANE has to hold to it (RFC 8461 section 5);
// - `TEMP reason` where every TLSA lookup failed: Postfix looks itself and waits while they fail
//   (RFC 7672 section 2.1.2), Sendmail would send unprotected;
// - `TEMP reason` where a rule pins fingerprints, which Sendmail can't compare. TLS versions and
//   ciphers of rules aren't told: nothing may stand behind the names.
std::string SendmailReply(const Verdict& verdict);

// What the ruleset Local_tls_rcpt must demand of the session, for one recipient of one message:
// `OK none`, `OK encrypt` (TLS with anybody), `OK secure` (a trusted certificate), or
// `TEMP reason`. Names are compared by FEATURE(`sts') alone, which asks about the domain: where
// `by_map`, the verdict without the message's facts, gives it other names or none, a message that
// demands names waits.
std::string SendmailMessageReply(const Verdict& verdict, const Verdict& by_map);

// The same for a recipient without a domain that could be judged: an address literal.
std::string SendmailReplyWithoutDomain(const std::optional<std::string>& tag);

}  // namespace tlswarden

#endif  // TLSWARDEN_SOCKETMAP_SENDMAIL_REPLY_H_
