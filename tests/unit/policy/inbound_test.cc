#include "policy/inbound.h"

#include <gtest/gtest.h>

#include "tests/unit/policy/build.h"

namespace tlswarden {
namespace {

InboundTls Session(TlsVersion version = TlsVersion::kTls13) {
  InboundTls tls;
  tls.version = version;
  tls.cipher = "ECDHE-RSA-AES256-GCM-SHA384";
  tls.bits = 256;
  return tls;
}

// Postfix names a certificate only when it trusts it, by its bare common name.
InboundTls PostfixCertificate() {
  InboundTls tls = Session();
  tls.has_certificate = tls.certificate_trusted = true;
  tls.certificate_subject = "client.partner.test";
  tls.certificate_issuer = "Partner Root CA";
  return tls;
}

// Sendmail names any.
InboundTls SendmailCertificate(bool trusted) {
  InboundTls tls = PostfixCertificate();
  tls.certificate_trusted = trusted;
  tls.certificate_subject = "/CN=client.partner.test";
  tls.certificate_issuer = "/CN=Partner+20Root+20CA";
  return tls;
}

InboundDemand Least(TlsVersion version) {
  InboundDemand demand;
  demand.minimum_tls = version;
  return demand;
}

std::string Reason(const InboundDemand& demand, const InboundTls& tls) {
  const std::optional<InboundFailure> failure = ShortOf(demand, tls);
  if (!failure) return "good";
  return (failure->no_tls ? "no TLS: " : "") + failure->reason;
}

TEST(ShortOf, Versions) {
  const TlsVersion all[] = {TlsVersion::kSsl3,  TlsVersion::kTls10, TlsVersion::kTls11,
                            TlsVersion::kTls12, TlsVersion::kTls13, TlsVersion::kUnknown};
  for (TlsVersion minimum : all) {
    if (minimum == TlsVersion::kSsl3 || minimum == TlsVersion::kUnknown) continue;
    EXPECT_EQ(Reason(Least(minimum), InboundTls()), "no TLS: TLS is required");
    for (TlsVersion used : all) {
      const bool good = used >= minimum && used != TlsVersion::kUnknown;
      EXPECT_EQ(Reason(Least(minimum), Session(used)) == "good", good)
          << ToString(minimum) << ' ' << ToString(used);
      EXPECT_EQ(Reason(InboundDemand(), Session(used)), "good") << "nothing is demanded";
    }
  }
  EXPECT_EQ(Reason(InboundDemand(), InboundTls()), "good");
  EXPECT_EQ(Reason(Least(TlsVersion::kTls12), Session(TlsVersion::kTls10)),
            "TLS 1.0 is used, but TLS 1.2 or newer is required");
  EXPECT_EQ(Reason(Least(TlsVersion::kTls10), Session(TlsVersion::kSsl3)),
            "SSLv3 is used, but TLS 1.0 or newer is required");
  EXPECT_EQ(Reason(Least(TlsVersion::kTls10), Session(TlsVersion::kUnknown)),
            "unknown is used, but TLS 1.0 or newer is required");
}

TEST(ShortOf, Bits) {
  InboundDemand demand;
  demand.minimum_bits = 128;
  InboundTls tls = Session();
  EXPECT_EQ(Reason(demand, InboundTls()), "no TLS: TLS is required");
  EXPECT_EQ(Reason(demand, tls), "good");
  tls.bits = 128;
  EXPECT_EQ(Reason(demand, tls), "good");
  tls.bits = 127;
  EXPECT_EQ(Reason(demand, tls), "a cipher of 127 bits is used, but 128 are required");
  tls.bits = 0;  // the MTA didn't say
  EXPECT_EQ(Reason(demand, tls), "a cipher of 0 bits is used, but 128 are required");
}

TEST(ShortOf, DeniedCiphers) {
  InboundDemand demand;
  demand.deny_cipher = {"*-CBC-*", "ecdhe-rsa-*"};
  EXPECT_EQ(Reason(demand, Session()), "the cipher ECDHE-RSA-AES256-GCM-SHA384 is not allowed");
  InboundTls tls = Session();
  tls.cipher = "TLS_AES_256_GCM_SHA384";
  EXPECT_EQ(Reason(demand, tls), "good");
  EXPECT_EQ(Reason(demand, InboundTls()), "no TLS: TLS is required")
      << "whoever forbids a weak cipher doesn't mean to allow none at all";
}

TEST(ShortOf, CertificatesOfPostfix) {
  InboundDemand any, trusted, subject, issuer;
  any.client_certificate = ClientCertificate::kAny;
  trusted.client_certificate = ClientCertificate::kTrusted;
  subject.certificate_subject = {"other.test", "*.partner.test"};
  issuer.certificate_issuer = {"Partner *"};
  for (const InboundDemand& demand : {any, trusted, subject, issuer}) {
    EXPECT_EQ(Reason(demand, InboundTls()), "no TLS: TLS is required");
    EXPECT_EQ(Reason(demand, Session()), "a client certificate is required");
    EXPECT_EQ(Reason(demand, PostfixCertificate()), "good");
  }
  InboundTls other = PostfixCertificate();
  other.certificate_subject = "client.partner.test.evil.test";
  EXPECT_EQ(Reason(subject, other), "the client certificate is for client.partner.test.evil.test");
  other = PostfixCertificate();
  other.certificate_issuer = "Evil CA";
  EXPECT_EQ(Reason(issuer, other), "the client certificate is issued by Evil CA");
  other.certificate_issuer.clear();
  EXPECT_EQ(Reason(issuer, other), "the client certificate is issued by ");
}

TEST(ShortOf, CertificatesOfSendmail) {
  InboundDemand any, trusted, both;
  any.client_certificate = ClientCertificate::kAny;
  trusted.client_certificate = ClientCertificate::kTrusted;
  both.client_certificate = ClientCertificate::kAny;  // a name is worth nothing without trust
  both.certificate_subject = {"/CN=client.partner.test"};
  both.certificate_issuer = {"*CN=Partner+20Root+20CA"};
  for (const InboundDemand& demand : {any, trusted, both}) {
    EXPECT_EQ(Reason(demand, SendmailCertificate(true)), "good");
  }
  EXPECT_EQ(Reason(any, SendmailCertificate(false)), "good");
  EXPECT_EQ(Reason(trusted, SendmailCertificate(false)), "the client certificate is not trusted");
  EXPECT_EQ(Reason(both, SendmailCertificate(false)), "the client certificate is not trusted");
  InboundTls other = SendmailCertificate(true);
  other.certificate_issuer = "/CN=Evil";
  EXPECT_EQ(Reason(both, other), "the client certificate is issued by /CN=Evil");
}

// Trusted without a certificate can't be; the demand holds all the same.
TEST(ShortOf, TrustNeedsACertificate) {
  InboundDemand demand;
  demand.client_certificate = ClientCertificate::kTrusted;
  InboundTls tls = Session();
  tls.certificate_trusted = true;
  EXPECT_EQ(Reason(demand, tls), "a client certificate is required");
}

Envelope From(std::string_view address, InboundTls tls) {
  Envelope envelope;
  envelope.client.address = ParseIpAddress(address);
  envelope.tls = std::move(tls);
  return envelope;
}

Inbound Enforced(std::vector<Rule> rules, TlsVersion minimum = TlsVersion::kTls12) {
  Inbound inbound;
  inbound.mode = Mode::kEnforce;
  inbound.demand = Least(minimum);
  inbound.rules = Rules(std::move(rules));
  return inbound;
}

Rule Partner(TlsVersion minimum) {
  Rule rule;
  rule.name = "partner";
  rule.direction = Direction::kInbound;
  rule.inbound = Least(minimum);
  return rule;
}

InboundVerdict Judged(const Envelope& envelope, const Inbound& inbound) {
  Facts facts;
  facts.envelope = &envelope;
  return JudgeInbound(facts, inbound, kNow);
}

std::string Said(const Envelope& envelope, const Inbound& inbound) {
  const InboundVerdict verdict = Judged(envelope, inbound);
  return std::string(ToString(verdict.action)) + ' ' + verdict.rule;
}

TEST(JudgeInbound, ThisMachineIsFreeUnlessARuleSaysOtherwise) {
  const Inbound section = Enforced({}), rule = Enforced({Partner(TlsVersion::kTls12)});
  for (const char* own : {"127.0.0.1", "127.9.9.9", "::1", "IPv6:::1"}) {
    EXPECT_EQ(Said(From(own, {}), section), "accept default") << own;
    EXPECT_EQ(Said(From(own, {}), rule), "reject partner") << own;
  }
  Envelope pickup;
  pickup.client.on_this_machine = true;
  EXPECT_EQ(Said(pickup, section), "accept default");
  EXPECT_EQ(Said(pickup, rule), "reject partner");
  EXPECT_EQ(Said(From("192.0.2.1", {}), section), "reject default");
  EXPECT_EQ(Said(Envelope(), section), "reject default") << "from nobody knows where";
  EXPECT_EQ(Said(From("192.0.2.1", Session()), section), "accept default");
}

TEST(JudgeInbound, ARuleReplacesTheSectionsDemand) {
  const Envelope old = From("192.0.2.1", Session(TlsVersion::kTls10));
  EXPECT_EQ(Said(old, Enforced({})), "reject default");
  EXPECT_EQ(Said(old, Enforced({Partner(TlsVersion::kNone)})), "accept partner");
  EXPECT_EQ(Said(old, Enforced({Partner(TlsVersion::kTls13)}, TlsVersion::kNone)),
            "reject partner");
}

TEST(JudgeInbound, EachFailureAction) {
  const struct {
    OnFailure on_failure;
    Action action;
  } cases[] = {
      {OnFailure::kDefer, Action::kDefer},   {OnFailure::kReject, Action::kReject},
      {OnFailure::kAccept, Action::kAccept}, {OnFailure::kQuarantine, Action::kQuarantine},
      {OnFailure::kRoute, Action::kDefer},  // has no meaning here, so nothing is let in
  };
  const Envelope plain = From("192.0.2.1", {}), good = From("192.0.2.1", Session());
  for (const auto& c : cases) {
    Inbound section = Enforced({});
    section.on_failure = c.on_failure;
    EXPECT_EQ(Judged(plain, section).action, c.action);
    Rule own = Partner(TlsVersion::kTls12);
    own.on_failure = c.on_failure;
    const InboundVerdict verdict = Judged(plain, Enforced({own}));
    EXPECT_EQ(verdict.action, c.action);
    ASSERT_TRUE(verdict.failure);
    EXPECT_TRUE(verdict.failure->no_tls);
    EXPECT_EQ(verdict.by->name, "partner");
    EXPECT_EQ(Judged(good, Enforced({own})).action, Action::kAccept);
  }
}

TEST(JudgeInbound, Modes) {
  const Envelope plain = From("192.0.2.1", {});
  Inbound inbound = Enforced({});
  inbound.mode = Mode::kObserve;
  EXPECT_EQ(Said(plain, inbound), "reject default");
  EXPECT_EQ(ActionTaken(Judged(plain, inbound)), Action::kAccept);
  EXPECT_EQ(Inbound().mode, Mode::kObserve) << "nothing is refused unless asked for";
  Rule enforced = Partner(TlsVersion::kTls12);
  enforced.mode = Mode::kEnforce;
  inbound.rules = Rules({enforced});
  EXPECT_EQ(ActionTaken(Judged(plain, inbound)), Action::kReject);
}

TEST(JudgeInbound, ATrialChangesNothing) {
  Rule trial = Partner(TlsVersion::kTls13);
  trial.name = "trial";
  trial.mode = Mode::kObserve;
  const Envelope session = From("192.0.2.1", Session(TlsVersion::kTls12));
  const InboundVerdict verdict = Judged(session, Enforced({trial}));
  EXPECT_EQ(verdict.action, Action::kAccept);
  EXPECT_EQ(verdict.rule, "default");
  EXPECT_FALSE(verdict.failure);
  ASSERT_TRUE(verdict.trial);
  EXPECT_EQ(verdict.trial->action, Action::kReject);
  EXPECT_EQ(verdict.trial->rule, "trial");
  EXPECT_TRUE(verdict.trial->failure);
  EXPECT_FALSE(Judged(session, Enforced({Partner(TlsVersion::kNone), trial})).trial);
}

TEST(JudgeInbound, WaitsForTheRecipient) {
  Rule rule = Partner(TlsVersion::kNone);
  rule.match.recipient_domain.Add(ParseDomainPattern("a.test").value());
  const Inbound inbound = Enforced({rule});
  const Envelope plain = From("192.0.2.1", {});
  const InboundVerdict at_mail = Judged(plain, inbound);
  EXPECT_FALSE(at_mail.decided);
  EXPECT_EQ(at_mail.action, Action::kReject) << "as it stands";
  for (const char* domain : {"a.test", "b.test"}) {
    const Domain recipient_domain = Name(domain);
    Facts facts;
    facts.envelope = &plain;
    facts.recipient_domain = &recipient_domain;
    const InboundVerdict at_rcpt = JudgeInbound(facts, inbound, kNow);
    EXPECT_TRUE(at_rcpt.decided);
    EXPECT_EQ(at_rcpt.rule, recipient_domain == Name("a.test") ? "partner" : "default");
  }
  EXPECT_TRUE(Judged(plain, Enforced({Partner(TlsVersion::kTls12), rule})).decided)
      << "the rule that waits comes too late";
}

}  // namespace
}  // namespace tlswarden
