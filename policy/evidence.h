// Evidence: what DNS and HTTPS said of a next hop, and how long that may be believed.
//
// Plain values. The resolver writes them, the cache keeps them, the judge reads them.
#ifndef TLSWARDEN_POLICY_EVIDENCE_H_
#define TLSWARDEN_POLICY_EVIDENCE_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "policy/domain.h"
#include "policy/failure.h"
#include "policy/next_hop.h"
#include "policy/security.h"
#include "policy/sts_policy.h"
#include "policy/time.h"
#include "policy/tlsa.h"

namespace tlswarden {

// A policy with the facts of its fetch (RFC 8461 section 3.3).
struct LearnedStsPolicy {
  SharedStsPolicy policy;
  std::string id;  // of the TXT record that announced it
  Time fetched_at;
  Time ExpiresAt() const { return fetched_at + policy->max_age; }
  bool operator==(const LearnedStsPolicy&) const = default;
};

struct StsEvidence {
  // The policy in force or, when the last look failed, still in force. Empty: none is known.
  std::optional<LearnedStsPolicy> learned;
  Time refresh_at;  // when learned is fetched again, even if its id stands still (section 10.2)
  // What the last look failed at. Doesn't end a learned policy (RFC 8461 section 5.1).
  std::optional<Failure> failure;
  Time failing_since;      // of the first failure in a row; epoch when there is none
  Time warned_at;          // when a person was last told of it; epoch: not yet
  int failed_lookups = 0;  // of the TXT record, in a row
  // When a fetch failed: the id that was announced, how often in a row, and the time before which
  // it isn't fetched again (RFC 8461 section 3.3: five minutes for an id).
  std::string failed_id;
  int failed_fetches = 0;
  Time no_fetch_before;
  Time look_again_at;    // when the TXT record is asked for again
  bool interim = false;  // the look still goes on; never stored
  bool operator==(const StsEvidence&) const = default;
};

// What RFC 7672 section 2.2 makes of one MX host's TLSA records.
enum class HostDane {
  kNone,         // no TLSA, or none that is secure: opportunistic TLS
  kUsable,       // authenticate by these
  kUnusable,     // secure, but none usable: TLS is mandatory, authentication isn't possible
  kFailed,       // the TLSA lookup failed: the host is as good as unreachable (section 2.1.2)
  kUnresolved,   // the address lookup failed
  kUnreachable,  // the host has no address
};

std::string_view ToString(HostDane dane);

struct MxHost {
  Domain name;
  std::uint16_t preference = 0;
  Security address_security = Security::kIndeterminate;
  HostDane dane = HostDane::kNone;
  Domain tlsa_base;  // where the TLSA records were found (section 2.2.3)
  // After digest agility (RFC 7671 section 9), to be seen by people: `dane` alone decides. What is
  // excessively large may be left out of these.
  std::vector<TlsaRecord> usable;
  std::vector<std::string> unusable;  // "1 1 1 …: usage 1 isn't for SMTP"
  std::optional<Failure> failure;
  bool operator==(const MxHost&) const = default;
};

struct MxEvidence {
  Security security = Security::kIndeterminate;  // of the MX RRset, or of its denial
  std::vector<MxHost> hosts;  // in preference order; the domain itself when it has no MX
  bool null_mx = false;       // RFC 7505
  bool no_such_domain = false;
  std::optional<Failure> failure;  // set when security is a lookup failure
  int failed_lookups = 0;          // inquiries in a row in which some lookup failed
  Time good_until;                 // least TTL of all that was used, bounded
  bool operator==(const MxEvidence&) const = default;
};

struct Evidence {
  NextHop next_hop;
  StsEvidence sts;
  MxEvidence mx;
  Time obtained_at;
  // No verdict may be built on it from here on, but for an unexpired sts.learned.
  Time UsableUntil() const { return std::min(sts.look_again_at, mx.good_until); }
  bool operator==(const Evidence&) const = default;
};

// The policy that is in force at `now`, whatever its mode, or nullptr.
const LearnedStsPolicy* StsInForce(const StsEvidence& sts, Time now);

// The same, but only if it is enforced.
const LearnedStsPolicy* EnforcedSts(const StsEvidence& sts, Time now);

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_EVIDENCE_H_
