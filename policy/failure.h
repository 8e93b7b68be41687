// Failure: why TLS can't be had as demanded, in the words of RFC 8460 section 4.3.
//
// The only error currency between the rooms, so that what a parser or a lookup saw reaches the
// reply, the log line and the report unchanged.
#ifndef TLSWARDEN_POLICY_FAILURE_H_
#define TLSWARDEN_POLICY_FAILURE_H_

#include <optional>
#include <string>
#include <string_view>

namespace tlswarden {

// RFC 8460 section 4.3, the exact terms.
enum class ResultType {
  kStarttlsNotSupported,
  kCertificateHostMismatch,
  kCertificateNotTrusted,
  kCertificateExpired,
  kValidationFailure,
  kTlsaInvalid,
  kDnssecInvalid,
  kDaneRequired,
  kStsPolicyFetchError,
  kStsPolicyInvalid,
  kStsWebpkiInvalid,
};

// "starttls-not-supported" and so on.
std::string_view ToString(ResultType type);

// Empty when the text is none of the terms.
std::optional<ResultType> ParseResultType(std::string_view text);

struct Failure {
  ResultType type = ResultType::kValidationFailure;
  std::string reason;      // for a person and for failure-reason-code; one line
  bool transient = false;  // a later try may succeed without anybody's doing
  bool operator==(const Failure&) const = default;
};

// "dnssec-invalid: the reason".
std::string ToString(const Failure& failure);

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_FAILURE_H_
