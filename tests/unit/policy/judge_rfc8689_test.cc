// What a message itself demands of its delivery, or lifts (RFC 8689).
#include <gtest/gtest.h>

#include "policy/judge.h"
#include "tests/unit/policy/envelopes.h"
#include "tests/unit/policy/orders_build.h"

namespace tlswarden {
namespace {

TEST(RequireTlsMessage, DemandsAuthentication) {
  const struct {
    const char* what;
    Evidence evidence;
    std::vector<Rule> rules;
    const char* said;
  } cases[] = {
      {"STS", WithSts("enforce", "mx.a.test"), {}, "secure accept default"},
      {"DANE", Dane(), {}, "dane-only accept default"},
      {"nothing published", Plain(), {}, "undecided reject default"},
      {"testing is nothing", WithSts("testing", "mx.a.test"), {}, "undecided reject default"},
      {"STS that fails", WithSts("enforce", "b.test"), {}, "secure reject default"},
      {"an exception", Plain(), {Demanding(Requirement::kNone)}, "undecided reject r"},
      {"encrypt", Plain(), {Demanding(Requirement::kEncrypt)}, "undecided reject r"},
      {"on-failure = accept",
       Plain(),
       {Demanding(Requirement::kEncrypt, OnFailure::kAccept)},
       "undecided reject r"},
      {"a rule that demands the same, but lets it go",
       Plain(),
       {Demanding(Requirement::kAuthenticated, OnFailure::kAccept)},
       "undecided reject r"},
      {"a rule that demands more, but lets it go",
       Plain(),
       {Demanding(Requirement::kDane, OnFailure::kRoute)},
       "undecided reject r"},
      {"pinned", Plain(), {Pinned()}, "secure accept r"},
      {"MX lookup fails", NoMx(Security::kIndeterminate), {}, "undecided defer default"},
      {"bogus MX", NoMx(Security::kBogus), {}, "undecided defer default"},
      {"TLSA lookup fails",
       Seen("a.test", Hosts(Security::kSecure, HostDane::kFailed)),
       {},
       "dane-only defer default"},
  };
  for (const auto& c : cases) {
    for (OnFailure on_failure : kAllOnFailures) {
      EXPECT_EQ(Said(c.evidence, Orders(c.rules, on_failure), &RequireTls()), c.said)
          << c.what << ' ' << ToString(on_failure);
    }
  }
}

// RFC 8689 section 5: a bounce should arrive even where the next hop can't do it.
TEST(RequireTlsMessage, ABounceIsHeldToNothingMore) {
  Envelope bounce = RequireTls();
  bounce.sender = {};
  Question question = Ask("a.test");
  question.envelope = &bounce;
  const Verdict verdict = Judge(question, Plain(), Outbound(), kNow);
  EXPECT_EQ(verdict.action, Action::kAccept);
  EXPECT_FALSE(verdict.requiretls);
}

TEST(RequireTlsMessage, IsTold) {
  Question question = Ask("a.test");
  question.envelope = &RequireTls();
  EXPECT_TRUE(Judge(question, Plain(), Outbound(), kNow).requiretls);
  const Outbound same = Orders({Demanding(Requirement::kAuthenticated)});
  EXPECT_TRUE(Judge(question, Plain(), same, kNow).requiretls) << "so that 5.7.30 is said";
  EXPECT_FALSE(Judge(Ask("a.test"), Plain(), same, kNow).requiretls);
}

TEST(TlsRequiredNo, LiftsOnlyWhatIsPublished) {
  Rule versions = Demanding(Requirement::kPublished), ciphers = versions;
  versions.outbound.minimum_tls = TlsVersion::kTls12;
  ciphers.outbound.ciphers = "high";
  const Evidence sts = WithSts("enforce", "b.test");
  const struct {
    const char* what;
    Evidence evidence;
    std::vector<Rule> rules;
    const char* said;
  } cases[] = {
      {"STS", sts, {}, "may accept default"},
      {"DANE", Dane(), {}, "may accept default"},
      {"a rule for what is published", sts, {Demanding(Requirement::kPublished)}, "may accept r"},
      {"encrypt", Plain(), {Demanding(Requirement::kEncrypt)}, "encrypt accept r"},
      {"encrypt, DANE", Dane(), {Demanding(Requirement::kEncrypt)}, "dane-only accept r"},
      {"authenticated", Plain(), {Demanding(Requirement::kAuthenticated)}, "undecided reject r"},
      {"pinned", Plain(), {Pinned()}, "secure accept r"},
      {"a least version of the operator's", Dane(), {versions}, "dane-only accept r"},
      {"ciphers of the operator's", Dane(), {ciphers}, "dane-only accept r"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(Said(c.evidence, Orders(c.rules, OnFailure::kReject), &TlsNotRequired()), c.said)
        << c.what;
  }
  Envelope both = RequireTls();
  both.tls_required_no = true;
  EXPECT_EQ(Said(Plain(), Orders({}), &both), "undecided reject default") << "REQUIRETLS wins";
}

}  // namespace
}  // namespace tlswarden
