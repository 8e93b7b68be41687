#include "report/smtp_submit.h"

#include <gtest/gtest.h>

#include "tests/unit/report/smtp_server.h"

namespace tlswarden {
namespace {

using Status = SmtpOutcome::Status;
using std::chrono::milliseconds;

SmtpMail Mail(std::vector<std::string> recipients = {"admin@corp.example"}) {
  return {"", std::move(recipients), "Subject: x\n\n.dot\nlast"};
}

TEST(Submit, AWholeSession) {
  SmtpServer server(SmtpServer::Answers{{"EHLO", "250-test\r\n250-SIZE 1000\r\n250 8BITMIME"}});
  SmtpMail mail = Mail({"a@corp.example", "b@corp.example"});
  mail.sender = "warden@corp.example";
  const SmtpOutcome outcome = Submit(server.relay(), mail);
  EXPECT_EQ(outcome.status, Status::kSent) << outcome.why;
  EXPECT_TRUE(outcome.refused.empty());
  EXPECT_EQ(server.heard(),
            (std::vector<std::string>{"EHLO [127.0.0.1]", "MAIL FROM:<warden@corp.example>",
                                      "RCPT TO:<a@corp.example>", "RCPT TO:<b@corp.example>",
                                      "DATA", "QUIT"}));
  EXPECT_EQ(server.data(), "Subject: x\r\n\r\n..dot\r\nlast\r\n");
}

TEST(Submit, HeloWhereEhloIsUnknown) {
  SmtpServer server(SmtpServer::Answers{{"EHLO", "500 what?"}});
  SmtpOptions options;
  options.helo_name = "mail.corp.example";
  EXPECT_EQ(Submit(server.relay(), Mail(), options).status, Status::kSent);
  EXPECT_EQ(server.heard()[1], "HELO mail.corp.example");
  EXPECT_EQ(server.heard()[2], "MAIL FROM:<>");
}

TEST(Submit, WhatGoesWrong) {
  const struct {
    SmtpServer::Answers answers;
    Status status;
    const char* why;
  } cases[] = {
      {{{"greeting", "554 go away"}}, Status::kPermanent, "greeting: 554 go away"},
      {{{"greeting", "421 busy"}}, Status::kTemporary, "greeting: 421 busy"},
      {{{"greeting", ""}}, Status::kTemporary, "greeting: it closed the connection"},
      {{{"greeting", "SSH-2.0-x"}},
       Status::kTemporary,
       "greeting: no SMTP reply: SSH-2.0-x"},
      {{{"EHLO", "500 no"}, {"HELO", "501 neither"}}, Status::kPermanent, "EHLO: 501 neither"},
      {{{"EHLO", "421 later"}}, Status::kTemporary, "EHLO: 421 later"},
      {{{"MAIL", "451 4.3.0 later"}}, Status::kTemporary, "MAIL: 451 4.3.0 later"},
      {{{"MAIL", ""}}, Status::kTemporary, "MAIL: it closed the connection"},
      {{{"RCPT", "550 5.1.1 who?"}},
       Status::kPermanent,
       "RCPT: admin@corp.example: 550 5.1.1 who?"},
      {{{"RCPT", "450 4.2.0 wait"}},
       Status::kTemporary,
       "RCPT: admin@corp.example: 450 4.2.0 wait"},
      {{{"DATA", "250 what?"}}, Status::kTemporary, "DATA: 250 what?"},
      {{{".", "552 too large"}}, Status::kPermanent, "end of message: 552 too large"},
      {{{".", "250-a\r\n550 b"}},
       Status::kTemporary,
       "end of message: a reply with two codes"},
  };
  for (const auto& c : cases) {
    SmtpServer server(c.answers);
    const SmtpOutcome outcome = Submit(server.relay(), Mail());
    EXPECT_EQ(outcome.why, c.why);
    EXPECT_EQ(outcome.status, c.status) << c.why;
  }
}

TEST(Submit, OneRecipientThatIsTakenIsEnough) {
  SmtpServer server(SmtpServer::Answers{{"RCPT TO:<a@corp.example>", "550 5.1.1 who?"}});
  const SmtpOutcome outcome = Submit(server.relay(), Mail({"a@corp.example", "b@corp.example"}));
  EXPECT_EQ(outcome.status, Status::kSent);
  EXPECT_EQ(outcome.refused, std::vector<std::string>{"a@corp.example: 550 5.1.1 who?"});
}

TEST(Submit, NobodyWaitsForEver) {
  SmtpOptions options;
  options.step = milliseconds(100);
  options.whole = milliseconds(1000);
  for (const char* moment : {"greeting", "EHLO", "MAIL", "RCPT", "DATA", "."}) {
    SmtpServer server(SmtpServer::Answers{{moment, "-"}});
    const auto begin = std::chrono::steady_clock::now();
    const SmtpOutcome outcome = Submit(server.relay(), Mail(), options);
    EXPECT_EQ(outcome.status, Status::kTemporary);
    EXPECT_TRUE(outcome.why.ends_with("no answer in time")) << outcome.why;
    EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(2000)) << moment;
  }
  // Each step in time, but many of them.
  options.whole = milliseconds(1);
  SmtpServer slow(SmtpServer::Answers{});
  EXPECT_EQ(Submit(slow.relay(), Mail(), options).status, Status::kTemporary);
}

TEST(Submit, NobodyThere) {
  for (const SmtpRelay& relay :
       {SmtpRelay{"127.0.0.1", 1, ""}, SmtpRelay{"", 0, "/nonexistent"},
        SmtpRelay{"", 0, std::string(1000, 'x')}, SmtpRelay{"not an address", 25, ""}}) {
    const SmtpOutcome outcome = Submit(relay, Mail());
    EXPECT_EQ(outcome.status, Status::kTemporary);
    EXPECT_TRUE(outcome.why.starts_with("no connection: ")) << outcome.why;
  }
}

TEST(Submit, NoAddressCanCarryACommand) {
  for (const char* address :
       {"a@b>\r\nDATA", "a b@c", "<a@b>", "a@b\r\nRCPT TO:<c@d>", "", "a", "@b", "a@", "a@b@c"}) {
    SmtpMail mail = Mail({address});
    EXPECT_EQ(Submit({"127.0.0.1", 1, ""}, mail).status, Status::kPermanent) << address;
    mail = Mail();
    mail.sender = address;
    if (*address == '\0') continue;  // <> is a sender
    EXPECT_EQ(Submit({"127.0.0.1", 1, ""}, mail).status, Status::kPermanent) << address;
  }
  EXPECT_EQ(Submit({"127.0.0.1", 1, ""}, Mail({})).status, Status::kPermanent);
}

TEST(DotStuffed, EndsWhereTheMessageEnds) {
  const struct {
    std::string text;
    std::string data;
  } cases[] = {
      {"", ".\r\n"},
      {"a", "a\r\n.\r\n"},
      {"a\n", "a\r\n.\r\n"},
      {"a\r\n", "a\r\n.\r\n"},
      {".", "..\r\n.\r\n"},
      {"a\n.\nb", "a\r\n..\r\nb\r\n.\r\n"},
      {"a\r\n.\r\nMAIL FROM:<>\r\n", "a\r\n..\r\nMAIL FROM:<>\r\n.\r\n"},
      {"a\r.\r\n", "a .\r\n.\r\n"},
      {"a\n.\rb", "a\r\n.. b\r\n.\r\n"},
      {"a\r\r\n.\n", "a \r\n..\r\n.\r\n"},
      {std::string("a\0b", 3), "a b\r\n.\r\n"},
      {"..\n", "...\r\n.\r\n"},
  };
  for (const auto& c : cases) EXPECT_EQ(DotStuffed(c.text), c.data) << c.text;
}

TEST(SmtpRelay, InWords) {
  EXPECT_EQ(ToString(SmtpRelay{"127.0.0.1", 25, ""}), "inet:127.0.0.1:25");
  EXPECT_EQ(ToString(SmtpRelay{"::1", 2525, ""}), "inet:[::1]:2525");
  EXPECT_EQ(ToString(SmtpRelay{"", 0, "/run/x"}), "unix:/run/x");
}

}  // namespace
}  // namespace tlswarden
