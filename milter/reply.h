// reply: from a verdict to the SMTP reply that the sender of the mail reads.
#ifndef TLSWARDEN_MILTER_REPLY_H_
#define TLSWARDEN_MILTER_REPLY_H_

#include <string>

#include "policy/verdict.h"

namespace tlswarden {

inline constexpr std::size_t kMaxReplyText = 400;  // libmilter refuses lines above 980 octets

// Code and action always agree, since Postfix ignores a reply that doesn't. Never 421: Postfix
// would drop the whole session.
struct Reply {
  Action action = Action::kAccept;
  std::string code;      // "451", "550"; empty when accepted
  std::string enhanced;  // RFC 3463: 4.7.5/5.7.5 TLS or policy, 4.4.3 DNS
  std::string text;      // begins with the RFC 8460 result type; printable ASCII, '%' not doubled
};

Reply MakeReply(const Verdict& verdict);

// "550 5.7.5", or empty.
std::string CodesOf(const Reply& reply);

}  // namespace tlswarden

#endif  // TLSWARDEN_MILTER_REPLY_H_
