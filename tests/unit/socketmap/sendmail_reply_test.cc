#include "socketmap/sendmail_reply.h"

#include <gtest/gtest.h>

#include "policy/judge.h"
#include "policy/message_tag.h"
#include "tests/unit/socketmap/build.h"

namespace tlswarden {
namespace {

Evidence Unanswered(std::string_view domain) {
  return Seen(domain, Mx(Security::kIndeterminate, {}));
}

Evidence DaneAndSts(std::string_view domain) {
  Evidence evidence = OneHostWithSts(domain);
  evidence.mx.hosts = {Host("mx." + evidence.next_hop.domain.ascii, HostDane::kUsable)};
  return evidence;
}

Verdict Judged(const Evidence& evidence, const Outbound& outbound = {}) {
  return Judge({evidence.next_hop, evidence.next_hop.domain}, evidence, outbound, kNow);
}

std::string Message(const Verdict& verdict) { return SendmailMessageReply(verdict, verdict); }

std::string Tagged(const Evidence& evidence, std::string_view tag, const Outbound& outbound = {}) {
  Question question{evidence.next_hop, evidence.next_hop.domain};
  question.order = OrderOf(tag, outbound.rules);
  return SendmailMessageReply(Judge(question, evidence, outbound, kNow),
                              Judged(evidence, outbound));
}

TEST(SendmailReplyTest, ThePolicyMap) {
  EXPECT_EQ(SendmailReply(Judged(OneHost("a.test", HostDane::kNone))), "NOTFOUND ");
  EXPECT_EQ(SendmailReply(Judged(OneHost("a.test", HostDane::kUsable))), "OK dane-only");
  EXPECT_EQ(SendmailReply(Judged(OneHostWithSts("a.test"))),
            "OK secure match=mx.a.test servername=hostname");
  EXPECT_EQ(SendmailReply(Judged(OneHost("a.test", HostDane::kFailed))),
            "TEMP dnssec-invalid: TLSA lookup failed");
}

// Whoever doesn't do DANE has to hold to the MTA-STS policy.
TEST(SendmailReplyTest, AnMtaStsPolicyBesideDane) {
  const Verdict verdict = Judged(DaneAndSts("a.test"));
  ASSERT_EQ(verdict.level, TlsLevel::kDaneOnly);
  EXPECT_EQ(SendmailReply(verdict), "OK secure match=mx.a.test servername=hostname");
  EXPECT_EQ(Message(verdict), "OK secure");
  Outbound observing;
  observing.mode = Mode::kObserve;
  EXPECT_EQ(SendmailReply(Judged(DaneAndSts("a.test"), observing)), "NOTFOUND ");
}

TEST(SendmailReplyTest, AMessageWithoutATag) {
  EXPECT_EQ(Message(Judged(OneHost("a.test", HostDane::kNone))), "OK none");
  EXPECT_EQ(Message(Judged(OneHost("a.test", HostDane::kUsable))), "OK encrypt");
  EXPECT_EQ(Message(Judged(OneHost("a.test", HostDane::kUnusable))), "OK encrypt");
  EXPECT_EQ(Message(Judged(OneHostWithSts("a.test"))), "OK secure");
  EXPECT_EQ(Message(Judged(OneHost("a.test", HostDane::kFailed))),
            "TEMP dnssec-invalid: TLSA lookup failed");
  EXPECT_EQ(Message(Judged(Unanswered("a.test"))), "TEMP validation-failure: MX lookup failed");
  const Outbound encrypt = OneRule(Mode::kEnforce, OnFailure::kDefer, Requirement::kEncrypt);
  EXPECT_EQ(Message(Judged(OneHost("a.test", HostDane::kNone), encrypt)), "OK encrypt");
}

TEST(SendmailReplyTest, ATagIsAnOrder) {
  const Evidence nothing = OneHost("a.test", HostDane::kNone);
  const Evidence sts = OneHostWithSts("a.test");
  const Evidence dane = OneHost("a.test", HostDane::kUsable);
  EXPECT_EQ(Tagged(nothing, "encrypt"), "OK encrypt");
  EXPECT_EQ(Tagged(sts, "encrypt"), "OK secure");
  EXPECT_EQ(Tagged(dane, "encrypt"), "OK encrypt");
  EXPECT_EQ(Tagged(sts, "authenticated"), "OK secure");
  EXPECT_TRUE(Tagged(nothing, "authenticated").starts_with("TEMP validation-failure: "));
  EXPECT_EQ(Tagged(dane, "authenticated"),
            "TEMP authenticated TLS is required, and Sendmail doesn't do DANE");
  EXPECT_EQ(Tagged(dane, "dane"),
            "TEMP authenticated TLS is required, and Sendmail doesn't do DANE");
  EXPECT_EQ(Tagged(sts, "none"), "OK none");
  for (const char* tag : {"published", "encrypt", "authenticated", "dane"}) {
    EXPECT_EQ(Tagged(Unanswered("a.test"), tag), "TEMP validation-failure: MX lookup failed")
        << tag;
  }
}

TEST(SendmailReplyTest, PinsOfOneMessageWait) {
  Rule rule;
  rule.name = "pin";
  rule.outbound.require = Requirement::kPinned;
  rule.outbound.match = {ParseDomainPattern("mx.a.test").value()};
  rule.outbound.minimum_tls = TlsVersion::kTls12;
  const Evidence evidence = OneHost("a.test", HostDane::kNone);
  // For the domain, FEATURE(`sts') compares the names; nothing may stand behind them.
  Outbound orders{Mode::kEnforce, OnFailure::kDefer, Rules({rule})};
  EXPECT_EQ(SendmailReply(Judged(evidence, orders)),
            "OK secure match=mx.a.test servername=hostname");
  EXPECT_EQ(Tagged(evidence, "rule-pin", orders), "OK secure");
  rule.match.header.push_back({"subject", "*"});
  orders.rules = Rules({rule});
  EXPECT_TRUE(Tagged(evidence, "rule-pin", orders).starts_with("TEMP Sendmail compares the names"));
  rule.outbound.match.clear();
  rule.outbound.fingerprints = {"AB"};
  rule.match.header.clear();
  orders.rules = Rules({rule});
  EXPECT_EQ(SendmailReply(Judged(evidence, orders)), "TEMP Sendmail can't compare fingerprints");
}

// A rule excepts the domain, so FEATURE(`sts') is told of no names; one message demands them.
TEST(SendmailReplyTest, NamesThatTheDomainsAnswerDoesNotHaveWait) {
  Outbound excepted = OneRule(Mode::kEnforce, OnFailure::kDefer, Requirement::kNone);
  for (const Evidence& evidence : {OneHostWithSts("a.test"), DaneAndSts("a.test")}) {
    ASSERT_EQ(SendmailReply(Judged(evidence, excepted)), "NOTFOUND ");
    for (const char* tag : {"published", "encrypt", "authenticated"}) {
      EXPECT_TRUE(Tagged(evidence, tag, excepted).starts_with("TEMP Sendmail compares the names"))
          << tag;
    }
  }
  EXPECT_EQ(Tagged(OneHost("a.test", HostDane::kNone), "encrypt", excepted), "OK encrypt");
  // Another rule's names are others.
  Rule rule;
  rule.name = "pin";
  rule.outbound.require = Requirement::kPinned;
  rule.outbound.match = {ParseDomainPattern("other.test").value()};
  const Outbound pinned{Mode::kEnforce, OnFailure::kDefer, Rules({rule})};
  EXPECT_TRUE(Tagged(OneHostWithSts("a.test"), "authenticated", pinned).starts_with("TEMP "));
}

TEST(SendmailReplyTest, ObserveDemandsNothingOfAMessage) {
  Outbound observing;
  observing.mode = Mode::kObserve;
  EXPECT_EQ(Message(Judged(OneHostWithSts("a.test"), observing)), "OK none");
}

TEST(SendmailReplyTest, WithoutADomain) {
  for (const char* lax : {"none", "published", "default"}) {
    EXPECT_EQ(SendmailReplyWithoutDomain(lax), "OK none") << lax;
  }
  EXPECT_EQ(SendmailReplyWithoutDomain(std::nullopt), "OK none");
  EXPECT_EQ(SendmailReplyWithoutDomain("encrypt"), "OK encrypt");
  for (const char* strict : {"authenticated", "dane", "rule-x"}) {
    EXPECT_TRUE(SendmailReplyWithoutDomain(strict).starts_with("TEMP ")) << strict;
  }
}

}  // namespace
}  // namespace tlswarden
