// sts_gather: looks at a domain's MTA-STS record and fetches its policy when that is needed, in
// the order of RFC 8461 section 5.1.
#ifndef TLSWARDEN_RESOLVER_STS_GATHER_H_
#define TLSWARDEN_RESOLVER_STS_GATHER_H_

#include <boost/asio/awaitable.hpp>
#include <optional>

#include "policy/evidence.h"
#include "resolver/dns.h"
#include "resolver/https.h"

namespace tlswarden {

struct StsTerms {
  bool allow_private = false;  // the policy host's addresses are guarded otherwise
  Time now;
  double jitter = 0;  // 0 <= jitter < 1: spreads what is asked again
};

// `known` is what was learned before: an unexpired policy stays in force whatever fails now
// (RFC 8461 sections 3.3, 5.1). `dns` and `https` must outlive the inquiry.
boost::asio::awaitable<StsEvidence> GatherSts(Dns& dns, Https& https, Domain domain,
                                              StsEvidence known, StsTerms terms);

}  // namespace tlswarden

#endif  // TLSWARDEN_RESOLVER_STS_GATHER_H_
