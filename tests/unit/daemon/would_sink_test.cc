#include "daemon/would_sink.h"

#include <gtest/gtest.h>

#include "tests/unit/cache/build.h"

namespace tlswarden {
namespace {

const Failure kMismatch{ResultType::kValidationFailure, "no MX host matches the policy", false};
const Failure kExpired{ResultType::kCertificateExpired, "expired", false};

// A judgement, by what the verdict says and what was done.
VerdictGiven Given(Action verdict_action, Action done, bool observed) {
  VerdictGiven record;
  record.recipient = "<a@b.test>";
  record.verdict.policy_domain = Name("b.test");
  record.verdict.rule = "bank";
  record.verdict.action = verdict_action;
  record.verdict.observed = observed;
  if (verdict_action != Action::kAccept) record.verdict.failure = kMismatch;
  record.action = done;
  return record;
}

// "WOULD because RESULT-TYPE", or "-".
std::string Counted(const VerdictGiven& record) {
  const std::optional<WouldKey> key = WouldKeyOf(record);
  return key ? key->would + ' ' + key->because + ' ' + key->result_type : "-";
}

TEST(WouldKeyOf, WhatIsCounted) {
  constexpr Action kAccept = Action::kAccept, kDefer = Action::kDefer, kReject = Action::kReject;
  EXPECT_EQ(Counted(Given(kAccept, kAccept, true)), "-");
  EXPECT_EQ(Counted(Given(kDefer, kAccept, true)), "defer observe validation-failure");
  EXPECT_EQ(Counted(Given(kReject, kAccept, true)), "reject observe validation-failure");
  EXPECT_EQ(Counted(Given(kDefer, kDefer, false)), "-") << "it was done";
  EXPECT_EQ(Counted(Given(kReject, kReject, false)), "-");
  EXPECT_EQ(Counted(Given(kDefer, kAccept, false)), "-")
      << "mail from this machine: the policy map holds it";
}

TEST(WouldKeyOf, TestingModeCountsApart) {
  VerdictGiven record = Given(Action::kAccept, Action::kAccept, false);
  record.verdict.testing = Tested{TlsLevel::kSecure, Action::kAccept, std::nullopt, ""};
  EXPECT_EQ(Counted(record), "-") << "it would have passed";
  record.verdict.testing = Tested{TlsLevel::kSecure, Action::kDefer, kExpired, ""};
  EXPECT_EQ(Counted(record), "defer testing certificate-expired");
  record.verdict.observed = true;
  EXPECT_EQ(Counted(record), "defer testing certificate-expired");
  record.verdict.action = Action::kReject;
  record.verdict.failure = kMismatch;
  EXPECT_EQ(Counted(record), "reject observe validation-failure") << "once, by what is nearer";
}

TEST(WouldKeyOf, WhoseMailItIs) {
  VerdictGiven record = Given(Action::kDefer, Action::kAccept, true);
  EXPECT_EQ(WouldKeyOf(record)->domain, "b.test");
  EXPECT_EQ(WouldKeyOf(record)->rule, "bank");
  EXPECT_EQ(WouldKeyOf(record)->direction, "outbound");
  record.verdict.policy_domain = Domain();
  record.recipient = "<a@[192.0.2.1]>";
  EXPECT_EQ(WouldKeyOf(record)->domain, "[192.0.2.1]");
  record.recipient = "<a@" + std::string(5000, '\x1b') + ">";
  EXPECT_LE(WouldKeyOf(record)->domain.size(), kMaxDomainOctets);
}

TEST(WouldSink, PassesAllAndCountsSome) {
  TempDir dir;
  NoticeSink log;
  WouldLedger ledger(dir / "would.db", [](const std::string&) {});
  WouldSink sink(log, &ledger, [] { return kNow; });
  sink.Write(Notice{Notice::Level::kInfo, "ready"});
  sink.Write(Given(Action::kDefer, Action::kAccept, true));
  sink.Write(Given(Action::kDefer, Action::kDefer, false));
  ledger.Flush();
  EXPECT_EQ(log.notices().size(), 1u);
  const auto rows = ReadWouldLedger(dir / "would.db", 10);
  ASSERT_TRUE(rows.ok()) << rows.error();
  ASSERT_EQ(rows->size(), 1u);
  EXPECT_EQ(rows->front().count, 1);
  WouldSink without(log, nullptr, [] { return kNow; });
  without.Write(Given(Action::kDefer, Action::kAccept, true));
}

TEST(WouldKeyOf, ARuleThatIsOnlyObservedCountsUnderItsName) {
  VerdictGiven record;
  record.recipient = "<a@b.test>";
  record.verdict.policy_domain = Name("b.test");
  record.verdict.trial = Tested{TlsLevel::kUndecided, Action::kReject,
                                Failure{ResultType::kDaneRequired, "no DANE", false}, "", "trial"};
  const std::optional<WouldKey> key = WouldKeyOf(record);
  ASSERT_TRUE(key);
  EXPECT_EQ(key->rule, "trial");
  EXPECT_EQ(key->result_type, "dane-required");
  EXPECT_EQ(key->would, "reject");
}

TEST(WouldKeyOf, SessionsOfClients) {
  InboundJudged record;
  record.sender = "<a@From.test>";
  record.client_address = "192.0.2.1";
  EXPECT_FALSE(WouldKeyOf(record)) << "good enough";
  record.verdict.failure = InboundFailure{true, "TLS is required"};
  record.verdict.action = Action::kReject;
  record.verdict.observed = true;
  EXPECT_EQ(WouldKeyOf(record)->direction, "inbound");
  EXPECT_EQ(WouldKeyOf(record)->domain, "from.test");
  record.sender = "<>";
  EXPECT_EQ(WouldKeyOf(record)->domain, "192.0.2.1");
  record.action = Action::kReject;
  EXPECT_FALSE(WouldKeyOf(record)) << "it was refused";
}

}  // namespace
}  // namespace tlswarden
