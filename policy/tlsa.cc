#include "policy/tlsa.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <algorithm>
#include <memory>

#include "policy/ascii.h"

namespace tlswarden {
namespace {

enum Usage : std::uint8_t { kDaneTa = 2, kDaneEe = 3 };
enum Selector : std::uint8_t { kCert = 0, kSpki = 1 };
enum MatchingType : std::uint8_t { kFull = 0, kSha256 = 1, kSha512 = 2 };

constexpr std::size_t kSha256Octets = 32;
constexpr std::size_t kSha512Octets = 64;

// True when all of the data is one DER certificate or one DER public key, by the selector.
bool ParsesAsFullData(const TlsaRecord& record) {
  const unsigned char* at = record.data.data();
  const unsigned char* end = at + record.data.size();
  const auto length = static_cast<long>(record.data.size());
  if (record.selector == kCert) {
    const std::unique_ptr<X509, void (*)(X509*)> cert(d2i_X509(nullptr, &at, length), X509_free);
    return cert != nullptr && at == end;
  }
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(d2i_PUBKEY(nullptr, &at, length),
                                                           EVP_PKEY_free);
  return key != nullptr && at == end;
}

}  // namespace

std::string ToString(const TlsaRecord& record) {
  return std::to_string(record.usage) + ' ' + std::to_string(record.selector) + ' ' +
         std::to_string(record.matching_type) + ' ' + Hex(record.data);
}

std::optional<std::string> WhyUnusable(const TlsaRecord& record) {
  if (record.usage != kDaneTa && record.usage != kDaneEe) {
    return "usage " + std::to_string(record.usage) + " isn't for SMTP";
  }
  if (record.selector > kSpki) return "unknown selector " + std::to_string(record.selector);
  switch (record.matching_type) {
    case kFull:
      if (!ParsesAsFullData(record)) return "full data doesn't parse";
      return std::nullopt;
    case kSha256:
      if (record.data.size() != kSha256Octets) return "SHA2-256 digest isn't 32 octets long";
      return std::nullopt;
    case kSha512:
      if (record.data.size() != kSha512Octets) return "SHA2-512 digest isn't 64 octets long";
      return std::nullopt;
    default:
      return "unknown matching type " + std::to_string(record.matching_type);
  }
}

std::vector<TlsaRecord> ApplyDigestAgility(const std::vector<TlsaRecord>& usable) {
  std::vector<TlsaRecord> kept;
  for (const TlsaRecord& record : usable) {
    const bool stronger_published =
        record.matching_type == kSha256 &&
        std::any_of(usable.begin(), usable.end(), [&](const TlsaRecord& other) {
          return other.usage == record.usage && other.selector == record.selector &&
                 other.matching_type == kSha512;
        });
    if (!stronger_published) kept.push_back(record);
  }
  return kept;
}

}  // namespace tlswarden
