// ProbeFacts: what a look at one MX host showed of its TLS, neutral to any policy.
//
// Plain values. The resolver's prober writes them, its probe table keeps them, probe.h judges by
// them.
#ifndef TLSWARDEN_POLICY_PROBE_FACTS_H_
#define TLSWARDEN_POLICY_PROBE_FACTS_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "policy/domain.h"
#include "policy/failure.h"
#include "policy/time.h"
#include "policy/tlsa.h"

namespace tlswarden {

// Of a certificate's names, so many and so much are kept.
inline constexpr std::size_t kMaxDnsIds = 100;
inline constexpr std::size_t kMaxDnsIdOctets = 4096;

// Which host was looked at, and with which TLSA records its certificate was compared.
struct ProbeTarget {
  Domain host;
  std::uint16_t port = 25;
  Domain server_name;            // SNI: the TLSA base domain (RFC 7672 section 3.1), or the host
  std::vector<TlsaRecord> tlsa;  // all usable; empty: DANE wasn't tried
  bool operator==(const ProbeTarget&) const = default;
};

struct ProbeFacts {
  ProbeTarget target;  // its TLSA records may be left out when the facts are kept
  Time at;             // when the look ended
  std::chrono::microseconds took{0};
  std::string address;  // that was spoken to last; empty: none

  // Why there was no TLS session. Transient: the host can't be spoken to now, so nothing is known
  // of its TLS; otherwise it doesn't offer TLS.
  std::optional<Failure> no_tls;

  // Of the TLS session, when no_tls is empty:
  std::string tls_version;  // "TLSv1", "TLSv1.1" …: the order of the texts is that of the versions
  std::string cipher;       // OpenSSL's name
  std::optional<Failure> untrusted;     // why PKIX doesn't trust the chain, names aside
  std::optional<Failure> dane_failure;  // why no TLSA record of the target matches, names aside
  std::vector<std::string> dns_ids;     // of the leaf, lower case, printable; at most as above
  std::string common_name;  // the leaf's, only when it has no DNS-ID (RFC 7672 section 3.2.3)
  std::string certificate_sha256;  // of the leaf, 64 hexadecimal digits in lower case
  std::string spki_sha256;         // of its public key
  Time not_after;                  // the leaf's
  int dane_usage = -1;             // of the TLSA record that matched: 2 or 3; -1: none
  bool dns_ids_cut = false;        // it has more DNS-IDs
  bool names_host = false;         // some DNS-ID, also beyond those kept, matches the target's host
  bool requiretls = false;         // the EHLO reply within TLS lists REQUIRETLS (RFC 8689)

  bool visited = true;  // false: no look was allowed (a private address), so nothing is known
  bool operator==(const ProbeFacts&) const = default;
};

// Immutable, shared by all who ask. nullptr: the host wasn't looked at.
using ProbeFactsPtr = std::shared_ptr<const ProbeFacts>;

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_PROBE_FACTS_H_
