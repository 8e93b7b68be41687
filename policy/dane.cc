#include "policy/dane.h"

namespace tlswarden {
namespace {

// The better of two answers comes first: an address, then a failure, then a denial.
int Rank(const HostAddresses& addresses) {
  if (addresses.any) return addresses.security == Security::kSecure ? 0 : 1;
  return IsLookupFailure(addresses.security) ? 2 : 3;
}

}  // namespace

HostAddresses Merge(const HostAddresses& a, const HostAddresses& aaaa) {
  return Rank(a) <= Rank(aaaa) ? a : aaaa;
}

std::vector<Domain> TlsaBaseCandidates(const Domain& host, const HostAddresses& addresses,
                                       std::optional<Security> first_alias_security) {
  std::vector<Domain> candidates;
  if (!addresses.any) return candidates;
  if (addresses.security == Security::kSecure) {
    if (addresses.aliased) {
      const Result<Domain> expanded = ParseDomain(addresses.canonical_name);
      if (expanded && *expanded != host) candidates.push_back(*expanded);
    }
    candidates.push_back(host);
  } else if (addresses.aliased && first_alias_security == Security::kSecure) {
    candidates.push_back(host);
  }
  return candidates;
}

void ApplyTlsa(const Domain& base, const std::vector<TlsaRecord>& records, MxHost& host) {
  host.tlsa_base = base;
  std::vector<TlsaRecord> usable;
  for (const TlsaRecord& record : records) {
    if (const std::optional<std::string> why = WhyUnusable(record)) {
      host.unusable.push_back(ToString(record) + ": " + *why);
    } else {
      usable.push_back(record);
    }
  }
  host.usable = ApplyDigestAgility(usable);
  host.dane = host.usable.empty() ? HostDane::kUnusable : HostDane::kUsable;
  if (host.usable.empty()) {
    host.failure = Failure{ResultType::kTlsaInvalid, "all-TLSA-records-unusable", false};
  }
}

std::string TlsaName(const Domain& base, std::uint16_t port) {
  return '_' + std::to_string(port) + "._tcp." + base.ascii;
}

}  // namespace tlswarden
