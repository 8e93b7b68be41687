// Mail from pickup and sendmail(1): never refused at RCPT, never deferred at its end.
#include <gtest/gtest.h>

#include "tests/unit/milter/message.h"

namespace tlswarden {
namespace {

using enum Requirement;

class LocalSubmission : public testing::Test {
 protected:
  static void HereIs(Message& message, std::string_view domain) {
    message.options.local_domains.Add(ParseDomainPattern(domain).value());
  }
};

TEST_F(LocalSubmission, WhatIsRefusedBouncesAtTheEnd) {
  const struct {
    OnFailure on_failure;
    const char* end;
  } cases[] = {{OnFailure::kReject, "550 5.7.5"},
               {OnFailure::kDefer, ""},
               {OnFailure::kAccept, ""},
               {OnFailure::kQuarantine, "hold"}};
  for (const auto& c : cases) {
    Message message(PerMessage::kPostfix, {}, c.on_failure);
    message.Mail("s@from.test");
    EXPECT_EQ(message.Local("a@unfit.test"), "");
    EXPECT_EQ(message.Local("a@lost.test"), "");
    EXPECT_EQ(message.Local("a@sts.test"), "");
    EXPECT_EQ(message.End(), c.end);
  }
}

TEST_F(LocalSubmission, DemandsNeedToKnowWhatStaysHere) {
  const std::vector<Rule> rules = {
      ForSender(OutboundRule("x", kEncrypt, OnFailure::kReject), "s@from.test")};
  Message message(PerMessage::kPostfix, rules);
  message.Mail("s@from.test");
  message.Local("a@plain.test");
  EXPECT_EQ(message.End(), "550 5.7.5") << "nobody knows";

  HereIs(message, "here.test");
  message.Mail("s@from.test");
  message.Local("a@plain.test");
  EXPECT_EQ(message.End(), "add X-Tlswarden-Require: encrypt");

  message.Mail("s@from.test");
  message.Local("a@plain.test");
  message.Local("a@here.test");
  EXPECT_EQ(message.End(),
            "<a@plain.test> -> <a==tlswarden-encrypt@plain.test> ORCPT=rfc822;a@plain.test");
}

// What stays here needs no TLS, whatever the domain's DNS says.
TEST_F(LocalSubmission, MailThatStaysHereIsNotJudged) {
  Message message(PerMessage::kPostfix,
                  {ForSender(OutboundRule("x", kDane, OnFailure::kReject), "s@from.test")},
                  OnFailure::kReject);
  HereIs(message, "*.here.test");
  HereIs(message, "unfit.test");
  message.Mail("s@from.test");
  EXPECT_EQ(message.Local("a@sub.here.test"), "");
  EXPECT_EQ(message.Local("a@unfit.test"), "");
  EXPECT_EQ(message.Local("root"), "");
  EXPECT_EQ(message.End(), "");
}

TEST_F(LocalSubmission, OddAddressesBounceToo) {
  Message message;
  message.Mail("s@from.test");
  EXPECT_EQ(message.Local("a==tlswarden-none@plain.test"), "") << "never at RCPT";
  EXPECT_EQ(message.End(), "550 5.1.3");

  message.Mail("s@from.test");
  for (std::size_t i = 0; i <= kMaxRecipients; ++i) message.Local("root");
  EXPECT_EQ(message.End(), "552 5.5.3") << "it will not become fewer";
}

TEST_F(LocalSubmission, HeadersThatDemandMore) {
  Message message(
      PerMessage::kPostfix,
      {ForHeader(OutboundRule("h", kAuthenticated, OnFailure::kDefer), "subject", "*[tls]*")});
  HereIs(message, "here.test");
  message.Mail("s@from.test");
  EXPECT_EQ(message.Local("a@plain.test"), "");
  message.session.OnHeader("Subject", "[tls]");
  EXPECT_EQ(message.End(), "add X-Tlswarden-Require: authenticated") << "waits in the queue";
}

}  // namespace
}  // namespace tlswarden
