// TlsVersion: the versions of TLS, as MTAs and the configuration write them.
#ifndef TLSWARDEN_POLICY_TLS_VERSION_H_
#define TLSWARDEN_POLICY_TLS_VERSION_H_

#include <optional>
#include <string>
#include <string_view>

namespace tlswarden {

// In rising order. kUnknown: TLS of a version that isn't known here, so none can be demanded of it.
enum class TlsVersion { kNone, kSsl3, kTls10, kTls11, kTls12, kTls13, kUnknown };

// {tls_version} of Postfix and Sendmail: "TLSv1", "TLSv1.2"; empty is kNone.
TlsVersion ParseMtaTlsVersion(std::string_view macro);

// "1.2", as in `minimum-tls = 1.2`: 1.0 to 1.3.
std::optional<TlsVersion> ParseTlsVersion(std::string_view text);

// OpenSSL's and the MTAs' word: "TLSv1.2"; empty for all but TLS 1.0 to 1.3.
std::string OpenSslName(TlsVersion version);

// "1.2"; for kNone, kSsl3 and kUnknown "none", "SSLv3" and "unknown".
std::string_view ToString(TlsVersion version);

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_TLS_VERSION_H_
