#include "daemon/record_lines.h"

#include <gtest/gtest.h>

namespace tlswarden {
namespace {

std::string Line(const ProbeEnded& record) { return Format(ToLogLine(record), LogFormat::kText); }

// Why TLS is demanded of a domain that publishes nothing.
TEST(RememberedLine, SaysSinceWhen) {
  MapAnswered record;
  record.map = "QUERY";
  record.key = "a.test";
  record.answer = "OK encrypt";
  record.verdict.policy_domain = ParseDomain("a.test").value();
  record.verdict.level = TlsLevel::kEncrypt;
  record.verdict.rule = kRememberedRule;
  record.verdict.remembered =
      RememberedTls{TlsLevel::kEncrypt, 3, ParseTime("2026-11-01").value(), Time(), {}};
  const auto text = [&record] { return Format(ToLogLine(record), LogFormat::kText); };
  EXPECT_EQ(text(),
            "NOQUEUE: map=QUERY key=a.test answer=\"OK encrypt\" policy-type=no-policy-found "
            "policy-domain=a.test rule=remembered remembered-since=2026-11-01 cache=miss ms=0.00");
  record.verdict.level = TlsLevel::kMay;
  EXPECT_EQ(text().find("remembered-since"), std::string::npos) << "nothing is demanded";
}

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
