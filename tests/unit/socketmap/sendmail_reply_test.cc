#include "socketmap/sendmail_reply.h"

#include <gtest/gtest.h>

#include "policy/judge.h"
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

std::string Message(const Verdict& verdict, std::string_view tag = "") {
  return SendmailMessageReply(verdict, ParseMessageTag(tag));
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
  const Outbound encrypt = Orders(Mode::kEnforce, OnFailure::kDefer, Requirement::kEncrypt);
  EXPECT_EQ(Message(Judged(OneHost("a.test", HostDane::kNone), encrypt)), "OK encrypt");
}

// With every tag: never less than without.
TEST(SendmailReplyTest, ATagOnlyRaises) {
  const Verdict nothing = Judged(OneHost("a.test", HostDane::kNone));
  const Verdict sts = Judged(OneHostWithSts("a.test"));
  const Verdict unanswered = Judged(Unanswered("a.test"));
  EXPECT_EQ(Message(nothing, "none"), "OK none");
  EXPECT_EQ(Message(nothing, "encrypt"), "OK encrypt");
  EXPECT_EQ(Message(sts, "none"), "OK secure");
  EXPECT_EQ(Message(sts, "encrypt"), "OK secure");
  for (const char* tag : {"authenticated", "dane", "rule-bank"}) {
    EXPECT_EQ(Message(sts, tag), "OK secure") << tag;
    EXPECT_EQ(Message(nothing, tag), "TEMP the message requires TLS at level " + std::string(tag) +
                                         ", and no MTA-STS policy says whom to trust");
    EXPECT_TRUE(Message(Judged(OneHost("a.test", HostDane::kUsable)), tag).starts_with("TEMP "))
        << "nobody at Sendmail compares the certificate with the TLSA record";
  }
  for (const char* tag : {"none", "encrypt", "authenticated", "dane", "rule-bank"}) {
    EXPECT_EQ(Message(unanswered, tag), "TEMP validation-failure: MX lookup failed") << tag;
  }
}

TEST(SendmailReplyTest, ObserveDemandsNothingOfAMessage) {
  Outbound observing;
  observing.mode = Mode::kObserve;
  EXPECT_EQ(Message(Judged(OneHostWithSts("a.test"), observing), "encrypt"), "OK none");
}

}  // namespace
}  // namespace tlswarden
