// DNS-IDs: the dNSName entries of a certificate, and how a host's name matches them (RFC 6125
// section 6.4, as RFC 8461 section 4.2 and RFC 7672 section 3.2.3 narrow it). Beside probe.h;
// certificates themselves are read by the resolver's smtp_probe.
#ifndef TLSWARDEN_POLICY_DNS_ID_H_
#define TLSWARDEN_POLICY_DNS_ID_H_

#include <string_view>

#include "policy/domain.h"
#include "policy/mx_pattern.h"

namespace tlswarden {

// `dns_id` is as in the certificate, in any case; anything may stand in it. A `*` counts only as
// the whole left-most label, stands for exactly one label, and needs two labels behind it.
bool MatchesDnsId(std::string_view dns_id, const Domain& host);

// The same for a name that an operator pinned: `*.example.com` is met by `mx.example.com` and by
// `*.example.com`, not by deeper names.
bool MatchesDnsId(std::string_view dns_id, const MxPattern& pinned);

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_DNS_ID_H_
