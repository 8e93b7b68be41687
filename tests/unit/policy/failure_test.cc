#include "policy/failure.h"

#include <gtest/gtest.h>

namespace tlswarden {
namespace {

// RFC 8460 section 4.3, word for word.
TEST(ResultType, TheTermsOfTheRfc) {
  const struct {
    ResultType type;
    const char* term;
  } cases[] = {
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
  };
  for (const auto& c : cases) {
    EXPECT_EQ(ToString(c.type), c.term);
    EXPECT_EQ(ParseResultType(c.term), c.type);
  }
}

TEST(ResultType, UnknownTerms) {
  for (const char* bad :
       {"", "validation_failure", "Validation-Failure", "validation-failure ", "sts-policy"}) {
    EXPECT_FALSE(ParseResultType(bad)) << bad;
  }
}

}  // namespace
}  // namespace tlswarden
