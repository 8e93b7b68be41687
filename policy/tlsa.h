// TLSA records (RFC 6698 section 2.1) and which of them SMTP may use (RFC 7672 section 3.1).
#ifndef TLSWARDEN_POLICY_TLSA_H_
#define TLSWARDEN_POLICY_TLSA_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tlswarden {

struct TlsaRecord {
  std::uint8_t usage = 0;
  std::uint8_t selector = 0;
  std::uint8_t matching_type = 0;
  std::vector<std::uint8_t> data;  // certificate association data
  bool operator==(const TlsaRecord&) const = default;
};

// "3 1 1 0a1b…", the form of RFC 8460 section 4.4's policy-string.
std::string ToString(const TlsaRecord& record);

// Why a record can't be used, or nothing when it can: DANE-TA(2) and DANE-EE(3) only, selector
// 0 or 1, digests of the right length, full data that parses (RFC 7672 section 3.1.3).
std::optional<std::string> WhyUnusable(const TlsaRecord& record);

// Digest agility (RFC 7671 section 9): for each usage and selector keeps full data and only the
// strongest digest that is published. REQUIRES: all records are usable.
std::vector<TlsaRecord> ApplyDigestAgility(const std::vector<TlsaRecord>& usable);

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_TLSA_H_
