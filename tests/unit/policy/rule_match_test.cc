#include "policy/rule_match.h"

#include <gtest/gtest.h>

#include <chrono>

#include "tests/unit/policy/build.h"

namespace tlswarden {
namespace {

// What a message may be known by; `Known` gives all of it to the rules.
struct Message {
  Envelope envelope;
  MailAddress recipient = ParseMailAddress("<User@A.test>");
  Domain recipient_domain = Name("a.test");
  NextHop next_hop = Hop("a.test");
  std::string transport = "smtp";
  MxEvidence mx = Mx(Security::kSecure, {Host("mx1.provider.test", HostDane::kUsable),
                                         Host("mx2.provider.test", HostDane::kNone)});

  Message() {
    envelope.sender = ParseMailAddress("<Boss@Sender.test>");
    envelope.client.address = ParseIpAddress("192.0.2.7");
    envelope.client.name = "client.partner.test";
    envelope.client.listener = "Submission";
    envelope.client.listener_port = "587";
    envelope.headers.emplace();
  }

  Facts Known() const {
    return {&envelope, &recipient, &recipient_domain, &next_hop, transport, &mx};
  }
};

Fit FitOf(const Rule& rule, const Message& message) {
  return tlswarden::FitOf(rule, message.Known(), kNow);
}

DomainPattern Pattern(std::string_view text) { return ParseDomainPattern(text).value(); }

// That of a rule with this one address or pattern.
AddressSet Addresses(std::string_view text) {
  AddressSet set;
  EXPECT_TRUE(set.Add(text).ok()) << text;
  return set;
}

TEST(FitOf, ARuleWithoutMatchersFitsAll) {
  EXPECT_EQ(FitOf(Rule(), Message()), Fit::kYes);
  EXPECT_EQ(tlswarden::FitOf(Rule(), Facts(), kNow), Fit::kYes);
}

TEST(FitOf, RecipientDomain) {
  Rule rule;
  rule.match.recipient_domain.Add(Pattern("*.b.test"));
  rule.match.recipient_domain.Add(Pattern("xn--bcher-kva.test"));
  Message message;
  EXPECT_EQ(FitOf(rule, message), Fit::kNo);
  for (const char* fits : {"x.b.test", "X.B.TEST", "b\xc3\xbc\x63her.test"}) {
    message.recipient_domain = Name(fits);
    EXPECT_EQ(FitOf(rule, message), Fit::kYes) << fits;
  }
  message.recipient_domain = Domain();
  EXPECT_EQ(FitOf(rule, message), Fit::kNo) << "an address literal has no domain";
  Facts facts = message.Known();
  facts.recipient_domain = nullptr;
  EXPECT_EQ(tlswarden::FitOf(rule, facts, kNow), Fit::kUnknown) << "at MAIL";
}

TEST(FitOf, Recipient) {
  Rule rule;
  rule.match.recipient = Addresses("user@a.test");
  Message message;
  EXPECT_EQ(FitOf(rule, message), Fit::kYes) << "without case";
  for (const char* other : {"<users@a.test>", "<user@b.test>", "<user>", "<user@[192.0.2.1]>"}) {
    message.recipient = ParseMailAddress(other);
    EXPECT_EQ(FitOf(rule, message), Fit::kNo) << other;
  }
  Facts facts = message.Known();
  facts.recipient = nullptr;
  EXPECT_EQ(tlswarden::FitOf(rule, facts, kNow), Fit::kUnknown) << "a policy map";
}

TEST(FitOf, SenderDomain) {
  Rule rule;
  rule.match.sender_domain.Add(Pattern("sender.test/*"));
  Message message;
  EXPECT_EQ(FitOf(rule, message), Fit::kYes);
  for (const char* other :
       {"<>", "<boss>", "<boss@other.test>", "<boss@[192.0.2.1]>", "<boss@\xff>"}) {
    message.envelope.sender = ParseMailAddress(other);
    EXPECT_EQ(FitOf(rule, message), Fit::kNo) << other;
  }
  Facts facts = message.Known();
  facts.envelope = nullptr;
  EXPECT_EQ(tlswarden::FitOf(rule, facts, kNow), Fit::kUnknown);
}

TEST(FitOf, Sender) {
  Rule rule;
  rule.match.sender = Addresses("boss@sender.test");
  Message message;
  EXPECT_EQ(FitOf(rule, message), Fit::kYes);
  message.envelope.sender = ParseMailAddress("<>");
  EXPECT_EQ(FitOf(rule, message), Fit::kNo);
  rule.match.sender = Addresses("<>");
  EXPECT_EQ(FitOf(rule, message), Fit::kYes);
  message.envelope.sender = ParseMailAddress('<' + std::string(4000, 'x') + "@sender.test>");
  EXPECT_EQ(FitOf(rule, message), Fit::kNo);
}

TEST(FitOf, NextHop) {
  Rule rule;
  rule.match.next_hop.exact.insert("[smart.test]:587");
  rule.match.next_hop.domains.Add(Pattern("*.relay.test"));
  Message message;
  const struct {
    const char* next_hop;
    Fit fit;
  } cases[] = {
      {"[smart.test]:587", Fit::kYes},    {"[Smart.Test]:submission", Fit::kYes},
      {"[smart.test]", Fit::kNo},         {"smart.test:587", Fit::kNo},
      {"[mx.relay.test]:587", Fit::kYes}, {"mx.relay.test", Fit::kYes},
      {"relay.test", Fit::kNo},           {"[192.0.2.1]", Fit::kNo},
  };
  for (const auto& c : cases) {
    message.next_hop = Hop(c.next_hop);
    EXPECT_EQ(FitOf(rule, message), c.fit) << c.next_hop;
  }
  Facts facts = message.Known();
  facts.next_hop = nullptr;
  EXPECT_EQ(tlswarden::FitOf(rule, facts, kNow), Fit::kUnknown);
}

TEST(FitOf, MxHostMeansAllOfThem) {
  Rule rule;
  rule.match.mx_host.Add(Pattern("*.provider.test"));
  Message message;
  EXPECT_EQ(FitOf(rule, message), Fit::kYes);
  message.mx.hosts.push_back(Host("backup.test", HostDane::kNone));
  EXPECT_EQ(FitOf(rule, message), Fit::kNo) << "one of another";
  message.mx.hosts.clear();
  EXPECT_EQ(FitOf(rule, message), Fit::kNo) << "none at all";
}

TEST(FitOf, MxHostIsUnknownWhileTheLookUpFails) {
  Rule rule;
  rule.match.mx_host.Add(Pattern("*.provider.test"));
  Message message;
  for (Security security : {Security::kBogus, Security::kIndeterminate}) {
    message.mx = Mx(security, {});
    EXPECT_EQ(FitOf(rule, message), Fit::kUnknown) << ToString(security);
  }
  Facts facts = message.Known();
  facts.mx = nullptr;
  EXPECT_EQ(tlswarden::FitOf(rule, facts, kNow), Fit::kUnknown);
}

// Whoever forges an unsigned MX must not get an exception for it.
TEST(FitOf, AnUnsignedMxHostLowersNothing) {
  Rule rule;
  rule.match.mx_host.Add(Pattern("*.provider.test"));
  Message message;
  for (Security security : {Security::kSecure, Security::kInsecure}) {
    message.mx.security = security;
    rule.outbound.require = Requirement::kNone;
    EXPECT_EQ(FitOf(rule, message), security == Security::kSecure ? Fit::kYes : Fit::kNo);
    rule.outbound.require = Requirement::kAuthenticated;
    EXPECT_EQ(FitOf(rule, message), Fit::kYes) << "it may raise";
  }
}

TEST(FitOf, Transport) {
  Rule rule;
  rule.match.transport = {"relay", "smtp-*"};
  Message message;
  EXPECT_EQ(FitOf(rule, message), Fit::kNo);
  for (const char* fits : {"relay", "RELAY", "smtp-out", "smtp-"}) {
    message.transport = fits;
    EXPECT_EQ(FitOf(rule, message), Fit::kYes) << fits;
  }
  message.transport.clear();
  EXPECT_EQ(FitOf(rule, message), Fit::kUnknown) << "local submission names none";
}

TEST(FitOf, ClientAddress) {
  Rule rule;
  rule.match.client_address.Add(ParseAddressRange("192.0.2.0/29").value());
  rule.match.client_address.Add(ParseAddressRange("2001:db8::/32").value());
  Message message;
  const struct {
    const char* address;
    Fit fit;
  } cases[] = {{"192.0.2.7", Fit::kYes},
               {"192.0.2.8", Fit::kNo},
               {"IPv6:2001:db8::1", Fit::kYes},
               {"::ffff:192.0.2.1", Fit::kYes},
               {"2001:db9::1", Fit::kNo}};
  for (const auto& c : cases) {
    message.envelope.client.address = ParseIpAddress(c.address);
    EXPECT_EQ(FitOf(rule, message), c.fit) << c.address;
  }
  message.envelope.client.address.reset();
  EXPECT_EQ(FitOf(rule, message), Fit::kNo) << "pickup has none";
}

TEST(FitOf, ClientName) {
  Rule rule;
  rule.match.client_name.Add(Pattern("*.partner.test"));
  Message message;
  EXPECT_EQ(FitOf(rule, message), Fit::kYes);
  for (const char* other : {"", "partner.test", "unknown", "client.partner.test.evil.test"}) {
    message.envelope.client.name = other;
    EXPECT_EQ(FitOf(rule, message), Fit::kNo) << other;
  }
}

TEST(FitOf, Authenticated) {
  const struct {
    const char *wanted, *login;
    Fit fit;
  } cases[] = {
      {"yes", "", Fit::kNo},     {"yes", "bob", Fit::kYes},
      {"no", "", Fit::kYes},     {"no", "bob", Fit::kNo},
      {"bob", "Bob", Fit::kYes}, {"bob", "bobby", Fit::kNo},
      {"bob", "", Fit::kNo},     {"*", "bob", Fit::kNo},
      {"no", "no", Fit::kNo},    {"bob@a.test", "bob@a.test", Fit::kYes},
  };
  for (const auto& c : cases) {
    Rule rule;
    rule.match.authenticated = {c.wanted};
    Message message;
    message.envelope.client.authenticated = c.login;
    EXPECT_EQ(FitOf(rule, message), c.fit) << c.wanted << ' ' << c.login;
  }
}

TEST(FitOf, Listener) {
  for (const char* fits : {"submission", "SUBMISSION", "587"}) {
    Rule rule;
    rule.match.listener = {"other", fits};
    EXPECT_EQ(FitOf(rule, Message()), Fit::kYes) << fits;
  }
  for (const char* other : {"smtpd", "25", "58", "*"}) {
    Rule rule;
    rule.match.listener = {other};
    EXPECT_EQ(FitOf(rule, Message()), Fit::kNo) << other;
  }
}

TEST(FitOf, Header) {
  Rule rule;
  rule.match.header = {ParseHeaderPattern("Subject: *[secure]*").value(),
                       ParseHeaderPattern("Sensitivity: company-confidential").value()};
  Message message;
  EXPECT_EQ(FitOf(rule, message), Fit::kNo) << "there are no headers";
  const struct {
    Header header;
    Fit fit;
  } cases[] = {
      {{"subject", "Re: [Secure] x"}, Fit::kYes},
      {{"SUBJECT", "[secure]"}, Fit::kYes},
      {{"Sensitivity", "Company-Confidential"}, Fit::kYes},
      {{"Sensitivity", "[secure]"}, Fit::kNo},
      {{"X-Subject", "[secure]"}, Fit::kNo},
      {{"Subject", "secure"}, Fit::kNo},
      {{"Subject", ""}, Fit::kNo},
  };
  for (const auto& c : cases) {
    message.envelope.headers = {{{"Subject", "first"}, c.header}};
    EXPECT_EQ(FitOf(rule, message), c.fit) << c.header.name << ": " << c.header.value;
  }
  message.envelope.headers.reset();
  EXPECT_EQ(FitOf(rule, message), Fit::kUnknown) << "at RCPT";
}

TEST(FitOf, AllKindsMustMatch) {
  Rule rule;
  rule.match.recipient_domain.Add(Pattern("a.test"));
  rule.match.transport = {"smtp"};
  rule.match.header = {ParseHeaderPattern("Subject: *").value()};
  Message message;
  message.envelope.headers.reset();
  EXPECT_EQ(FitOf(rule, message), Fit::kUnknown) << "the header decides";
  EXPECT_EQ(FirstMisfit(rule, message.Known(), kNow), "header");
  message.envelope.headers = {{{"Subject", "x"}}};
  EXPECT_EQ(FitOf(rule, message), Fit::kYes);
  EXPECT_EQ(FirstMisfit(rule, message.Known(), kNow), "");
  message.envelope.headers.reset();
  message.transport = "relay";
  EXPECT_EQ(FitOf(rule, message), Fit::kNo) << "whatever the header will be";
  EXPECT_EQ(FirstMisfit(rule, message.Known(), kNow), "transport");
}

TEST(FitOf, UntilItsEnd) {
  Rule rule;
  rule.until = kNow;
  const Facts facts;
  EXPECT_EQ(FitOf(rule, facts, kNow - std::chrono::seconds(1)), Fit::kYes);
  EXPECT_EQ(FitOf(rule, facts, kNow), Fit::kNo) << "from then on";
  EXPECT_EQ(FitOf(rule, facts, kNow + std::chrono::seconds(1)), Fit::kNo);
  EXPECT_EQ(FirstMisfit(rule, facts, kNow), "until");
  rule.match.header = {ParseHeaderPattern("Subject: *").value()};
  EXPECT_EQ(FitOf(rule, facts, kNow), Fit::kNo) << "not unknown any more";
}

// Each kind of matcher alone: what a policy map can never know, and the key that `explain` names.
TEST(NeedsMessage, WhatAPolicyMapNeverKnows) {
  const struct {
    const char* key;
    bool needs;
    void (*set)(Matchers&);
  } cases[] = {
      {"recipient-domain", false, [](Matchers& m) { m.recipient_domain.Add(Pattern("x.test")); }},
      {"next-hop", false, [](Matchers& m) { m.next_hop.exact.insert("[x.test]"); }},
      {"next-hop", false, [](Matchers& m) { m.next_hop.domains.Add(Pattern("x.test")); }},
      {"mx-host", false, [](Matchers& m) { m.mx_host.Add(Pattern("x.test")); }},
      {"sender-domain", true, [](Matchers& m) { m.sender_domain.Add(Pattern("x.test")); }},
      {"recipient", true, [](Matchers& m) { m.recipient = Addresses("x@x.test"); }},
      {"sender", true, [](Matchers& m) { m.sender = Addresses("<>"); }},
      {"transport", true, [](Matchers& m) { m.transport = {"x"}; }},
      {"client-address", true,
       [](Matchers& m) { m.client_address.Add(ParseAddressRange("10.0.0.0/8").value()); }},
      {"client-name", true, [](Matchers& m) { m.client_name.Add(Pattern("x.test")); }},
      {"authenticated", true, [](Matchers& m) { m.authenticated = {"yes"}; }},
      {"listener", true, [](Matchers& m) { m.listener = {"x"}; }},
      {"header", true,
       [](Matchers& m) {
         m.header = {{"x", "*"}};
       }},
  };
  EXPECT_FALSE(NeedsMessage(Rule()));
  for (const auto& c : cases) {
    SCOPED_TRACE(c.key);
    Rule rule;
    c.set(rule.match);
    EXPECT_EQ(NeedsMessage(rule), c.needs);
    const Message message;
    EXPECT_EQ(FitOf(rule, message), Fit::kNo);
    EXPECT_EQ(FirstMisfit(rule, message.Known(), kNow), c.key);
    EXPECT_EQ(tlswarden::FitOf(rule, Facts(), kNow), Fit::kUnknown);
    EXPECT_EQ(FirstMisfit(rule, Facts(), kNow), c.key);
  }
}

}  // namespace
}  // namespace tlswarden
