#include "report/session_event.h"

#include <gtest/gtest.h>

#include "policy/judge.h"
#include "report/reported_policy.h"
#include "tests/unit/policy/orders_build.h"
#include "tests/unit/report/read_log.h"

namespace tlswarden {
namespace {

std::string_view Word(TlsEvent::Outcome outcome) {
  switch (outcome) {
    case TlsEvent::Outcome::kSuccess:
      return "success";
    case TlsEvent::Outcome::kFailure:
      return "failure";
    case TlsEvent::Outcome::kDetailOnly:
      return "detail";
    case TlsEvent::Outcome::kUncounted:
      return "uncounted";
  }
  return "";
}

std::string Said(const std::optional<TlsEvent>& event) {
  if (!event) return "nothing";
  std::string text =
      std::string(Word(event->outcome)) + ' ' + event->policy.type + ' ' + event->policy.domain;
  for (const FailureDetail& detail : event->details) {
    text += ' ' + detail.result_type;
    if (!detail.failure_reason_code.empty()) text += ':' + detail.failure_reason_code;
  }
  return text;
}

Verdict Judged(const Evidence& evidence, const Outbound& orders = {}) {
  return Judge(Ask(ToString(evidence.next_hop)), evidence, orders, kNow);
}

std::string EventSaid(const LoggedSession& session, const Evidence& evidence,
                      const Outbound& orders = {}) {
  return Said(EventOf(session, Judged(evidence, orders), evidence));
}

LoggedSession Session(TlsReached reached, std::string word, std::string status = "sent") {
  LoggedSession session;
  session.domain = "a.test";
  session.tls.at = kNow;
  session.tls.mx_hostname = "mx.a.test";
  session.tls.mx_address = "192.0.2.1";
  session.tls.reached = reached;
  session.tls.word = std::move(word);
  session.status = std::move(status);
  return session;
}

LoggedSession Verified() { return Session(TlsReached::kAuthenticated, "Verified"); }
LoggedSession Untrusted() { return Session(TlsReached::kEncrypted, "Untrusted"); }
LoggedSession InTheClear() { return Session(TlsReached::kPlain, ""); }

LoggedSession Refused(std::string text) {
  LoggedSession session = Session(TlsReached::kUnknown, "", "deferred");
  session.text = std::move(text);
  return session;
}

LoggedSession BadCertificate(std::string why) {
  LoggedSession session = Session(TlsReached::kEncrypted, "Untrusted", "deferred");
  session.tls.certificate_failure = std::move(why);
  session.text = "Server certificate not verified";
  return session;
}

LoggedSession OfSendmail(LoggedSession session, std::string verify, std::string refusal = "") {
  session.tls.mta = LogMta::kSendmail;
  session.tls.word = std::move(verify);
  session.tls.refusal = std::move(refusal);
  return session;
}

Evidence Sts() { return WithSts("enforce", "mx.a.test"); }
Evidence Testing() { return WithSts("testing", "mx.a.test"); }

// What Postfix 3.12 itself reported for the same failures: (DANE) 203 and 202, (MTA-STS) 202, 204
// and 205 with reason, 201 by offer and by refusal, 205 tls-handshake-failure.
TEST(SessionEvent, FailuresAreNamedAsPostfix312DoesIt) {
  const std::string sts = "failure sts a.test ";
  for (const auto& [session, expected] : std::vector<std::pair<LoggedSession, std::string>>{
           {BadCertificate("num=62:hostname mismatch"), "certificate-host-mismatch"},
           {BadCertificate("num=64:IP address mismatch"), "certificate-host-mismatch"},
           {BadCertificate("certificate has expired"), "certificate-expired"},
           {BadCertificate("self-signed certificate"),
            "validation-failure:self-signed_certificate"},
           {BadCertificate("untrusted issuer /CN=Alien CA"),
            "validation-failure:unable_to_get_local_issuer_certificate"},
           {BadCertificate("certificate not yet valid"),
            "validation-failure:certificate_is_not_yet_valid"},
           {BadCertificate("num=66:EE certificate key too weak"),
            "validation-failure:EE_certificate_key_too_weak"},
           {BadCertificate("num=65:no matching DANE TLSA records"), "certificate-not-trusted"},
           {BadCertificate("not trusted by local or TLSA policy"), "certificate-not-trusted"},
           {BadCertificate(""), "validation-failure:server_certificate_not_verified"},
           {Refused("TLS is required, but was not offered by host mx.a.test[192.0.2.1]"),
            "starttls-not-supported"},
           {Refused("TLS is required, but host mx.a.test[192.0.2.1] refused to start TLS: 454 no"),
            "starttls-not-supported"},
           {Refused("Cannot start TLS: handshake failure"),
            "validation-failure:tls-handshake-failure"},
           {Refused("Sender requested REQUIRETLS, but TLS service was not offered by host x"),
            "starttls-not-supported"},
       }) {
    EXPECT_EQ(EventSaid(session, Sts()), sts + expected);
  }
  EXPECT_EQ(EventSaid(BadCertificate("num=65:no matching DANE TLSA records"), Dane()),
            "failure tlsa mx.a.test certificate-not-trusted");
  EXPECT_EQ(EventSaid(Refused("Cannot start TLS: handshake failure"), Plain()),
            "failure no-policy-found a.test validation-failure:tls-handshake-failure");
}

TEST(SessionEvent, AFailureSaysWhere) {
  const Evidence evidence = Sts();
  const auto event =
      EventOf(BadCertificate("num=62:hostname mismatch"), Judged(evidence), evidence);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->at, kNow);
  EXPECT_EQ(event->domain, "a.test");
  EXPECT_EQ(event->source, EventSource::kMailLog);
  EXPECT_EQ(event->reached, TlsReached::kEncrypted);
  ASSERT_EQ(event->details.size(), 1U);
  EXPECT_EQ(event->details[0].receiving_mx_hostname, "mx.a.test");
  EXPECT_EQ(event->details[0].receiving_ip, "192.0.2.1");
  EXPECT_EQ(event->details[0].sessions, 1);
}

TEST(SessionEvent, ASuccessIsUnderThePolicyThatWasApplied) {
  EXPECT_EQ(EventSaid(Verified(), Sts()), "success sts a.test");
  EXPECT_EQ(EventSaid(Verified(), Dane()), "success tlsa mx.a.test");
  EXPECT_EQ(EventSaid(Verified(), Plain()), "success no-policy-found a.test");
  EXPECT_EQ(EventSaid(Untrusted(), Plain()), "success no-policy-found a.test");
  // Nobody looked at the certificate; Postfix's own reports say success here too.
  EXPECT_EQ(EventSaid(Untrusted(), Testing()), "success no-policy-found a.test");
  EXPECT_EQ(EventSaid(Untrusted(), Sts()), "success no-policy-found a.test");
  EXPECT_EQ(EventSaid(Verified(), Plain(), Orders({Demanding(Requirement::kEncrypt)})),
            "success no-policy-found a.test");
}

TEST(SessionEvent, OtherTroubleAfterAGoodHandshakeIsASuccess) {
  LoggedSession session = Verified();
  session.status = "deferred";
  session.text = "host mx.a.test[192.0.2.1] said: 451 later (in reply to RCPT TO command)";
  EXPECT_EQ(EventSaid(session, Sts()), "success sts a.test");
  session.text = "Sender requested REQUIRETLS, but no server was found that supports REQUIRETLS";
  EXPECT_EQ(EventSaid(session, Sts()), "success sts a.test");
  // A server can't claim what Postfix would say.
  session.text = "host mx.a.test[192.0.2.1] said: 451 Cannot start TLS: handshake failure";
  EXPECT_EQ(EventSaid(session, Sts()), "success sts a.test");
  // A bad certificate that nothing was made of.
  session = Untrusted();
  session.tls.certificate_failure = "self-signed certificate";
  EXPECT_EQ(EventSaid(session, Plain()), "success no-policy-found a.test");
}

TEST(SessionEvent, AHostThatWasGivenUpForItsCertificateIsAFailure) {
  LoggedSession session = BadCertificate("num=62:hostname mismatch");
  session.status.clear();
  session.text.clear();
  EXPECT_EQ(EventSaid(session, Sts()), "failure sts a.test certificate-host-mismatch");
  session = Verified();
  session.status.clear();
  EXPECT_EQ(EventSaid(session, Sts()), "success sts a.test");
}

TEST(SessionEvent, InTheClear) {
  EXPECT_EQ(EventSaid(InTheClear(), Plain()), "uncounted no-policy-found a.test");
  EXPECT_EQ(EventSaid(InTheClear(), Sts()), "failure sts a.test starttls-not-supported");
  // RFC 8461 section 5: testing mode is there to be told of this.
  EXPECT_EQ(EventSaid(InTheClear(), Testing()), "failure sts a.test starttls-not-supported");
  EXPECT_EQ(EventSaid(InTheClear(), Dane()), "failure tlsa mx.a.test starttls-not-supported");
  EXPECT_EQ(EventSaid(InTheClear(), Sts(), Orders({Demanding(Requirement::kNone)})),
            "uncounted no-policy-found a.test");
  EXPECT_EQ(EventSaid(InTheClear(), Plain(), Orders({Demanding(Requirement::kEncrypt)})),
            "failure no-policy-found a.test starttls-not-supported");
}

// RFC 7672 section 2.2; Postfix: 304, final result 1, though the mail was delivered. What isn't
// SMTP's to begin with it doesn't report.
TEST(SessionEvent, UnusableTlsaRecordsAreTlsaInvalid) {
  Evidence evidence = Seen("a.test", Hosts(Security::kSecure, HostDane::kUnusable));
  EXPECT_EQ(EventSaid(Untrusted(), evidence), "success no-policy-found a.test");
  evidence.mx.hosts[0].unusable.push_back("3 1 7 abcdef: matching type 7 isn't known");
  EXPECT_EQ(EventSaid(Untrusted(), evidence),
            "failure tlsa mx.a.test tlsa-invalid:all-TLSA-records-unusable");
}

TEST(SessionEvent, SessionsWithOtherHostsAreNotTheDomains) {
  LoggedSession session = Verified();
  session.tls.mx_hostname = "smart.host.test";
  EXPECT_EQ(EventSaid(session, Sts()), "nothing");
  session.tls.mx_hostname = "127.0.0.1";
  EXPECT_EQ(EventSaid(session, Sts()), "nothing");
  session.tls.mx_hostname = "MX.a.test";
  EXPECT_EQ(EventSaid(session, Sts()), "success sts a.test");
}

TEST(SessionEvent, WhereTlsPlaysNoPartThereIsNothing) {
  EXPECT_EQ(EventSaid(Refused("TLS is required, but our TLS engine is unavailable"), Sts()),
            "nothing");
  EXPECT_EQ(EventSaid(Refused("lost connection with mx.a.test[192.0.2.1]"), Sts()), "nothing");
}

TEST(SessionEvent, Sendmail) {
  EXPECT_EQ(EventSaid(OfSendmail(Untrusted(), "OK"), Sts()), "success sts a.test");
  EXPECT_EQ(EventSaid(OfSendmail(Untrusted(), "FAIL"), Sts()), "success no-policy-found a.test");
  EXPECT_EQ(EventSaid(OfSendmail(Untrusted(), "OK"), Plain()), "success no-policy-found a.test");
  const std::string sts = "failure sts a.test ";
  for (const auto& [refusal, expected] : std::vector<std::pair<std::string, std::string>>{
           {"tls_server: 403 4.7.0 other side does not support STARTTLS", "starttls-not-supported"},
           {"tls_server: 454 4.7.0 STARTTLS failed.", "starttls-not-supported"},
           {"tls_server: 454 4.7.0 TLS handshake failed.",
            "validation-failure:tls-handshake-failure"},
           {"tls_server: 403 4.7.0 authentication failed", "certificate-not-trusted:verify=FAIL"},
           {"tls_rcpt: 450 4.7.0 <u@a.test>... mx.a.test not listed in SANs",
            "certificate-host-mismatch"},
           {"tls_rcpt: 403 4.7.0 <\"x does not match \"@a.test>... encryption too weak 56 less "
            "than 128",
            "validation-failure:encryption_too_weak"}}) {
    EXPECT_EQ(EventSaid(OfSendmail(Session(TlsReached::kEncrypted, "", "deferred"), "OK", refusal),
                        Sts()),
              sts + expected);
  }
  // Our own answer that made it wait speaks of no certificate.
  EXPECT_EQ(EventSaid(OfSendmail(Session(TlsReached::kEncrypted, "", "deferred"), "OK",
                                 "tls_rcpt: 451 4.7.5 <u@a.test>... TLS policy: no answer"),
                      Sts()),
            "success sts a.test");
}

// The captured log, with what those domains published.
TEST(SessionEvent, ThePostfixLogAsAWhole) {
  const auto published = [](const std::string& domain) {
    const bool dane = domain.starts_with("dane");
    const bool plain = domain == "plain.test";
    Evidence evidence =
        Seen(domain, Mx(dane ? Security::kSecure : Security::kInsecure,
                        {Host("mx." + domain, dane ? HostDane::kUsable : HostDane::kNone)}));
    if (!dane && !plain) evidence.sts.learned = Learned("enforce", {"mx." + domain});
    return evidence;
  };
  LogJoiner joiner;
  std::string said;
  for (const LoggedSession& session :
       ReadWholeLog(LogFile("postfix37-maillog.txt"), joiner).sessions) {
    const Evidence evidence = published(session.domain);
    const std::string event = Said(EventOf(session, Judged(evidence), evidence));
    if (said.find(event + '\n') == std::string::npos) said += event + '\n';
  }
  EXPECT_EQ(said,
            "failure tlsa mx.danebad.test certificate-not-trusted\n"
            "success sts sts.test\n"
            "failure sts stsbad.test certificate-host-mismatch\n"
            "success tlsa mx.dane.test\n"
            "uncounted no-policy-found plain.test\n"
            "failure sts expired.test certificate-expired\n"
            "success no-policy-found ststest.test\n"
            "success no-policy-found insecure.test\n"
            "success no-policy-found self.test\n"
            "failure no-policy-found plain.test starttls-not-supported\n"
            "failure sts self.test validation-failure:self-signed_certificate\n"
            "failure sts insecure.test validation-failure:self-signed_certificate\n"
            "nothing\n");
}

// RFC 8460 section 4.4, with the texts of Postfix's datagrams.
TEST(ReportedPolicy, IsWrittenAsPostfixDoesIt) {
  const ReportedPolicy tlsa = PolicyOf(Judged(Dane()), Dane(), "mx.a.test");
  std::string hex;
  for (int i = 0; i < 32; ++i) hex += "AB";
  EXPECT_EQ(tlsa, (ReportedPolicy{"tlsa", {"3 1 1 " + hex}, "mx.a.test", {}}));
  const Evidence evidence = WithSts("enforce", "*.a.test");
  EXPECT_EQ(PolicyOf(Judged(evidence), evidence, "mx.a.test"),
            (ReportedPolicy{"sts",
                            {"version: STSv1", "mode: enforce", "mx: *.a.test", "max_age: 604800"},
                            "a.test",
                            {"*.a.test"}}));
  EXPECT_EQ(PolicyOf(Judged(Plain()), Plain(), "mx.a.test"),
            (ReportedPolicy{"no-policy-found", {}, "a.test", {}}));
}

TEST(ReportedPolicy, TestingModeIsAPolicyToo) {
  EXPECT_EQ(PolicyOf(Judged(Testing()), Testing(), "mx.a.test").type, "sts");
  EXPECT_EQ(PolicyOf(Judged(Testing()), Testing(), "mx.a.test").strings.size(), 4U);
}

// RFC 8460 section 4.4: policy-domain is the TLSA base domain, which may be an alias's target.
TEST(ReportedPolicy, TlsaIsTheHostsOwn) {
  Evidence evidence = Seen("a.test", Mx(Security::kSecure, {Host("mx1.a.test", HostDane::kUsable),
                                                            Host("mx2.a.test", HostDane::kNone)}));
  evidence.mx.hosts[0].tlsa_base = Name("host.b.test");
  EXPECT_EQ(PolicyOf(Judged(evidence), evidence, "mx1.a.test.").domain, "host.b.test");
  EXPECT_EQ(PolicyOf(Judged(evidence), evidence, "mx2.a.test"), NoPolicyFound("a.test"));
}

}  // namespace
}  // namespace tlswarden
