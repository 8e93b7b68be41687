#include "milter/received_tls.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/milter/message.h"

namespace tlswarden {
namespace {

using enum HopTls;

TEST(ParseReceived, WhatMtasWrite) {
  const struct {
    const char* what;
    std::string_view value;
    ReceivedHop hop;
  } cases[] = {
      {"Postfix",
       "from mail.a.test (mail.a.test [192.0.2.1])\r\n\t(using TLSv1.3 with cipher "
       "TLS_AES_256_GCM_SHA384 (256/256 bits))\r\n\t(No client certificate requested)\r\n\tby "
       "mx.b.test (Postfix) with ESMTPS id 4Xk1Q2\r\n\tfor <x@b.test>; Mon, 1 Jan 2026 00:00:00 "
       "+0000",
       {"mail.a.test", "mx.b.test", "ESMTPS", kYes}},
      {"Postfix, no TLS",
       "from a.test (unknown [192.0.2.1]) by b.test (Postfix) with ESMTP id X; d",
       {"a.test", "b.test", "ESMTP", kNo}},
      {"Postfix, pickup",
       "by b.test (Postfix, from userid 1000) id 4Xk; Mon",
       {"", "b.test", "", kUnknown}},
      {"Sendmail",
       "from a.test (a.test [192.0.2.1]) by b.test (8.17.1.9/8.17.1.9) with ESMTPSA id 6ao "
       "(version=TLSv1.3 "
       "cipher=X bits=256 verify=NO)",
       {"a.test", "b.test", "ESMTPSA", kYes}},
      {"Exim",
       "from [192.0.2.1] (helo=x) by b.test with esmtps (TLS1.3) tls X (Exim 4.96) id 1-2",
       {"[192.0.2.1]", "b.test", "esmtps", kYes}},
      {"Microsoft",
       "from A.test (2603::1) by B.test (2603::2) with Microsoft SMTP Server (version=TLS1_2, "
       "cipher=X) id 15.20",
       {"A.test", "B.test", "Microsoft", kUnknown}},
      {"Gmail",
       "from a.test. [192.0.2.1] by mx.google.com with ESMTPS id a1 for <x@b.test> "
       "(version=TLS1_3)",
       {"a.test.", "mx.google.com", "ESMTPS", kYes}},
      {"local", "(from x@localhost) by b.test (8.17/Submit) id 1; d", {"", "b.test", "", kUnknown}},
  };
  for (const auto& c : cases) EXPECT_EQ(ParseReceived(c.value), c.hop) << c.what;
}

TEST(ParseReceived, OddLines) {
  const struct {
    std::string value;
    ReceivedHop hop;
  } cases[] = {
      {"", {}},
      {";", {}},
      {"from", {}},
      {"from ; by b.test with ESMTPS", {}},
      {"with", {}},
      {"(with ESMTPS) from a", {"a", "", "", kUnknown}},
      {"(unclosed with ESMTPS from a", {}},
      {"(((deep) with ESMTPS) x) with SMTP", {"", "", "SMTP", kNo}},
      {"(quoted \\) with ESMTPS) with SMTP", {"", "", "SMTP", kNo}},
      {"\"a with ESMTPS\" with SMTP", {"", "", "SMTP", kNo}},
      {"with SMTP with ESMTPS", {"", "", "SMTP", kNo}},
      {"; with ESMTPS", {}},
      {"from a;with ESMTPS", {"a", "", "", kUnknown}},
      {") with ESMTPS", {"", "", "ESMTPS", kYes}},
      {"from \"a b;c\" with ESMTPS", {"\"a?b?c\"", "", "ESMTPS", kYes}},
      {"from a\xff\x01\x7f with ESMTPS\xff", {"a???", "", "ESMTPS?", kUnknown}},
      {"with ESMTPS(comment)by b", {"", "b", "ESMTPS", kYes}},
      {"\"unclosed with ESMTPS", {}},
      {"\"ends in a backslash\\", {}},
      {"(ends in a backslash\\", {}},
      {"from " + std::string(5000, 'x') + " with ESMTPS",
       {std::string(kMaxHopName, 'x'), "", "", kUnknown}},
      {std::string(100000, '('), {}},
  };
  for (const auto& c : cases) EXPECT_EQ(ParseReceived(c.value), c.hop) << c.value.substr(0, 80);
}

// RFC 3848 and RFC 6531 section 4.3.
TEST(TlsOfProtocol, RegisteredNames) {
  for (const char* yes : {"ESMTPS", "ESMTPSA", "LMTPS", "LMTPSA", "UTF8SMTPS", "UTF8SMTPSA",
                          "UTF8LMTPS", "UTF8LMTPSA", "esmtps"}) {
    EXPECT_EQ(TlsOfProtocol(yes), kYes) << yes;
  }
  for (const char* no : {"SMTP", "ESMTP", "ESMTPA", "LMTP", "LMTPA", "UTF8SMTP", "UTF8SMTPA",
                         "UTF8LMTP", "UTF8LMTPA"}) {
    EXPECT_EQ(TlsOfProtocol(no), kNo) << no;
  }
  for (const char* unknown : {"", "HTTP", "HTTPS", "local", "Microsoft", "ESMTPSX", "NNTPS"}) {
    EXPECT_EQ(TlsOfProtocol(unknown), kUnknown) << unknown;
  }
}

TEST(ReceivedTlsValue, NewestFirstAndOnlyOurOwnIsProven) {
  Envelope envelope;
  envelope.client.address_text = "192.0.2.7";
  envelope.tls.version = TlsVersion::kTls13;
  envelope.tls.cipher = "TLS_AES_256_GCM_SHA384";
  EXPECT_EQ(ReceivedTlsValue(envelope, {{"a.test", "b.test", "ESMTPS", kYes}, {}}),
            "tls=yes version=1.3 cipher=TLS_AES_256_GCM_SHA384 from=192.0.2.7; seen by this mail "
            "server\n\ttls=yes with=ESMTPS from=a.test by=b.test; unproven\n\ttls=unknown; "
            "unproven");
  envelope.tls = {};
  envelope.client.name = "mail.a.test";
  EXPECT_EQ(ReceivedTlsValue(envelope, {}), "tls=no from=mail.a.test; seen by this mail server");
  envelope.client.address_text = "evil\r\nX: y";
  envelope.client.name.clear();
  EXPECT_EQ(ReceivedTlsValue(envelope, {}), "tls=no from=evil??X:?y; seen by this mail server");
  envelope.client.on_this_machine = true;
  EXPECT_EQ(ReceivedTlsValue(envelope, {}), "tls=none, written on this machine");
}

TEST(ReceivedTlsHeader, IsAddedWhenOn) {
  for (const bool on : {false, true}) {
    Message message(PerMessage::kPostfix);
    message.options.received_tls_header = on;
    message.Mail();
    message.Rcpt("<l@here.test>", "local");
    message.session.OnHeader("Received", "from a.test by b.test with ESMTPS id 1; d");
    message.session.OnHeader("received", "from c.test by a.test with SMTP id 1; d");
    message.session.OnHeader("X-Tlswarden-Received", "tls=yes; seen by this mail server");
    EXPECT_EQ(message.End(),
              std::string("remove X-Tlswarden-Received x1") +
                  (on ? "\nadd X-Tlswarden-Received: tls=no; seen by this mail "
                        "server\n\ttls=yes with=ESMTPS from=a.test by=b.test; "
                        "unproven\n\ttls=no with=SMTP from=c.test by=a.test; unproven"
                      : ""));
    message.Mail();
    message.Rcpt("<l@here.test>", "local");
    EXPECT_EQ(message.End(), on ? "add X-Tlswarden-Received: tls=no; seen by this mail server" : "")
        << "another message";
  }
}

TEST(ReceivedTlsHeader, IsBounded) {
  Message message(PerMessage::kOff);
  message.options.received_tls_header = true;
  message.Mail();
  message.Rcpt("<l@here.test>", "local");
  for (int i = 0; i < 1000; ++i) {
    message.session.OnHeader("Received", "from " + std::string(4000, 'x'));
  }
  message.End();
  ASSERT_EQ(message.last.add.size(), 1u);
  const std::string& value = message.last.add[0].value;
  EXPECT_EQ(std::count(value.begin(), value.end(), '\n'), static_cast<long>(kMaxReceivedHops));
  EXPECT_LT(value.size(), 100 * 250u);
}

// It says nothing of a demand, so recipients and transports don't matter to it.
TEST(ReceivedTlsHeader, BesideATag) {
  Message message(PerMessage::kPostfix,
                  {ForSender(OutboundRule("x", Requirement::kEncrypt), "s@from.test")});
  message.options.received_tls_header = true;
  message.Mail();
  message.Rcpt("<a@plain.test>");
  EXPECT_EQ(message.End(),
            "add X-Tlswarden-Received: tls=no; seen by this mail server\n"
            "add X-Tlswarden-Require: encrypt");
}

}  // namespace
}  // namespace tlswarden
