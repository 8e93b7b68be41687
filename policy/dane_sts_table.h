// Which TLS level follows when DANE (RFC 7672) and MTA-STS (RFC 8461) both have a say.
//
// DANE speaks of a host, MTA-STS of a domain, and Postfix has no level that means "DANE for the
// hosts that have it, else MTA-STS". The table holds the choice for each case and the attack that
// it stops.
#ifndef TLSWARDEN_POLICY_DANE_STS_TABLE_H_
#define TLSWARDEN_POLICY_DANE_STS_TABLE_H_

#include <span>
#include <string_view>

#include "policy/evidence.h"
#include "policy/tls_level.h"

namespace tlswarden {

// The MX lookup.
enum class MxStatus { kSecure, kInsecure, kFailed };

// The TLSA records of all hosts that may take mail.
enum class HostsStatus {
  kNone,          // no host has secure TLSA records
  kAllUsable,     // every host has usable ones
  kSomeUsable,    // some have; the others have unusable ones or, validly, none
  kUsableFailed,  // some have; another's lookup failed
  kUnusable,      // some have, none of them usable; the others have none
  kAllFailed,     // every lookup failed
  kPartlyFailed,  // some TLSA lookups failed; the others found nothing usable
  kUnresolved,    // some address lookups failed; the others found nothing usable
};

MxStatus SummarizeMx(const MxEvidence& mx);
HostsStatus SummarizeHosts(const MxEvidence& mx);

struct LevelRow {
  MxStatus mx;
  HostsStatus hosts;
  TlsLevel without_sts;
  TlsLevel with_sts;  // an enforced MTA-STS policy is in force
  std::string_view why;
};

// All combinations, each once.
std::span<const LevelRow> LevelTable();

const LevelRow& FindLevel(MxStatus mx, HostsStatus hosts);

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_DANE_STS_TABLE_H_
