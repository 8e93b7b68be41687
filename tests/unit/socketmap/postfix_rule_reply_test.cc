// What rules make of a policy map's answer, byte for byte.
#include <gtest/gtest.h>

#include "policy/judge.h"
#include "socketmap/postfix_reply.h"
#include "tests/unit/policy/build.h"

namespace tlswarden {
namespace {

Verdict At(TlsLevel level, const OutboundDemand& demand) {
  Rule rule;
  rule.outbound = demand;
  Verdict verdict;
  verdict.level = level;
  verdict.by = std::make_shared<const Rule>(rule);
  verdict.policy_domain = Name("a.test");
  verdict.pinned = demand.require == Requirement::kPinned;
  if (level == TlsLevel::kSecure && !verdict.pinned) {
    verdict.sts = Policy(PolicyText("enforce", {"mx.a.test"}));
  }
  return verdict;
}

std::string Said(TlsLevel level, const OutboundDemand& demand) {
  return PostfixReply(At(level, demand), false);
}

OutboundDemand Pins(std::initializer_list<std::string_view> names) {
  OutboundDemand demand;
  demand.require = Requirement::kPinned;
  for (std::string_view name : names) demand.match.push_back(ParseDomainPattern(name).value());
  return demand;
}

TEST(PostfixReply, PinnedNames) {
  const struct {
    std::initializer_list<std::string_view> names;
    const char* match;
  } cases[] = {
      {{"mx.partner.test"}, "mx.partner.test"},
      {{"*.partner.test"}, ".partner.test"},
      {{"partner.test/*"}, "partner.test:.partner.test"},
      {{"a.test", "*.b.test", "c.test/*", "d.test"}, "a.test:.b.test:c.test:.c.test:d.test"},
      {{"B\xc3\xbc\x63her.test"}, "xn--bcher-kva.test"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(Said(TlsLevel::kSecure, Pins(c.names)),
              "OK secure match=" + std::string(c.match) + " servername=hostname");
  }
  EXPECT_EQ(PostfixReply(At(TlsLevel::kSecure, Pins({"a.test"})), true),
            "OK secure match=a.test servername=hostname")
      << "no policy of the domain's is applied, so there is none to report";
}

TEST(PostfixReply, PinnedFingerprints) {
  OutboundDemand demand = Pins({});
  demand.fingerprints = {"AB:01"};
  EXPECT_EQ(Said(TlsLevel::kFingerprint, demand), "OK fingerprint match=AB:01");
  demand.fingerprints = {"AB:01", "CD:02"};
  demand.minimum_tls = TlsVersion::kTls12;
  EXPECT_EQ(Said(TlsLevel::kFingerprint, demand),
            "OK fingerprint match=AB:01|CD:02 protocols=!SSLv2:!SSLv3:!TLSv1:!TLSv1.1");
}

TEST(PostfixReply, Versions) {
  const struct {
    TlsVersion minimum;
    const char* attribute;
  } cases[] = {
      {TlsVersion::kNone, ""},
      {TlsVersion::kTls10, ""},  // Postfix's own default
      {TlsVersion::kTls11, " protocols=!SSLv2:!SSLv3:!TLSv1"},
      {TlsVersion::kTls12, " protocols=!SSLv2:!SSLv3:!TLSv1:!TLSv1.1"},
      {TlsVersion::kTls13, " protocols=!SSLv2:!SSLv3:!TLSv1:!TLSv1.1:!TLSv1.2"},
  };
  for (const auto& c : cases) {
    OutboundDemand demand;
    demand.minimum_tls = c.minimum;
    const std::string attribute = c.attribute;
    EXPECT_EQ(Said(TlsLevel::kEncrypt, demand), "OK encrypt" + attribute);
    EXPECT_EQ(Said(TlsLevel::kDane, demand), "OK dane" + attribute);
    EXPECT_EQ(Said(TlsLevel::kDaneOnly, demand), "OK dane-only" + attribute);
    EXPECT_EQ(Said(TlsLevel::kSecure, demand),
              "OK secure match=mx.a.test servername=hostname" + attribute);
    EXPECT_EQ(Said(TlsLevel::kMay, demand), "NOTFOUND ") << "no TLS is demanded";
  }
}

TEST(PostfixReply, VersionsAndCiphers) {
  OutboundDemand demand;
  demand.ciphers = "high";
  EXPECT_EQ(Said(TlsLevel::kEncrypt, demand), "OK encrypt ciphers=high");
  demand.minimum_tls = TlsVersion::kTls13;
  EXPECT_EQ(Said(TlsLevel::kDaneOnly, demand),
            "OK dane-only protocols=!SSLv2:!SSLv3:!TLSv1:!TLSv1.1:!TLSv1.2 ciphers=high");
  EXPECT_EQ(PostfixReply(At(TlsLevel::kSecure, demand), true),
            "OK secure match=mx.a.test servername=hostname "
            "protocols=!SSLv2:!SSLv3:!TLSv1:!TLSv1.1:!TLSv1.2 ciphers=high policy_type=sts "
            "policy_domain=a.test mx_host_pattern=mx.a.test { policy_string = version: STSv1 } "
            "{ policy_string = mode: enforce } { policy_string = mx: mx.a.test } "
            "{ policy_string = max_age: 604800 }");
}

TEST(PostfixReply, AnObservedRuleSaysNothing) {
  Verdict verdict = At(TlsLevel::kSecure, Pins({"a.test"}));
  verdict.observed = true;
  EXPECT_EQ(PostfixReply(verdict, false), "NOTFOUND ");
}

// Postfix 3.10 fails a session for which it is told of a policy_failure.
TEST(PostfixReply, AnUnmetRuleThatLetsGoFailsNoSession) {
  Evidence evidence =
      Seen("a.test", Mx(Security::kSecure, {Host("mx1.a.test", HostDane::kNone),
                                            Host("mx2.a.test", HostDane::kUnresolved)}));
  evidence.sts.learned = Learned("enforce", {"*.a.test"});
  Rule rule;
  rule.outbound.require = Requirement::kDane;
  rule.on_failure = OnFailure::kAccept;
  const Verdict verdict =
      Judge(Ask("a.test"), evidence, {Mode::kEnforce, OnFailure::kDefer, Rules({rule})}, kNow);
  ASSERT_EQ(verdict.level, TlsLevel::kSecure);
  ASSERT_TRUE(verdict.failure);
  EXPECT_EQ(PostfixReply(verdict, true).find("policy_failure"), std::string::npos);
}

TEST(PostfixReply, PinsThatMustWait) {
  Verdict verdict = At(TlsLevel::kUndecided, Pins({"a.test"}));
  verdict.failure = Failure{ResultType::kDnssecInvalid, "MX lookup failed", true};
  EXPECT_EQ(PostfixReply(verdict, true), "TEMP dnssec-invalid: MX lookup failed");
}

}  // namespace
}  // namespace tlswarden
