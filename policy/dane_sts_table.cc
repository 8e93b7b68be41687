#include "policy/dane_sts_table.h"

#include <array>

namespace tlswarden {
namespace {

using M = MxStatus;
using H = HostsStatus;
using L = TlsLevel;

constexpr std::string_view kNothing =
    "no TLSA record counts (RFC 7672 section 2.2), so an enforced MTA-STS policy decides, if any";
// An enforced MTA-STS policy changes nothing here: RFC 8461 section 5.1 keeps the policy in force,
// but not the MX, and the MTA's own lookup would fail, too.
constexpr std::string_view kMxLookup =
    "without a valid MX answer nobody knows where the mail may go (RFC 7672 section 2.2): wait";
constexpr std::string_view kForgedMx =
    "whoever forges the unsigned MX brings his own TLSA records, but no certificate that the "
    "MTA-STS policy accepts";

constexpr std::string_view kOptional =
    "behind an unsigned MX, DANE is optional (RFC 7672 section 2.2.1), so its failure stops no "
    "mail";

constexpr std::array<LevelRow, 24> kTable = {{
    {M::kSecure, H::kNone, L::kMay, L::kSecure, kNothing},
    {M::kSecure, H::kAllUsable, L::kDaneOnly, L::kDaneOnly,
     "MTA-STS must not override DANE (RFC 8461 section 2); dane-only also stops an attacker who "
     "makes the TLSA records vanish between our look and the MTA's"},
    {M::kSecure, H::kSomeUsable, L::kDane, L::kDaneOnly,
     "with dane, an attacker steers mail to a host without TLSA and strips TLS there; where "
     "MTA-STS forbids that, only the hosts with TLSA are used"},
    {M::kSecure, H::kUsableFailed, L::kDaneOnly, L::kDaneOnly,
     "a suppressed TLSA answer must not lead to the host that it protects; the others are enough"},
    {M::kSecure, H::kUnusable, L::kDane, L::kSecure,
     "unusable records demand TLS without authentication; MTA-STS demands TLS and authentication, "
     "so both hold"},
    {M::kSecure, H::kAllFailed, L::kDane, L::kDaneOnly,
     "the MTA looks itself and waits while the lookups fail (RFC 7672 section 2.1.2)"},
    {M::kSecure, H::kPartlyFailed, L::kDane, L::kDaneOnly,
     "the MTA skips the hosts whose lookup fails; MTA-STS must not open them, since suppressing "
     "TLSA answers would then switch DANE off"},
    {M::kSecure, H::kUnresolved, L::kDane, L::kSecure,
     "a host without an address takes no mail now; should it come back, dane still finds its TLSA "
     "records"},
    {M::kInsecure, H::kNone, L::kMay, L::kSecure, kNothing},
    {M::kInsecure, H::kAllUsable, L::kDane, L::kSecure, kForgedMx},
    {M::kInsecure, H::kSomeUsable, L::kDane, L::kSecure, kForgedMx},
    {M::kInsecure, H::kUsableFailed, L::kDane, L::kSecure, kForgedMx},
    {M::kInsecure, H::kUnusable, L::kDane, L::kSecure, kForgedMx},
    {M::kInsecure, H::kAllFailed, L::kMay, L::kSecure, kOptional},
    {M::kInsecure, H::kPartlyFailed, L::kMay, L::kSecure, kOptional},
    {M::kInsecure, H::kUnresolved, L::kMay, L::kSecure, kOptional},
    {M::kFailed, H::kNone, L::kUndecided, L::kUndecided, kMxLookup},
    {M::kFailed, H::kAllUsable, L::kUndecided, L::kUndecided, kMxLookup},
    {M::kFailed, H::kSomeUsable, L::kUndecided, L::kUndecided, kMxLookup},
    {M::kFailed, H::kUsableFailed, L::kUndecided, L::kUndecided, kMxLookup},
    {M::kFailed, H::kUnusable, L::kUndecided, L::kUndecided, kMxLookup},
    {M::kFailed, H::kAllFailed, L::kUndecided, L::kUndecided, kMxLookup},
    {M::kFailed, H::kPartlyFailed, L::kUndecided, L::kUndecided, kMxLookup},
    {M::kFailed, H::kUnresolved, L::kUndecided, L::kUndecided, kMxLookup},
}};

}  // namespace

MxStatus SummarizeMx(const MxEvidence& mx) {
  if (IsLookupFailure(mx.security)) return MxStatus::kFailed;
  return mx.security == Security::kSecure ? MxStatus::kSecure : MxStatus::kInsecure;
}

HostsStatus SummarizeHosts(const MxEvidence& mx) {
  int none = 0, usable = 0, unusable = 0, failed = 0, unresolved = 0;
  for (const MxHost& host : mx.hosts) {
    switch (host.dane) {
      case HostDane::kNone:
        ++none;
        break;
      case HostDane::kUsable:
        ++usable;
        break;
      case HostDane::kUnusable:
        ++unusable;
        break;
      case HostDane::kFailed:
        ++failed;
        break;
      case HostDane::kUnresolved:
        ++unresolved;
        break;
      case HostDane::kUnreachable:
        break;  // takes no mail, so it protects none and endangers none
    }
  }
  if (usable > 0 && failed > 0) return HostsStatus::kUsableFailed;
  if (usable > 0) return none + unusable > 0 ? HostsStatus::kSomeUsable : HostsStatus::kAllUsable;
  if (failed > 0) return none + unusable > 0 ? HostsStatus::kPartlyFailed : HostsStatus::kAllFailed;
  if (unresolved > 0)
    return none + unusable > 0 ? HostsStatus::kUnresolved : HostsStatus::kAllFailed;
  return unusable > 0 ? HostsStatus::kUnusable : HostsStatus::kNone;
}

std::span<const LevelRow> LevelTable() { return kTable; }

const LevelRow& FindLevel(MxStatus mx, HostsStatus hosts) {
  for (const LevelRow& row : kTable) {
    if (row.mx == mx && row.hosts == hosts) return row;
  }
  return kTable.back();
}

}  // namespace tlswarden
