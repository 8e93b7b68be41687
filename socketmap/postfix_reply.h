// postfix_reply: a verdict as the answer of a policy map, in the grammar of Postfix's
// smtp_tls_policy_maps. Sendmail's FEATURE(`sts') reads the same plain form.
#ifndef TLSWARDEN_SOCKETMAP_POSTFIX_REPLY_H_
#define TLSWARDEN_SOCKETMAP_POSTFIX_REPLY_H_

#include <string>
#include <string_view>

#include "policy/verdict.h"

namespace tlswarden {

inline constexpr std::string_view kNotFound = "NOTFOUND ";
inline constexpr std::size_t kMaxReplyOctets = 90000;  // Postfix reads 100,000

// What any reader of the plain form takes at a level: no attribute of a rule or of RFC 8460.
// REQUIRES: at kSecure, verdict.sts or verdict.pinned; at kFingerprint, the latter
std::string PlainReply(const Verdict& verdict, TlsLevel level);

// `OK secure match=a:.b servername=hostname`, `OK dane-only`, `OK dane`, `OK encrypt`,
// `NOTFOUND `, or `TEMP reason`. with_tlsrpt adds policy_type and its companions to an MTA-STS
// answer, for Postfix 3.10 and newer; older ones defer all mail when they see them.
std::string PostfixReply(const Verdict& verdict, bool with_tlsrpt);

// `TEMP reason`: the MTA keeps the mail and tries again.
std::string TempReply(const Verdict& verdict);

}  // namespace tlswarden

#endif  // TLSWARDEN_SOCKETMAP_POSTFIX_REPLY_H_
