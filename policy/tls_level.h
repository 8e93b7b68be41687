// TlsLevel: what the MTA must demand of a session, named as Postfix's smtp_tls_security_level.
#ifndef TLSWARDEN_POLICY_TLS_LEVEL_H_
#define TLSWARDEN_POLICY_TLS_LEVEL_H_

#include <string_view>

namespace tlswarden {

enum class TlsLevel {
  kMay,          // nothing is demanded; the MTA's own default applies
  kEncrypt,      // TLS with anybody
  kDane,         // DANE where the host has TLSA records, else opportunistic
  kDaneOnly,     // only hosts with usable TLSA records
  kSecure,       // PKIX, with names that the MTA-STS policy or a rule lists
  kFingerprint,  // a certificate that a rule knows by its fingerprint
  kUndecided,    // not now: the mail has to wait
};

constexpr std::string_view ToString(TlsLevel level) {
  switch (level) {
    case TlsLevel::kMay:
      return "may";
    case TlsLevel::kEncrypt:
      return "encrypt";
    case TlsLevel::kDane:
      return "dane";
    case TlsLevel::kDaneOnly:
      return "dane-only";
    case TlsLevel::kSecure:
      return "secure";
    case TlsLevel::kFingerprint:
      return "fingerprint";
    case TlsLevel::kUndecided:
      return "undecided";
  }
  return "undecided";
}

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_TLS_LEVEL_H_
