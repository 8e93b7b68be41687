#include "daemon/rules_config.h"

#include <gtest/gtest.h>

#include "daemon/print.h"
#include "daemon/settings.h"

namespace tlswarden {
namespace {

// Of a rule for which `lines` stand, with what else it needs.
Loaded Outbound(const std::string& lines) {
  return ParseSettings("[milter]\nper-message = postfix\n[rule.a]\n" + lines, "f");
}

Loaded Inbound(const std::string& lines) {
  return ParseSettings("\n\n[rule.a]\ndirection = inbound\n" + lines, "f");
}

Rule Read(const Loaded& loaded) {
  EXPECT_EQ(loaded.errors, std::vector<std::string>{});
  return loaded.settings.rules.at(0);
}

TEST(RulesConfig, GoodRules) {
  const Loaded loaded = ParseSettings(
      "[rule.bank]\n"
      "recipient-domain = Bank.Example, *.bank.example\n"
      "recipient-domain = sister.example\n"
      "require = authenticated\n"
      "on-failure = reject\n"
      "\n"
      "[rule.Open-1_x]\n"
      "direction = outbound\n"
      "require = none\n"
      "recipient-domain = open.example\n",
      "f");
  EXPECT_TRUE(loaded.errors.empty());
  EXPECT_TRUE(loaded.warnings.empty());
  const std::vector<Rule>& rules = loaded.settings.rules;
  ASSERT_EQ(rules.size(), 2U);
  Rule bank;
  bank.name = "bank";
  bank.line = 1;
  for (const char* pattern : {"bank.example", "*.bank.example", "sister.example"}) {
    bank.match.recipient_domain.Add(ParseDomainPattern(pattern).value());
  }
  bank.outbound.require = Requirement::kAuthenticated;
  bank.on_failure = OnFailure::kReject;
  EXPECT_EQ(rules[0], bank);
  Rule open;
  open.name = "Open-1_x";
  open.line = 7;
  open.match.recipient_domain.Add(ParseDomainPattern("open.example").value());
  open.outbound.require = Requirement::kNone;
  EXPECT_EQ(rules[1], open);
  EXPECT_EQ(loaded.rules, rules);
}

TEST(RulesConfig, DomainsCountOnce) {
  const Loaded loaded = ParseSettings(
      "[rule.a]\nrequire = dane\nrecipient-domain = a.example A.example.\n"
      "recipient-domain = b.example a.example\n",
      "f");
  EXPECT_TRUE(loaded.errors.empty());
  EXPECT_EQ(loaded.settings.rules.at(0).match.recipient_domain.patterns().size(), 2U);
}

TEST(RulesConfig, EveryMatcher) {
  const Rule rule = Read(Outbound(R"(require = encrypt
recipient = User@Example.com b.example/*
sender-domain = s.example
sender = <> boss@s.example
next-hop = [mx.example]:587 n.example p.example:25
mx-host = *.mail.example
transport = smtp relay*
client-address = 192.0.2.0/24 2001:db8::1
client-name = c.example
authenticated = Yes Bob
listener = submission 465
header = Subject: *[secure]*
header = sensitivity:Company-Confidential
)"));
  EXPECT_EQ(rule.match.recipient.written(),
            (std::vector<std::string>{"user@example.com", "b.example/*"}));
  EXPECT_TRUE(rule.match.sender_domain.Contains(Domain{"s.example"}));
  EXPECT_EQ(rule.match.sender.written(), (std::vector<std::string>{"<>", "boss@s.example"}));
  EXPECT_EQ(rule.match.next_hop.exact, (TextSet{"[mx.example]:587", "p.example"}));
  EXPECT_TRUE(rule.match.next_hop.domains.Contains(Domain{"n.example"}));
  EXPECT_TRUE(rule.match.mx_host.Contains(Domain{"x.mail.example"}));
  EXPECT_EQ(rule.match.transport, (std::vector<std::string>{"smtp", "relay*"}));
  EXPECT_EQ(ToString(rule.match.client_address.ranges().at(0)), "192.0.2.0/24");
  EXPECT_EQ(ToString(rule.match.client_address.ranges().at(1)), "2001:db8::1");
  EXPECT_TRUE(rule.match.client_name.Contains(Domain{"c.example"}));
  EXPECT_EQ(rule.match.authenticated, (TextSet{"yes", "bob"}));
  EXPECT_EQ(rule.match.listener, (std::vector<std::string>{"submission", "465"}));
  EXPECT_EQ(rule.match.header,
            (std::vector<HeaderPattern>{{"subject", "*[secure]*"},
                                        {"sensitivity", "Company-Confidential"}}));
}

constexpr const char* kDigits =
    "AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89:"
    "AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89";
constexpr const char* kPlainDigits =
    "abcdef0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789";

TEST(RulesConfig, EveryOutboundDemand) {
  const Rule rule = Read(Outbound("recipient-domain = a.example\nrequire = pinned\nfingerprint = " +
                                  std::string(kPlainDigits) + R"(
minimum-tls = 1.3
ciphers = high
on-failure = route:gw:[gw.example]:10025
mode = enforce
reply = {recipient}: 100% {reason}
info-url = HTTPS://www.example/tls#why
until = 2027-06-30T18:00:01Z
notify = postmaster@example.com
)"));
  EXPECT_EQ(rule.outbound.require, Requirement::kPinned);
  EXPECT_EQ(rule.outbound.fingerprints, std::vector<std::string>{kDigits});
  EXPECT_EQ(rule.outbound.minimum_tls, TlsVersion::kTls13);
  EXPECT_EQ(rule.outbound.ciphers, "high");
  EXPECT_EQ(rule.on_failure, OnFailure::kRoute);
  EXPECT_EQ(rule.route, "gw:[gw.example]:10025");
  EXPECT_EQ(rule.mode, Mode::kEnforce);
  EXPECT_EQ(rule.reply, "{recipient}: 100% {reason}");
  EXPECT_EQ(rule.info_url, "HTTPS://www.example/tls#why");
  EXPECT_EQ(ToString(*rule.until), "2027-06-30T18:00:01Z");
  EXPECT_EQ(rule.notify, "postmaster@example.com");
}

TEST(RulesConfig, EveryInboundDemand) {
  const Rule rule = Read(Inbound(R"(client-address = 192.0.2.1
minimum-tls = 1.1
minimum-bits = 128
deny-cipher = *RC4* NULL*
client-certificate = trusted
certificate-subject = *Bank, AG*
certificate-subject = other
certificate-issuer = * CA 1
on-failure = quarantine
mode = observe
until = 2027-06-30
)"));
  EXPECT_EQ(rule.direction, Direction::kInbound);
  InboundDemand demand;
  demand.minimum_tls = TlsVersion::kTls11;
  demand.minimum_bits = 128;
  demand.deny_cipher = {"*RC4*", "NULL*"};
  demand.client_certificate = ClientCertificate::kTrusted;
  demand.certificate_subject = {"*Bank, AG*", "other"};
  demand.certificate_issuer = {"* CA 1"};
  EXPECT_EQ(rule.inbound, demand);
  EXPECT_EQ(rule.on_failure, OnFailure::kQuarantine);
  EXPECT_EQ(rule.mode, Mode::kObserve);
  EXPECT_EQ(ToString(*rule.until), "2027-06-30T00:00:00Z");
  EXPECT_EQ(Read(Inbound("minimum-tls = none\n")).inbound, InboundDemand());
  EXPECT_EQ(Read(Inbound("client-certificate = any\n")).inbound.client_certificate,
            ClientCertificate::kAny);
}

TEST(RulesConfig, EveryWord) {
  for (const Requirement require :
       {Requirement::kNone, Requirement::kPublished, Requirement::kEncrypt,
        Requirement::kAuthenticated, Requirement::kDane}) {
    for (const OnFailure on_failure :
         {OnFailure::kDefer, OnFailure::kReject, OnFailure::kAccept, OnFailure::kQuarantine}) {
      const Rule rule = Read(
          Outbound("recipient-domain = a.example\nrequire = " + std::string(ToString(require)) +
                   "\non-failure = " + std::string(ToString(on_failure))));
      EXPECT_EQ(rule.outbound.require, require);
      EXPECT_EQ(rule.on_failure, on_failure);
    }
  }
  for (const char* grade : {"high", "medium", "low"}) {
    EXPECT_EQ(Read(Outbound("require = encrypt\nciphers = " + std::string(grade))).outbound.ciphers,
              grade);
  }
}

// Each is the last line of a rule that is good without it.
TEST(RulesConfig, BadValues) {
  struct Case {
    const char* line;
    const char* reason;  // behind "f:N: [rule.a] LINE: "
  };
  constexpr Case kOutbound[] = {
      {"recipient-domain = a.example bad..name", "bad..name: empty label"},
      {"recipient-domain = @list", "a list is @PATH; the path begins with /"},
      {"transport = @/list", "can't be a list from a file"},
      {"recipient = @b.example", "a list is @PATH; the path begins with /"},
      {"sender = a@", "not an address of the form USER@DOMAIN"},
      {"next-hop = [192.0.2.1]", "an address has no policy; use a host's name"},
      {"next-hop = a.example:x", "neither a port number from 1 to 65535 nor a mail service"},
      {"client-address = 192.0.2.1/24",
       "the network's address has bits after its prefix; did you mean 192.0.2.0/24?"},
      {"client-address = host", "not an IP address or network, such as 192.0.2.0/24"},
      {"header = Subject", "not of the form NAME: PATTERN"},
      {"header = Subject:", "after the colon stands a pattern; * matches all"},
      {"fingerprint = AB:CD",
       "not a SHA-256 fingerprint: 64 hexadecimal digits, or 32 pairs with colons"},
      {"ciphers = best", "must be high, medium or low"},
      {"minimum-tls = 1.4", "must be none, 1.0, 1.1, 1.2 or 1.3"},
      {"on-failure = route:",
       "after route: stands a transport, such as route:gateway or "
       "route:smtp:[gateway.example]:10025"},
      {"on-failure = route", "must be defer, reject, quarantine, accept or route:TRANSPORT"},
      {"mode = off", "must be enforce or observe"},
      {"reply = {who}",
       "unknown placeholder {who}; there are {recipient} {domain} {reason} "
       "{result-type} {rule} {mx-host} {info-url}"},
      {"reply = {reason", "a brace without its partner"},
      {"reply = reason}", "a brace without its partner"},
      {"reply = caf\xc3\xa9", "may hold printable ASCII only"},
      {"info-url = www.example", "must begin with https:// or http://, and a host"},
      {"info-url = https://", "must begin with https:// or http://, and a host"},
      {"info-url = https://a b",
       "may hold printable ASCII only, without blanks; write others as "
       "%XX"},
      {"until = 2027-02-30", "not a time in UTC, such as 2027-06-30 or 2027-06-30T18:00:00Z"},
      {"until = 2027-02-28T24:00:00Z",
       "not a time in UTC, such as 2027-06-30 or 2027-06-30T18:00:00Z"},
      {"until = tomorrow", "not a time in UTC, such as 2027-06-30 or 2027-06-30T18:00:00Z"},
      {"notify = postmaster", "not an address of the form USER@DOMAIN"},
      {"notify = a b@c.example", "not an address of the form USER@DOMAIN"},
      {"minimum-bits = 128", "is for rules with direction = inbound only"},
      {"client-certificate = any", "is for rules with direction = inbound only"},
  };
  for (const Case& c : kOutbound) {
    SCOPED_TRACE(c.line);
    const std::string line = c.line;
    EXPECT_EQ(Outbound("require = encrypt\n" + line + "\n").errors,
              std::vector<std::string>{"f:5: [rule.a] " + line + ": " + c.reason});
  }
  constexpr Case kInbound[] = {
      {"require = dane", "has no meaning in a rule with direction = inbound"},
      {"mx-host = a.example", "has no meaning in a rule with direction = inbound"},
      {"notify = a@b.example", "has no meaning in a rule with direction = inbound"},
      {"minimum-bits = 0", "must be 1 to 4096"},
      {"client-certificate = yes", "must be any or trusted"},
  };
  for (const Case& c : kInbound) {
    SCOPED_TRACE(c.line);
    EXPECT_EQ(Inbound("minimum-tls = 1.2\n" + std::string(c.line) + "\n").errors,
              std::vector<std::string>{"f:6: [rule.a] " + std::string(c.line) + ": " + c.reason});
  }
}

TEST(RulesConfig, LongValues) {
  EXPECT_TRUE(Outbound("require = dane\nreply = " + std::string(300, 'x')).errors.empty());
  EXPECT_FALSE(Outbound("require = dane\nreply = " + std::string(301, 'x')).errors.empty());
  const std::string url = "https://" + std::string(192, 'x');
  EXPECT_TRUE(Outbound("require = dane\ninfo-url = " + url).errors.empty());
  EXPECT_FALSE(Outbound("require = dane\ninfo-url = " + url + "x").errors.empty());
  std::string lines = "require = dane\n";
  for (std::size_t i = 0; i <= 1000; ++i) lines += "listener = port" + std::to_string(i) + "\n";
  EXPECT_EQ(Outbound(lines).errors,
            std::vector<std::string>{
                "f:1005: [rule.a] listener = port1000: more than 1000 of these in one rule"});
}

// Parts that are good, but not together.
TEST(RulesConfig, Contradictions) {
  struct Case {
    std::string lines;
    std::string error;  // behind "f:3: [rule.a]"
  };
  const Case outbound[] = {
      {"", ": no require; set it to none, published, encrypt, authenticated, dane or pinned"},
      {"recipient-domain = a.example\n",
       ": no require; set it to none, published, encrypt, authenticated, dane or pinned"},
      {"require = none\n",
       ": no matcher, such as recipient-domain: it would lift every domain's policy"},
      {"require = pinned\n",
       " require = pinned: needs match, the names on the certificate, or fingerprint"},
      {"require = pinned\nmatch = a.example\nfingerprint = " + std::string(kDigits),
       " match, fingerprint: give one of them, not both"},
      {"require = dane\nreply = see {info-url}\n",
       " reply: {info-url} stands for nothing without info-url"},
      {"require = dane\nmatch = a.example\n", " match: goes with require = pinned only"},
      {"require = published\nminimum-tls = 1.2\n",
       " minimum-tls: with require = published mail may go without TLS; set require = encrypt or "
       "better"},
      {"sender = <>\nrequire = none\nciphers = high\n",
       " ciphers: with require = none mail may go without TLS; set require = encrypt or better"},
  };
  for (const Case& c : outbound) {
    SCOPED_TRACE(c.lines);
    EXPECT_EQ(Outbound(c.lines).errors, std::vector<std::string>{"f:3: [rule.a]" + c.error});
  }
  EXPECT_EQ(Inbound("client-address = ::1\n").errors,
            std::vector<std::string>{"f:3: [rule.a]: demands nothing; set minimum-tls, or "
                                     "minimum-tls = none for an exception"});
  EXPECT_EQ(Inbound("minimum-tls = 1.2\non-failure = route:gw\n").errors,
            std::vector<std::string>{
                "f:3: [rule.a] on-failure = route: has no meaning for mail that comes in"});
  // What is missing may be what was refused: one error is enough.
  EXPECT_EQ(Outbound("require = x\n").errors.size(), 1U);
  EXPECT_EQ(Outbound("require = pinned\nmatch = a..b\n").errors.size(), 1U);
}

// Without a way to the delivery, what only the milter sees can't be demanded.
TEST(RulesConfig, PerMessage) {
  struct Case {
    const char* per_message;
    const char* lines;
    bool good;
  };
  constexpr Case kCases[] = {
      {"off", "recipient-domain = a.example\nrequire = encrypt\n", true},
      {"off", "mx-host = a.example\nrequire = encrypt\n", true},
      {"off", "next-hop = a.example\nrequire = encrypt\n", true},
      {"off", "require = encrypt\n", true},
      {"off", "recipient = a@a.example\nrequire = encrypt\n", false},
      {"off", "sender = a@a.example\nrequire = published\n", false},
      {"off", "sender-domain = a.example\nrequire = none\n", false},
      {"off", "header = Subject: *\nrequire = encrypt\n", false},
      {"off", "client-address = ::1\nrequire = authenticated\n", false},
      {"off", "client-name = a.example\nrequire = dane\n", false},
      {"off", "authenticated = yes\nrequire = encrypt\n", false},
      {"off", "listener = 25\nrequire = encrypt\n", false},
      {"off", "transport = smtp\nrequire = encrypt\n", false},
      {"off", "sender = a@a.example\nrequire = encrypt\nmode = observe\n", true},
      {"off", "sender = a@a.example\ndirection = inbound\nminimum-tls = 1.2\n", true},
      {"off", "header = Subject: *\ndirection = inbound\nminimum-tls = 1.2\n", true},
      {"postfix", "sender = a@a.example\nrequire = encrypt\n", true},
      {"sendmail", "sender = a@a.example\nrequire = encrypt\n", true},
      {"off", "require = encrypt\non-failure = route:gw\n", false},
      {"sendmail", "require = encrypt\non-failure = route:gw\n", false},
      {"postfix", "require = encrypt\non-failure = route:gw\n", true},
  };
  for (const Case& c : kCases) {
    SCOPED_TRACE(std::string(c.per_message) + "\n" + c.lines);
    const Loaded loaded = ParseSettings(
        "[milter]\nper-message = " + std::string(c.per_message) + "\n[rule.a]\n" + c.lines, "f");
    EXPECT_EQ(loaded.errors.empty(), c.good);
    if (loaded.errors.empty()) continue;
    EXPECT_NE(loaded.errors.front().find("per-message"), std::string::npos);
    // Where nothing is enforced, nothing has to be held.
    const Loaded observed =
        ParseSettings("[outbound]\nmode = observe\n[rule.a]\n" + std::string(c.lines), "f");
    EXPECT_TRUE(observed.errors.empty());
  }
}

TEST(RulesConfig, PastEndsWarn) {
  const std::string text =
      "[rule.a]\nrecipient-domain = a.example\nrequire = none\nuntil = 2027-06-30\n";
  const Time end = *ParseTime("2027-06-30");
  EXPECT_TRUE(ParseSettings(text, "f", {nullptr, end - std::chrono::seconds(1)}).warnings.empty());
  EXPECT_EQ(ParseSettings(text, "f", {nullptr, end}).warnings,
            std::vector<std::string>{"f:1: [rule.a] until = 2027-06-30T00:00:00Z: the rule has "
                                     "ended and has no effect"});
}

}  // namespace
}  // namespace tlswarden
