#include "policy/failure.h"

#include <array>
#include <utility>

namespace tlswarden {
namespace {

constexpr std::array<std::pair<ResultType, std::string_view>, 11> kTerms = {{
    {ResultType::kStarttlsNotSupported, "starttls-not-supported"},
    {ResultType::kCertificateHostMismatch, "certificate-host-mismatch"},
    {ResultType::kCertificateNotTrusted, "certificate-not-trusted"},
    {ResultType::kCertificateExpired, "certificate-expired"},
    {ResultType::kValidationFailure, "validation-failure"},
    {ResultType::kTlsaInvalid, "tlsa-invalid"},
    {ResultType::kDnssecInvalid, "dnssec-invalid"},
    {ResultType::kDaneRequired, "dane-required"},
    {ResultType::kStsPolicyFetchError, "sts-policy-fetch-error"},
    {ResultType::kStsPolicyInvalid, "sts-policy-invalid"},
    {ResultType::kStsWebpkiInvalid, "sts-webpki-invalid"},
}};

}  // namespace

std::string_view ToString(ResultType type) {
  for (const auto& [term, text] : kTerms) {
    if (term == type) return text;
  }
  return "validation-failure";
}

std::string ToString(const Failure& failure) {
  return std::string(ToString(failure.type)) + ": " + failure.reason;
}

std::optional<ResultType> ParseResultType(std::string_view text) {
  for (const auto& [term, name] : kTerms) {
    if (name == text) return term;
  }
  return std::nullopt;
}

}  // namespace tlswarden
