#include "milter/recipient.h"

#include <gtest/gtest.h>

#include "tests/unit/policy/build.h"

namespace tlswarden {
namespace {

// "next hop, recipient domain", "(local submission)" after it; "" when it isn't ours to judge.
std::string Asked(const RcptEvent& event) {
  const std::optional<RecipientQuestion> asked = ReadRcpt(event);
  if (!asked) return "";
  return ToString(asked->question.next_hop) + ", " + asked->question.recipient_domain.ascii +
         (asked->local_submission ? " (local submission)" : "");
}

TEST(ReadRcpt, WhatPostfixSays) {
  const struct {
    const char* what;
    RcptEvent event;
    const char* asked;
  } cases[] = {
      {"plain", {"<a@b.test>", "a@b.test", "b.test", "smtp"}, "b.test, b.test"},
      {"case is the client's", {"<a@B.Test>", "a@b.test", "B.TEST", "smtp"}, "b.test, b.test"},
      {"relay_domains", {"<a@b.test>", "a@b.test", "b.test", "relay"}, "b.test, b.test"},
      {"smtps by another name",
       {"<a@b.test>", "a@b.test", "b.test", "smtp-slow"},
       "b.test, b.test"},
      {"transport_maps",
       {"<a@b.test>", "a@b.test", "[mx.sts.test]:25", "smtp"},
       "[mx.sts.test], b.test"},
      {"relayhost",
       {"<a@b.test>", "a@b.test", "[smart.test]:587", "smtp"},
       "[smart.test]:587, b.test"},
      {"address literal",
       {"<a@[127.0.0.11]>", "a@[127.0.0.11]", "[127.0.0.11]", "smtp"},
       "[address-literal], "},
      {"IPv6 literal",
       {"<a@[IPv6:::1]>", "a@[IPv6:::1]", "[IPv6:::1]", "smtp"},
       "[address-literal], "},
      {"local", {"<a@here.test>", "a@here.test", "here.test", "local"}, ""},
      {"virtual mailbox", {"<a@v.test>", "a@v.test", "v.test", "virtual"}, ""},
      {"lmtp", {"<a@v.test>", "a@v.test", "v.test", "lmtp"}, ""},
      {"discard", {"<a@b.test>", "a@b.test", "b.test", "discard"}, ""},
      {"own transport", {"<a@b.test>", "a@b.test", "b.test", "tls-dane"}, ""},
      {"virtual alias",
       {"<a@va.test>", "a@va.test", "5.1.1 User unknown in virtual alias table", "error"},
       ""},
      {"the same through smtp", {"<a@va.test>", "a@va.test", "5.1.1 User unknown", "smtp"}, ""},
      {"no {rcpt_addr}", {"<a@b.test>", "", "b.test", "smtp"}, "b.test, b.test"},
      {"no {rcpt_host}", {"<a@b.test>", "a@b.test", "", "smtp"}, "b.test, b.test"},
      {"aliased", {"<a@b.test>", "x@c.test", "c.test", "smtp"}, "c.test, c.test"},
  };
  for (const auto& c : cases) EXPECT_EQ(Asked(c.event), c.asked) << c.what;
}

TEST(ReadRcpt, WhatSendmailSays) {
  const struct {
    const char* what;
    RcptEvent event;
    const char* asked;
  } cases[] = {
      {"trailing dot", {"<a@sts.test>", "a@sts.test", "sts.test.", "esmtp"}, "sts.test, sts.test"},
      {"mailertable",
       {"<a@b.test>", "a@b.test", "[mx.dane.test]", "esmtp"},
       "[mx.dane.test], b.test"},
      {"SMART_HOST", {"<a@b.test>", "a@b.test", "[smart.test]", "relay"}, "[smart.test], b.test"},
      {"deferred delivery", {"<a@b.test>", "a@b.test", "b.test.", "dsmtp"}, "b.test, b.test"},
      {"8-bit", {"<a@b.test>", "a@b.test", "b.test.", "smtp8"}, "b.test, b.test"},
      {"local", {"<list@b.test>", "list", "", "local"}, ""},
      {"program", {"<a@b.test>", "|/bin/x", "", "prog"}, ""},
      {"virtusertable",
       {"<virt@va.test>", "b@sts.test", "sts.test.", "esmtp"},
       "sts.test, sts.test"},
  };
  for (const auto& c : cases) EXPECT_EQ(Asked(c.event), c.asked) << c.what;
}

// sendmail(1) and pickup: no transport, no next hop, no angle brackets.
TEST(ReadRcpt, LocalSubmission) {
  EXPECT_EQ(Asked({"a@b.test", "", "", ""}), "b.test, b.test (local submission)");
  EXPECT_EQ(Asked({"a@B.Test.", "a@b.test", "", ""}), "b.test, b.test (local submission)");
  EXPECT_EQ(Asked({"root", "", "", ""}), "") << "no domain";
  EXPECT_EQ(ReadRcpt({"a@b.test", "", "", ""})->recipient, "<a@b.test>");
  EXPECT_EQ(ReadRcpt({"<a@b.test>", "", "b.test", "smtp"})->recipient, "<a@b.test>");
}

TEST(ReadRcpt, OddAddresses) {
  const std::string long_local(3980, 'x');
  const struct {
    std::string argument;
    const char* asked;
  } cases[] = {
      {"<\"a@b\"@c.test>", "c.test, c.test (local submission)"},
      {"<\"a b\\\"@x.test\"@c.test>", "c.test, c.test (local submission)"},
      {"<@relay.test,@b.test:a@c.test>", "c.test, c.test (local submission)"},
      {"<a%b.test@c.test>", "c.test, c.test (local submission)"},
      {"<a@b\xc3\xbc"
       "cher.test>",
       "xn--bcher-kva.test, xn--bcher-kva.test (local submission)"},
      {"<j\xc3\xb6rg@c.test>", "c.test, c.test (local submission)"},
      {"<" + long_local + "@c.test>", "c.test, c.test (local submission)"},
      {"<a@" + std::string(4000, 'x') + ">", ""},
      {"<a@\xff\xfe.test>", ""},
      {"<a@>", ""},
      {"<>", ""},
      {"", ""},
      {"<", ""},
      {"@", ""},
      {"<\"a@c.test\">", ""},
      {"<a@c test>", ""},
      {"<a@c.test\r\nDATA>", ""},
      {"<a@{c}.test>", ""},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(Asked({c.argument, "", "", ""}), c.asked) << c.argument.substr(0, 80);
  }
}

TEST(IsSmtpTransport, Names) {
  for (const char* yes : {"smtp", "relay", "esmtp", "smtp8", "dsmtp", "smtp-tls", "smtps"}) {
    EXPECT_TRUE(IsSmtpTransport(yes)) << yes;
  }
  for (const char* no : {"", "local", "lmtp", "virtual", "error", "discard", "pipe", "Smtp",
                         "relay2", "procmail", "tls-dane"}) {
    EXPECT_FALSE(IsSmtpTransport(no)) << no;
  }
}

TEST(IsTagged, HoweverItIsWritten) {
  for (const char* yes :
       {"<a==tlswarden-dane@b.test>", "a==tlswarden-none@b.test", "<\"a b==tlswarden-x\"@b.test>",
        "<a==TLSwarden-Dane@b.test>", "<==tlswarden-@b.test>", "<a==tlswarden-x>",
        R"(<"a=\=tlswarden-none"@b.test>)", R"(<a\==\tlswarden-none@b.test>)",
        "<x==tlswarden-dane%c.test@b.test>"}) {
    EXPECT_TRUE(IsTagged(ParseMailAddress(yes))) << yes;
  }
  for (const char* no : {"<a@b.test>", "<a=tlswarden-dane@b.test>", "<a@b==tlswarden-x.test>",
                         "<tlswarden-dane@b.test>", "<>", "", "<a+tlswarden-dane@b.test>"}) {
    EXPECT_FALSE(IsTagged(ParseMailAddress(no))) << no;
  }
}

TEST(TaggedAddress, IsReadBack) {
  const struct {
    std::string address, tagged;
  } cases[] = {
      {"a@b.test", "a==tlswarden-dane@b.test"},
      {"a+box@b.test", "a+box==tlswarden-dane@b.test"},
      {"\"a b\"@b.test", "\"a b==tlswarden-dane\"@b.test"},
      {"\"a@x\"@b.test", "\"a@x==tlswarden-dane\"@b.test"},
      {"\"\"@b.test", "\"==tlswarden-dane\"@b.test"},
      {"\"@b.test", "\"==tlswarden-dane@b.test"},
      {"a@[192.0.2.1]", "a==tlswarden-dane@[192.0.2.1]"},
      {"a", "a==tlswarden-dane"},
      {"", "==tlswarden-dane"},
      {"j\xc3\xb6rg@b.test", "j\xc3\xb6rg==tlswarden-dane@b.test"},
  };
  for (const auto& c : cases) {
    const std::string tagged = TaggedAddress(ParseMailAddress(c.address), "dane");
    EXPECT_EQ(tagged, c.tagged);
    EXPECT_TRUE(IsTagged(ParseMailAddress(tagged))) << tagged;
  }
}

// RFC 3461 section 4, RFC 6533 section 3.
TEST(OriginalRecipient, Encodes) {
  const struct {
    std::string address, value;
  } cases[] = {
      {"a@b.test", "rfc822;a@b.test"},
      {"a+b=c@d.test", "rfc822;a+2Bb+3Dc@d.test"},
      {"\"a b\"@d.test", "rfc822;\"a+20b\"@d.test"},
      {"\"a\\\\b\"@d.test", "rfc822;\"a\\\\b\"@d.test"},
      {"a\x7f\x01@d.test", "rfc822;a+7F+01@d.test"},
      {"j\xc3\xb6rg@d.test", "utf-8;j\\x{F6}rg@d.test"},
      {"j\xc3\xb6+\\ =@d.test", "utf-8;j\\x{F6}\\x{2B}\\x{5C}\\x{20}\\x{3D}@d.test"},
      {"\xf0\x9f\x93\xa7@d.test", "utf-8;\\x{1F4E7}@d.test"},
      {"\xff@d.test", ""},
      {std::string(493, 'a'), "rfc822;" + std::string(493, 'a')},
      {std::string(494, 'a'), ""},
  };
  for (const auto& c : cases) EXPECT_EQ(OriginalRecipient(c.address), c.value) << c.address;
}

TEST(DsnParametersOf, TheClientsOwnComeFirst) {
  const struct {
    const char *recipient, *given, *parameters;
  } cases[] = {
      {"<a@b.test>", "", "ORCPT=rfc822;a@b.test"},
      {"<a@b.test>", "NOTIFY=NEVER", "NOTIFY=NEVER ORCPT=rfc822;a@b.test"},
      {"<a@b.test>", "orcpt=rfc822;x@y.test", "orcpt=rfc822;x@y.test"},
      {"<a@b.test>", "NOTIFY=DELAY ORCPT=rfc822;x", "NOTIFY=DELAY ORCPT=rfc822;x"},
      {"<\xff@b.test>", "", ""},
      {"<\xff@b.test>", "NOTIFY=NEVER", "NOTIFY=NEVER"},
  };
  for (const auto& c : cases) {
    RecipientQuestion recipient;
    recipient.recipient = c.recipient;
    recipient.dsn_parameters = c.given;
    EXPECT_EQ(DsnParametersOf(recipient), c.parameters);
  }
}

}  // namespace
}  // namespace tlswarden
