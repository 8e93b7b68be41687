#include "daemon/record_lines.h"

#include <gtest/gtest.h>

#include <set>

namespace tlswarden {
namespace {

std::string Text(const LogLine& line) { return Format(line, LogFormat::kText); }

// JSON has no place for a key that comes twice.
void ExpectEachKeyOnce(const LogLine& line) {
  std::set<std::string> keys;
  for (const auto& [key, value] : line.fields) {
    EXPECT_TRUE(keys.insert(std::string(key)).second) << Text(line);
  }
}

InboundJudged OldTls() {
  InboundJudged record;
  record.queue_id = "4Xk1Q2";
  record.client_address = "192.0.2.7";
  record.client_name = "mail.partner.test";
  record.sender = "<s@partner.test>";
  record.tls.version = TlsVersion::kTls10;
  record.tls.cipher = "AES256-SHA";
  record.tls.bits = 256;
  record.verdict.failure =
      InboundFailure{false, "TLS 1.0 is used, but TLS 1.2 or newer is required"};
  record.verdict.action = Action::kReject;
  return record;
}

TEST(ToLogLine, InboundRefused) {
  InboundJudged record = OldTls();
  record.action = Action::kReject;
  record.reply = "550 5.7.5";
  record.recipient = "<a@here.test>";
  EXPECT_EQ(Text(ToLogLine(record)),
            "4Xk1Q2: client=192.0.2.7 client-name=mail.partner.test from=<s@partner.test> "
            "rcpt=<a@here.test> action=reject reply=\"550 5.7.5\" tls-version=1.0 "
            "cipher=AES256-SHA cipher-bits=256 failure-reason-code=\"TLS 1.0 is used, but TLS 1.2 "
            "or newer is required\" rule=default");
}

TEST(ToLogLine, InboundObserved) {
  InboundJudged record = OldTls();
  record.verdict.observed = true;
  const std::string text = Text(ToLogLine(record));
  EXPECT_NE(text.find("action=accept would=reject tls-version=1.0"), std::string::npos) << text;
  record.verdict.trial = InboundTrial{Action::kDefer, record.verdict.failure, "trial"};
  ExpectEachKeyOnce(ToLogLine(record));
}

TEST(ToLogLine, InboundTrialOfARule) {
  for (const bool observed : {false, true}) {
    InboundJudged record = OldTls();
    record.verdict.trial = InboundTrial{Action::kDefer, record.verdict.failure, "trial"};
    record.verdict.failure.reset();
    record.verdict.action = Action::kAccept;
    record.verdict.observed = observed;
    const LogLine line = ToLogLine(record);
    ExpectEachKeyOnce(line);
    const std::string text = Text(line);
    EXPECT_NE(text.find("action=accept would=defer"), std::string::npos) << text;
    EXPECT_NE(text.find("rule=default observed-rule=trial"), std::string::npos) << text;
  }
}

TEST(ToLogLine, InboundWithoutTls) {
  InboundJudged record;
  record.sender = "<>";
  record.verdict.failure = InboundFailure{true, "TLS is required"};
  EXPECT_EQ(Text(ToLogLine(record)),
            "NOQUEUE: from=<> action=accept tls-version=none failure-reason-code=\"TLS is "
            "required\" rule=default");
}

TEST(ToLogLine, VerdictWithATag) {
  VerdictGiven record;
  record.queue_id = "4Xk1Q2";
  record.recipient = "<a@b.test>";
  record.tag = "dane";
  record.cache_hit = true;
  record.verdict.policy_domain = ParseDomain("b.test").value();
  record.verdict.rule = "r";
  EXPECT_EQ(Text(ToLogLine(record)),
            "4Xk1Q2: rcpt=<a@b.test> action=accept tag=dane policy-type=no-policy-found "
            "policy-domain=b.test rule=r cache=hit ms=0.00");
  record.verdict.action = Action::kRoute;
  record.verdict.failure = Failure{ResultType::kDaneRequired, "no DANE", false};
  record.action = Action::kQuarantine;
  record.verdict.trial = Tested{TlsLevel::kDane, Action::kReject, record.verdict.failure, "", "t"};
  record.verdict.testing = record.verdict.trial;
  ExpectEachKeyOnce(ToLogLine(record));
}

}  // namespace
}  // namespace tlswarden
