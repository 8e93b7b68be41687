#include "daemon/record_lines.h"

#include <gtest/gtest.h>

namespace tlswarden {
namespace {

std::string Line(const ProbeEnded& record) { return Format(ToLogLine(record), LogFormat::kText); }

TEST(ProbeLine, MetAndFailed) {
  ProbeFacts facts;
  facts.target.host = ParseDomain("mx.a.test").value();
  facts.address = "192.0.2.1";
  facts.tls_version = "TLSv1.3";
  facts.cipher = "TLS_AES_256_GCM_SHA384";
  facts.took = std::chrono::microseconds(81'230);
  ProbeEnded record{ParseDomain("a.test").value(), std::make_shared<const ProbeFacts>(facts), {}};
  EXPECT_EQ(Line(record),
            "NOQUEUE: probe=met policy-domain=a.test receiving-mx-hostname=mx.a.test "
            "receiving-ip=192.0.2.1 tls-version=TLSv1.3 cipher=TLS_AES_256_GCM_SHA384 ms=81.23");
  record.failure = Failure{ResultType::kCertificateExpired, "certificate has expired", false};
  EXPECT_EQ(Line(record),
            "NOQUEUE: probe=failed policy-domain=a.test result-type=certificate-expired "
            "receiving-mx-hostname=mx.a.test receiving-ip=192.0.2.1 "
            "failure-reason-code=\"certificate has expired\" tls-version=TLSv1.3 "
            "cipher=TLS_AES_256_GCM_SHA384 ms=81.23");
}

// What could not be spoken to has neither address nor TLS.
TEST(ProbeLine, Unreachable) {
  ProbeFacts facts;
  facts.target.host = ParseDomain("mx.a.test").value();
  facts.no_tls = Failure{ResultType::kValidationFailure, "mx.a.test: no address", true};
  const ProbeEnded record{ParseDomain("a.test").value(), std::make_shared<const ProbeFacts>(facts),
                          facts.no_tls};
  EXPECT_EQ(Line(record),
            "NOQUEUE: probe=failed policy-domain=a.test result-type=validation-failure "
            "receiving-mx-hostname=mx.a.test failure-reason-code=\"mx.a.test: no address\" "
            "ms=0.00");
}

}  // namespace
}  // namespace tlswarden
