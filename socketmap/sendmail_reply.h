// sendmail_reply: a verdict as the answer of the map that Sendmail's FEATURE(`sts') asks.
//
// Beside postfix_reply. Sendmail reads the plain form, but Debian's build knows no DANE: an answer
// of a DANE level demands nothing of it.
#ifndef TLSWARDEN_SOCKETMAP_SENDMAIL_REPLY_H_
#define TLSWARDEN_SOCKETMAP_SENDMAIL_REPLY_H_

#include <string>
#include <string_view>

#include "policy/verdict.h"

namespace tlswarden {

inline constexpr std::string_view kSendmailMap = "sts";  // the name that FEATURE(`sts') gives it

// As PostfixReply without attributes, but `TEMP reason` where every TLSA lookup failed: Postfix
// looks itself and waits while they fail (RFC 7672 section 2.1.2), Sendmail would send unprotected.
std::string SendmailReply(const Verdict& verdict);

}  // namespace tlswarden

#endif  // TLSWARDEN_SOCKETMAP_SENDMAIL_REPLY_H_
