#include "daemon/explain_message.h"

#include <gtest/gtest.h>

namespace tlswarden {
namespace {

using Lines = std::vector<std::string>;

constexpr Time kNow{std::chrono::seconds(1'800'000'000)};

TEST(ExplainMessage, NothingToldIsWhatAMapKnows) {
  MessageOptions options;
  options.to = "u@b.example";
  options.transport = "smtp";
  const Result<Message> message = MakeMessage(options);
  ASSERT_TRUE(message.ok());
  EXPECT_FALSE(message->envelope.has_value());
  EXPECT_EQ(message->recipient->domain.ascii, "b.example");
  EXPECT_EQ(message->transport, "smtp");
}

TEST(ExplainMessage, WhatIsTold) {
  MessageOptions options;
  options.from = "<a@c.example>";
  options.client = "192.0.2.1";
  options.client_name = "MX.c.example";
  options.user = "bob";
  options.listener = "587";
  options.headers = {"Subject:  hi", "TLS-Required: no"};
  options.direction = "inbound";
  options.tls_version = "1.1";
  options.cipher = "AES";
  options.bits = 128;
  options.subject = "c.example";
  options.issuer = "CA";
  const Result<Message> message = MakeMessage(options);
  ASSERT_TRUE(message.ok()) << message.error();
  EXPECT_EQ(message->direction, Direction::kInbound);
  const Envelope& envelope = *message->envelope;
  EXPECT_EQ(envelope.sender.text, "a@c.example");
  EXPECT_EQ(envelope.client.address, ParseIpAddress("192.0.2.1"));
  EXPECT_EQ(envelope.client.name, "mx.c.example");
  EXPECT_EQ(envelope.client.authenticated, "bob");
  EXPECT_EQ(envelope.client.listener_port, "587");
  EXPECT_EQ(envelope.headers, (std::vector<Header>{{"Subject", "hi"}, {"TLS-Required", "no"}}));
  EXPECT_TRUE(envelope.tls_required_no);
  EXPECT_EQ(envelope.tls.version, TlsVersion::kTls11);
  EXPECT_EQ(envelope.tls.cipher, "AES");
  EXPECT_EQ(envelope.tls.bits, 128);
  EXPECT_TRUE(envelope.tls.certificate_trusted);
}

TEST(ExplainMessage, BadOptions) {
  const auto why = [](void (*change)(MessageOptions&)) {
    MessageOptions options;
    change(options);
    const Result<Message> message = MakeMessage(options);
    return message.ok() ? "" : message.error();
  };
  EXPECT_EQ(why([](auto& o) { o.to = "b.example"; }),
            "--to b.example: not an address of the form USER@DOMAIN");
  EXPECT_EQ(why([](auto& o) { o.client = "x"; }), "--client x: not an IP address");
  EXPECT_EQ(why([](auto& o) { o.tls_version = "2"; }), "--tls-version 2: none or 1.0 to 1.3");
  EXPECT_EQ(why([](auto& o) { o.direction = "up"; }),
            "--direction up: must be outbound or inbound");
  EXPECT_EQ(why([](auto& o) { o.headers = {"Subject"}; }),
            "--header Subject: not of the form NAME: VALUE");
}

Lines Explained(const std::string& rules, const MessageOptions& options, bool with_mx = true) {
  const Loaded loaded = ParseSettings("[milter]\nper-message = postfix\n" + rules, "f");
  EXPECT_EQ(loaded.errors, Lines{});
  const Message message = MakeMessage(options).value();
  const NextHop next_hop = ParseNextHop("b.example:587").value();
  MxEvidence mx;
  mx.security = Security::kInsecure;
  mx.hosts.resize(1);
  mx.hosts[0].name = Domain{"mx.b.example"};
  Facts facts;
  facts.envelope = message.envelope ? &*message.envelope : nullptr;
  facts.recipient = message.recipient ? &*message.recipient : nullptr;
  facts.recipient_domain = &next_hop.domain;
  facts.next_hop = &next_hop;
  facts.transport = message.transport;
  facts.mx = with_mx ? &mx : nullptr;
  return ExplainRules(Rules(loaded.rules), facts, kNow);
}

// The first rule doesn't match, by one key; the second does.
TEST(ExplainRules, EveryKey) {
  struct Case {
    const char* line;
    const char* why;
  };
  constexpr Case kCases[] = {
      {"recipient-domain = x.example", "no, recipient-domain is b.example"},
      {"recipient = x@b.example", "no, recipient is u@b.example"},
      {"sender-domain = x.example", "no, sender-domain is c.example"},
      {"sender = <>", "no, sender is a@c.example"},
      {"next-hop = [b.example]", "no, next-hop is b.example:587"},
      {"mx-host = x.example", "no, mx-host is mx.b.example"},
      {"transport = relay", "no, transport is smtp"},
      {"client-address = 192.0.2.2", "no, client-address is 192.0.2.1"},
      {"client-name = x.example", "no, client-name is none"},
      {"authenticated = yes", "no, authenticated is no"},
      {"listener = 25", "no, listener is 587"},
      {"header = Subject: x", "no, no header matches"},
      {"until = 2020-01-01", "no, it ended at 2020-01-01T00:00:00Z"},
      {"mode = observe", "yes, but mode = observe, so the next one counts"},
  };
  MessageOptions options;
  options.from = "a@c.example";
  options.to = "u@b.example";
  options.client = "192.0.2.1";
  options.listener = "587";
  options.transport = "smtp";
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.line);
    EXPECT_EQ(Explained("[rule.one]\nrequire = dane\n" + std::string(c.line) +
                            "\n[rule.two]\nrequire = encrypt\n",
                        options),
              (Lines{"rule one: " + std::string(c.why), "rule two: yes"}));
  }
  EXPECT_EQ(Explained("[rule.one]\nrequire = none\nmx-host = mx.b.example\n", options),
            (Lines{"rule one: no, mx-host is mx.b.example, but that isn't signed",
                   "no rule: as the section says"}));
}

TEST(ExplainRules, WhatNobodyKnows) {
  EXPECT_EQ(Explained("[rule.one]\nrequire = dane\nsender = a.example\n", MessageOptions()),
            (Lines{"rule one: not by what is known: no sender", "no rule: as the section says"}));
  EXPECT_EQ(Explained("[rule.one]\nrequire = dane\nmx-host = a.example\n", MessageOptions(), false),
            (Lines{"rule one: not by what is known: no mx-host", "no rule: as the section says"}));
}

TEST(ExplainRules, OnlySomeAreShown) {
  std::string rules;
  for (int i = 0; i < 100; ++i) {
    const std::string number = std::to_string(i);
    rules += "[rule.r" + number + "]\nrequire = dane\nrecipient-domain = x" + number + ".example\n";
  }
  const Lines lines = Explained(rules + "[rule.all]\nrequire = dane\n", MessageOptions());
  ASSERT_EQ(lines.size(), 22U);
  EXPECT_EQ(lines[19], "rule r19: no, recipient-domain is b.example");
  EXPECT_EQ(lines[20], "and 80 more, no");
  EXPECT_EQ(lines[21], "rule all: yes");
  EXPECT_EQ(Explained(rules, MessageOptions()).back(), "no rule: as the section says");
}

TEST(ExplainTag, SaysTheWay) {
  EXPECT_EQ(ExplainTag("", PerMessage::kOff),
            "none: what the policy map answers for the next hop is enough");
  EXPECT_EQ(ExplainTag("dane", PerMessage::kPostfix), "dane, by the transport tlswarden-dane");
  EXPECT_EQ(ExplainTag("rule-a", PerMessage::kSendmail),
            "rule-a, kept under the queue id until tls_rcpt asks");
  EXPECT_EQ(ExplainTag("dane", PerMessage::kOff),
            "dane, but [milter] per-message = off: the delivery doesn't learn of it");
}

}  // namespace
}  // namespace tlswarden
