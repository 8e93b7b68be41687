// mx_gather: finds the MX hosts of a next hop and their TLSA records, in the order of RFC 7672
// section 2.2: MX, then addresses, then TLSA at the expanded and at the original name.
#ifndef TLSWARDEN_RESOLVER_MX_GATHER_H_
#define TLSWARDEN_RESOLVER_MX_GATHER_H_

#include <boost/asio/awaitable.hpp>

#include "policy/evidence.h"
#include "resolver/dns.h"

namespace tlswarden {

inline constexpr std::size_t kMaxMxHosts = 32;  // further hosts are taken to have no TLSA
// Of the TLSA data of all hosts together, this much is kept for people to see; some 500 digests.
inline constexpr std::size_t kMaxTlsaOctets = 16384;

struct MxTerms {
  bool ask_tlsa = true;    // false: only the MX hosts are found, which MTA-STS needs too
  Time now;                // when the inquiry began: no TTL reaches further than from there
  double jitter = 0;       // 0 <= jitter < 1: spreads what is asked again
  int failed_lookups = 0;  // inquiries in a row that failed before this one
};

// `dns` must outlive the inquiry.
boost::asio::awaitable<MxEvidence> GatherMx(Dns& dns, NextHop next_hop, MxTerms terms);

}  // namespace tlswarden

#endif  // TLSWARDEN_RESOLVER_MX_GATHER_H_
