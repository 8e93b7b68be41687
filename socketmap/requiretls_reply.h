// requiretls_reply: the answer of the map `requiretls`, for smtp_requiretls_policy of Postfix 3.11.
//
// Pure. Postfix asks it before the policy map, with the next hop's domain, for each delivery of a
// message with REQUIRETLS (RFC 8689).
#ifndef TLSWARDEN_SOCKETMAP_REQUIRETLS_REPLY_H_
#define TLSWARDEN_SOCKETMAP_REQUIRETLS_REPLY_H_

#include <string>
#include <string_view>

#include "policy/verdict.h"

namespace tlswarden {

inline constexpr std::string_view kRequireTlsMap = "requiretls";

// `OK enforce`; `OK opportunistic` for a domain that a rule makes an exception of (require = none);
// `NOTFOUND ` where nothing is enforced: then Postfix's own default counts.
std::string RequireTlsReply(const NextHop& next_hop, const Outbound& outbound, Time now);

}  // namespace tlswarden

#endif  // TLSWARDEN_SOCKETMAP_REQUIRETLS_REPLY_H_
