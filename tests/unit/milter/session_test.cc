#include "milter/session.h"

#include <gtest/gtest.h>

#include "tests/unit/policy/build.h"

namespace tlswarden {
namespace {

// A session in the midst of a message.
class SessionTest : public testing::Test {
 protected:
  SessionTest() { Begin(); }

  void Begin() {
    MailEvent mail;
    mail.argument = "<s@from.test>";
    mail.mail_mailer = "smtp";
    session_.OnMail(mail, std::make_shared<const Orders>(), kNow);
  }

  Decision OnVerdict(const RecipientQuestion& recipient, const Verdict& verdict) {
    return session_.OnVerdict(recipient, nullptr, verdict);
  }

  Reply AtTheEnd() { return session_.OnEndOfMessage(kNow).reply; }

  SessionOptions options_;
  Session session_{options_};
};

Verdict Failing(Action action) {
  Verdict verdict;
  verdict.policy_domain = Name("b.test");
  verdict.level = TlsLevel::kUndecided;
  verdict.action = action;
  verdict.failure = Failure{ResultType::kValidationFailure, "why", false};
  return verdict;
}

TEST_F(SessionTest, OverSmtpTheRecipientIsAnswered) {
  const RecipientQuestion recipient = *ReadRcpt({"<a@b.test>", "", "b.test", "smtp"});
  const struct {
    Action action;
    const char* codes;
  } cases[] = {
      {Action::kAccept, ""}, {Action::kDefer, "451 4.7.5"}, {Action::kReject, "550 5.7.5"}};
  for (const auto& c : cases) {
    const Decision decision = OnVerdict(recipient, Failing(c.action));
    EXPECT_EQ(CodesOf(decision.now), c.codes);
    EXPECT_EQ(CodesOf(decision.final), c.codes);
    EXPECT_EQ(AtTheEnd().action, Action::kAccept) << "the message goes on";
  }
}

// Postfix tries for ever, and in silence, what a milter refuses at RCPT of a local submission.
TEST_F(SessionTest, LocalSubmissionIsNeverRefusedAtRcpt) {
  const RecipientQuestion recipient = *ReadRcpt({"a@b.test", "", "", ""});
  Decision decision = OnVerdict(recipient, Failing(Action::kDefer));
  EXPECT_EQ(decision.now.action, Action::kAccept);
  EXPECT_EQ(decision.final.action, Action::kAccept);
  EXPECT_EQ(AtTheEnd().action, Action::kAccept) << "the policy map holds it";

  decision = OnVerdict(recipient, Failing(Action::kReject));
  EXPECT_EQ(decision.now.action, Action::kAccept);
  EXPECT_EQ(CodesOf(decision.final), "550 5.7.5");
  EXPECT_EQ(CodesOf(AtTheEnd()), "550 5.7.5");

  OnVerdict(recipient, Failing(Action::kAccept));
  EXPECT_EQ(CodesOf(AtTheEnd()), "550 5.7.5") << "one of several was refused";

  Begin();
  EXPECT_EQ(AtTheEnd().action, Action::kAccept) << "another message";
}

TEST_F(SessionTest, ObserveRefusesNothing) {
  Verdict verdict = Failing(Action::kReject);
  verdict.observed = true;
  for (const RcptEvent& event :
       {RcptEvent{"a@b.test", "", "", ""}, RcptEvent{"<a@b.test>", "", "b.test", "smtp"}}) {
    const Decision decision = OnVerdict(*ReadRcpt(event), verdict);
    EXPECT_EQ(decision.now.action, Action::kAccept);
    EXPECT_EQ(decision.final.action, Action::kAccept);
  }
  EXPECT_EQ(AtTheEnd().action, Action::kAccept);
}

}  // namespace
}  // namespace tlswarden
