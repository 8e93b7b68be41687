// A client's session, judged at MAIL, at RCPT or at the end of the message.
#include <gtest/gtest.h>

#include "tests/unit/milter/message.h"

namespace tlswarden {
namespace {

Rule InboundRule(std::string name, TlsVersion minimum, OnFailure on_failure = OnFailure::kReject) {
  Rule rule;
  rule.name = std::move(name);
  rule.direction = Direction::kInbound;
  rule.inbound.minimum_tls = minimum;
  rule.on_failure = on_failure;
  return rule;
}

MailEvent Client(std::string_view tls_version = "") {
  MailEvent event;
  event.argument = "<s@from.test>";
  event.version = "Postfix 3.7.11";
  event.mail_mailer = "local";
  event.client_addr = "192.0.2.7";
  event.tls_version = tls_version;
  event.cipher = tls_version.empty() ? "" : "TLS_AES_256_GCM_SHA384";
  event.cipher_bits = tls_version.empty() ? "" : "256";
  return event;
}

class InboundCourse : public testing::Test {
 protected:
  static void Demand(Message& message, TlsVersion minimum, std::vector<Rule> rules = {},
                     Mode mode = Mode::kEnforce) {
    message.orders.inbound.mode = mode;
    message.orders.inbound.demand.minimum_tls = minimum;
    message.orders.inbound.rules = Rules(std::move(rules));
  }
};

TEST_F(InboundCourse, AtMail) {
  Message message(PerMessage::kOff);
  Demand(message, TlsVersion::kTls12);
  EXPECT_EQ(message.Mail(Client()), "530 5.7.0") << "RFC 3207 section 4";
  EXPECT_EQ(message.Mail(Client("TLSv1")), "550 5.7.5");
  EXPECT_EQ(message.Mail(Client("TLSv1.2")), "");
  EXPECT_EQ(message.Mail(Client("TLSv1.3")), "");
  EXPECT_EQ(message.Mail(Client("QUIC")), "550 5.7.5") << "who knows how good that is";
  MailEvent own = Client();
  own.client_addr = "127.0.0.1";
  EXPECT_EQ(message.Mail(own), "") << "a program of this machine";
  message.orders.inbound.on_failure = OnFailure::kDefer;
  EXPECT_EQ(message.Mail(Client()), "451 4.7.0");
  message.orders.inbound.mode = Mode::kObserve;
  EXPECT_EQ(message.Mail(Client()), "");
  message.orders.inbound.mode = Mode::kOff;
  EXPECT_EQ(message.Mail(Client()), "");
}

TEST_F(InboundCourse, MailFromPickupHasNoSession) {
  Message message(PerMessage::kOff);
  Demand(message, TlsVersion::kTls13);
  EXPECT_EQ(message.Mail("s@from.test"), "");
  EXPECT_EQ(message.Local("a@plain.test"), "");
  EXPECT_EQ(message.End(), "");
}

TEST_F(InboundCourse, AtRcpt) {
  Message message(PerMessage::kOff);
  Demand(message, TlsVersion::kNone, {ForDomain(InboundRule("r", TlsVersion::kTls13), "hr.test")});
  EXPECT_EQ(message.Mail(Client("TLSv1.2")), "") << "a rule asks for the recipient";
  EXPECT_EQ(message.Rcpt("<a@hr.test>", "local"), "550 5.7.5");
  EXPECT_EQ(message.Rcpt("<a@other.test>", "local"), "") << "the others go on";
  EXPECT_EQ(message.End(), "");
  EXPECT_EQ(message.Mail(Client("TLSv1.3")), "");
  EXPECT_EQ(message.Rcpt("<a@hr.test>", "local"), "");
  EXPECT_EQ(message.End(), "");
}

TEST_F(InboundCourse, AtTheEnd) {
  Message message(PerMessage::kOff);
  Demand(message, TlsVersion::kNone,
         {ForHeader(InboundRule("h", TlsVersion::kTls13), "subject", "*[secret]*")});
  for (const char* version : {"", "TLSv1.2"}) {
    EXPECT_EQ(message.Mail(Client(version)), "");
    EXPECT_EQ(message.Rcpt("<a@here.test>", "local"), "");
    message.session.OnHeader("Subject", "[secret]");
    EXPECT_EQ(message.End(), version[0] == '\0' ? "530 5.7.0" : "550 5.7.5");
    EXPECT_EQ(message.Mail(Client(version)), "");
    EXPECT_EQ(message.Rcpt("<a@here.test>", "local"), "");
    EXPECT_EQ(message.End(), "");
  }
}

// Both are known only together.
TEST_F(InboundCourse, RecipientAndHeader) {
  Message message(PerMessage::kOff);
  Demand(message, TlsVersion::kNone,
         {ForDomain(ForHeader(InboundRule("h", TlsVersion::kTls13), "subject", "*[secret]*"),
                    "hr.test")});
  const auto sent_to = [&message](std::vector<std::string_view> recipients) {
    EXPECT_EQ(message.Mail(Client("TLSv1.2")), "");
    for (const std::string_view recipient : recipients) {
      EXPECT_EQ(message.Rcpt(recipient, "local"), "");
    }
    message.session.OnHeader("Subject", "[secret]");
    return message.End();
  };
  EXPECT_EQ(sent_to({"<a@other.test>"}), "");
  EXPECT_EQ(sent_to({"<a@hr.test>"}), "550 5.7.5");
  EXPECT_EQ(sent_to({"<a@other.test>", "<a@hr.test>", "<b@other.test>"}), "550 5.7.5");
}

TEST_F(InboundCourse, HoldReasonIsOneLine) {
  Message message(PerMessage::kOff);
  Rule rule = InboundRule("q", TlsVersion::kTls12, OnFailure::kQuarantine);
  rule.inbound.certificate_subject = {"partner"};
  Demand(message, TlsVersion::kNone, {rule});
  MailEvent event = Client("TLSv1.3");
  const std::string subject = "evil\r\nX: y\xff" + std::string(5000, 'x');
  event.cert_subject = subject;
  EXPECT_EQ(message.Mail(event), "");
  EXPECT_EQ(message.Rcpt("<a@here.test>", "local"), "");
  EXPECT_EQ(message.End(), "hold");
  EXPECT_EQ(message.last.quarantine.size(), kMaxReplyText);
  EXPECT_TRUE(
      message.last.quarantine.starts_with("tlswarden: the client certificate is for evil??"))
      << message.last.quarantine;
}

}  // namespace
}  // namespace tlswarden
