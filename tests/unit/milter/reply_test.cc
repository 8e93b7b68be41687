#include "milter/reply.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/policy/build.h"

namespace tlswarden {
namespace {

Verdict Failing(Action action, Failure failure, bool lookup_failed) {
  Verdict verdict;
  verdict.policy_domain = Name("b.test");
  verdict.action = action;
  verdict.failure = std::move(failure);
  verdict.lookup_failed = lookup_failed;
  return verdict;
}

const Failure kMismatch{ResultType::kValidationFailure, "no MX host matches the MTA-STS policy",
                        false};
const Failure kNoDns{ResultType::kDnssecInvalid, "TLSA _25._tcp.mx.b.test: SERVFAIL", true};

TEST(MakeReply, CodesAgreeWithTheAction) {
  const struct {
    Verdict verdict;
    const char* codes;
  } cases[] = {
      {Failing(Action::kAccept, kMismatch, false), ""},
      {Failing(Action::kDefer, kMismatch, false), "451 4.7.5"},
      {Failing(Action::kReject, kMismatch, false), "550 5.7.5"},
      {Failing(Action::kDefer, kNoDns, true), "451 4.4.3"},
  };
  for (const auto& c : cases) {
    const Reply reply = MakeReply(c.verdict);
    EXPECT_EQ(reply.action, c.verdict.action);
    EXPECT_EQ(CodesOf(reply), c.codes);
    if (reply.code.empty()) continue;
    EXPECT_NE(reply.code, "421") << "Postfix would drop the session";
    EXPECT_EQ(reply.code[0], reply.action == Action::kReject ? '5' : '4');
    EXPECT_EQ(reply.enhanced[0], reply.code[0]);
  }
}

TEST(MakeReply, TheTextIsForThePersonWhoWrote) {
  EXPECT_EQ(MakeReply(Failing(Action::kReject, kMismatch, false)).text,
            "validation-failure: mail to b.test can't be sent safely: no MX host matches the "
            "MTA-STS policy");
  EXPECT_EQ(MakeReply(Failing(Action::kDefer, kNoDns, true)).text,
            "dnssec-invalid: mail to b.test can't be sent safely now: TLSA _25._tcp.mx.b.test: "
            "SERVFAIL");
}

TEST(MakeReply, IsPrintableAndBounded) {
  std::string hostile = "a\r\n250 ok\t\x1b[31m\xc3\xa4\x7f 100% {}";
  hostile += std::string(10000, 'x');
  for (Action action : {Action::kDefer, Action::kReject}) {
    const Reply reply =
        MakeReply(Failing(action, {ResultType::kStsPolicyInvalid, hostile, false}, false));
    EXPECT_LE(reply.text.size(), kMaxReplyText);
    EXPECT_TRUE(std::all_of(reply.text.begin(), reply.text.end(),
                            [](char c) { return c >= 0x20 && c <= 0x7e; }));
    EXPECT_TRUE(reply.text.starts_with("sts-policy-invalid: ")) << reply.text;
    EXPECT_NE(reply.text.find("100% "), std::string::npos) << "'%' is doubled elsewhere";
  }
}

TEST(MakeReply, NothingWhenObservedOrWithoutAFailure) {
  Verdict verdict = Failing(Action::kReject, kMismatch, false);
  verdict.observed = true;
  EXPECT_EQ(MakeReply(verdict).action, Action::kAccept);
  EXPECT_EQ(CodesOf(MakeReply(verdict)), "");
  EXPECT_EQ(MakeReply(verdict).text, "");
  EXPECT_EQ(MakeReply(Verdict()).action, Action::kAccept);
}

}  // namespace
}  // namespace tlswarden
