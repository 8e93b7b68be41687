// DANE for SMTP (RFC 7672 section 2.2): which names to ask for TLSA records, and what the answer
// makes of a host. The order of questions; the asking is the resolver's.
#ifndef TLSWARDEN_POLICY_DANE_H_
#define TLSWARDEN_POLICY_DANE_H_

#include <optional>
#include <string>
#include <vector>

#include "policy/domain.h"
#include "policy/evidence.h"
#include "policy/security.h"
#include "policy/tlsa.h"

namespace tlswarden {

// What the address lookups of one MX host said.
struct HostAddresses {
  Security security = Security::kIndeterminate;  // of the whole chain to the address
  bool any = false;                              // there is an address
  bool aliased = false;
  std::string canonical_name;  // the name that has the address
};

// One family that is validated is enough: many zones have a good A and a broken denial of AAAA.
// An address beats a failure beats a denial.
HostAddresses Merge(const HostAddresses& a, const HostAddresses& aaaa);

// The TLSA base domains to try, in order (RFC 7672 section 2.2.2). `first_alias_security` is that
// of the host's own CNAME record, asked for when the host is an alias and its address isn't
// secure. Empty: DANE doesn't apply to the host.
std::vector<Domain> TlsaBaseCandidates(const Domain& host, const HostAddresses& addresses,
                                       std::optional<Security> first_alias_security);

// Sorts the records of a secure, non-empty TLSA RRset at `base` into the host (section 2.2,
// 3.1). Even one unusable record commits the host to TLS.
void ApplyTlsa(const Domain& base, const std::vector<TlsaRecord>& records, MxHost& host);

// "_25._tcp.mx.example.com"
std::string TlsaName(const Domain& base, std::uint16_t port);

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_DANE_H_
