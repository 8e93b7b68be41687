// Values of macros as Postfix 3.7 and Sendmail 8.17 were seen to send them.
#include "milter/mail.h"

#include <gtest/gtest.h>

namespace tlswarden {
namespace {

constexpr std::string_view kPostfix = "Postfix 3.7.11";
constexpr std::string_view kSendmail = "8.17.1.9";

MailEvent From(std::string_view version) {
  MailEvent event;
  event.argument = "<s@from.test>";
  event.version = version;
  event.mail_mailer = "smtp";
  event.client_addr = "192.0.2.7";
  return event;
}

TEST(ReadMail, Sender) {
  const struct {
    std::string_view argument, text, domain;
  } cases[] = {
      {"<s@From.Test>", "s@From.Test", "from.test"},
      {"s@from.test", "s@from.test", "from.test"},
      {"<>", "", ""},
      {"", "", ""},
      {"<", "", ""},
      {"<s>", "s", ""},
      {"<s@[192.0.2.1]>", "s@[192.0.2.1]", ""},
      {"<\"a@b\"@from.test>", "\"a@b\"@from.test", "from.test"},
      {"<s@\xff.test>", "s@\xff.test", ""},
      {"<s@b\xc3\xbc"
       "cher.test>",
       "s@b\xc3\xbc"
       "cher.test",
       "xn--bcher-kva.test"},
  };
  for (const auto& c : cases) {
    MailEvent event = From(kPostfix);
    event.argument = c.argument;
    const Envelope envelope = ReadMail(event);
    EXPECT_EQ(envelope.sender.text, c.text) << c.argument;
    EXPECT_EQ(envelope.sender.domain.ascii, c.domain) << c.argument;
  }
}

TEST(ReadMail, NoMacrosAtAll) {
  MailEvent event;
  event.argument = "<s@from.test>";
  const Envelope envelope = ReadMail(event);
  EXPECT_EQ(envelope.client, Client());
  EXPECT_EQ(envelope.tls, InboundTls());
  EXPECT_FALSE(envelope.requiretls);
  EXPECT_FALSE(envelope.headers);
}

// Whoever owns an address gives it any name; only one that leads back counts.
TEST(ReadMail, ClientName) {
  const struct {
    std::string_view name, resolve, seen;
  } cases[] = {
      {"Mail.Partner.Test", "OK", "mail.partner.test"},
      {"mail.partner.test", "FORGED", ""},
      {"mail.partner.test", "TEMP", ""},
      {"mail.partner.test", "FAIL", ""},
      {"mail.partner.test", "", ""},
      {"mail.partner.test", "ok", ""},
      {"unknown", "OK", "unknown"},
      {"[192.0.2.7]", "OK", ""},
      {"a b", "OK", ""},
      {"", "OK", ""},
  };
  for (const auto& c : cases) {
    MailEvent event = From(kPostfix);
    event.client_name = c.name;
    event.client_resolve = c.resolve;
    EXPECT_EQ(ReadMail(event).client.name, c.seen) << c.name << ' ' << c.resolve;
  }
}

TEST(ReadMail, ClientAddress) {
  const struct {
    std::string_view text;
    std::optional<IpAddress> address;
  } cases[] = {
      {"192.0.2.7", ParseIpAddress("192.0.2.7")},
      {"2001:db8::7", ParseIpAddress("2001:db8::7")},
      {"IPv6:2001:db8::7", ParseIpAddress("2001:db8::7")},
      {"unknown", std::nullopt},
      {"", std::nullopt},
      {"192.0.2.7.evil.test", std::nullopt},
  };
  for (const auto& c : cases) {
    MailEvent event = From(kSendmail);
    event.client_addr = c.text;
    EXPECT_EQ(ReadMail(event).client.address, c.address) << c.text;
    EXPECT_EQ(ReadMail(event).client.address_text, c.text);
  }
}

// pickup and sendmail(1): Postfix's cleanup names no transport for the sender.
TEST(ReadMail, OnThisMachine) {
  const struct {
    std::string_view version, mailer, address;
    bool here;
  } cases[] = {
      {kPostfix, "", "127.0.0.1", true},
      {kPostfix, "", "::1", true},
      {kPostfix, "", "", true},
      {kPostfix, "smtp", "127.0.0.1", false},
      {kPostfix, "local", "192.0.2.7", false},
      {kPostfix, "", "192.0.2.7", false},
      {kPostfix, "", "unknown", false},
      {kSendmail, "", "127.0.0.1", false},
      {"", "", "", false},
  };
  for (const auto& c : cases) {
    MailEvent event = From(c.version);
    event.mail_mailer = c.mailer;
    event.client_addr = c.address;
    EXPECT_EQ(ReadMail(event).client.on_this_machine, c.here)
        << c.version << ", " << c.mailer << ", " << c.address;
  }
}

TEST(ReadMail, AuthenticatedAndListener) {
  MailEvent event = From(kPostfix);
  event.auth_authen = "alice@here.test";
  event.daemon_name = "ORIGINATING";
  event.daemon_port = "587";
  const Client client = ReadMail(event).client;
  EXPECT_EQ(client.authenticated, "alice@here.test");
  EXPECT_EQ(client.listener, "ORIGINATING");
  EXPECT_EQ(client.listener_port, "587");
}

TEST(ReadMail, TlsVersions) {
  const struct {
    std::string_view macro;
    TlsVersion version;
  } cases[] = {
      {"", TlsVersion::kNone},           {"SSLv3", TlsVersion::kSsl3},
      {"TLSv1", TlsVersion::kTls10},     {"TLSv1.1", TlsVersion::kTls11},
      {"TLSv1.2", TlsVersion::kTls12},   {"TLSv1.3", TlsVersion::kTls13},
      {"TLSv1.4", TlsVersion::kUnknown}, {"junk", TlsVersion::kUnknown},
  };
  for (const auto& c : cases) {
    MailEvent event = From(kPostfix);
    event.tls_version = c.macro;
    EXPECT_EQ(ReadMail(event).tls.version, c.version) << c.macro;
  }
}

TEST(ReadMail, CipherBits) {
  const struct {
    std::string_view macro;
    int bits;
  } cases[] = {{"256", 256}, {"0", 0},           {"", 0},    {"-1", 0}, {"abc", 0},
               {"128x", 0},  {"99999999999", 0}, {" 128", 0}};
  for (const auto& c : cases) {
    MailEvent event = From(kPostfix);
    event.tls_version = "TLSv1.3";
    event.cipher_bits = c.macro;
    EXPECT_EQ(ReadMail(event).tls.bits, c.bits) << c.macro;
  }
}

TEST(ReadMail, ClientCertificate) {
  const struct {
    const char* what;
    std::string_view version, tls, verify, subject;
    bool has, trusted;
  } cases[] = {
      {"Postfix, trusted", kPostfix, "TLSv1.3", "", "client.lab.test", true, true},
      {"Postfix, none or not trusted", kPostfix, "TLSv1.3", "", "", false, false},
      {"Sendmail, trusted", kSendmail, "TLSv1.3", "OK", "/CN=client.lab.test", true, true},
      {"Sendmail, not trusted", kSendmail, "TLSv1.3", "FAIL", "/CN=client.lab.test", true, false},
      {"Sendmail, not trusted, no name", kSendmail, "TLSv1.3", "FAIL", "", true, false},
      {"Sendmail, none", kSendmail, "TLSv1.3", "NO", "", false, false},
      {"Sendmail, not asked for", kSendmail, "TLSv1.3", "NOT", "", false, false},
      {"Sendmail, a name without a word on it", kSendmail, "TLSv1.3", "", "/CN=x", true, false},
      {"an odd word", kSendmail, "TLSv1.3", "ok", "/CN=x", true, false},
      {"a name without TLS", kPostfix, "", "", "client.lab.test", false, false},
      {"Postfix that says it isn't", kPostfix, "TLSv1.3", "FAIL", "client.lab.test", true, false},
  };
  for (const auto& c : cases) {
    MailEvent event = From(c.version);
    event.tls_version = c.tls;
    event.verify = c.verify;
    event.cert_subject = c.subject;
    event.cert_issuer = "/CN=Lab+20Root+20CA";
    const InboundTls tls = ReadMail(event).tls;
    EXPECT_EQ(tls.has_certificate, c.has) << c.what;
    EXPECT_EQ(tls.certificate_trusted, c.trusted) << c.what;
    EXPECT_EQ(tls.certificate_issuer, c.tls.empty() ? "" : "/CN=Lab+20Root+20CA") << "as it comes";
  }
}

TEST(ReadMail, Requiretls) {
  const struct {
    std::vector<std::string_view> parameters;
    bool requiretls;
  } cases[] = {
      {{}, false},
      {{"REQUIRETLS"}, true},
      {{"SIZE=1000", "BODY=8BITMIME", "RequireTls"}, true},
      {{"REQUIRETLS=1"}, false},
      {{"REQUIRETLSX"}, false},
      {{""}, false},
  };
  for (const auto& c : cases) {
    MailEvent event = From(kPostfix);
    event.parameters = c.parameters;
    EXPECT_EQ(ReadMail(event).requiretls, c.requiretls);
  }
}

}  // namespace
}  // namespace tlswarden
