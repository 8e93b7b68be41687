#include "report/record_event.h"

#include <gtest/gtest.h>

#include "policy/judge.h"
#include "tests/unit/policy/orders_build.h"

namespace tlswarden {
namespace {

// "-" for a record that isn't counted; else what it counts as.
std::string Said(const Record& record, const Evidence& evidence) {
  if (!CountedNextHop(record)) return "-";
  const std::optional<TlsEvent> event = EventOf(record, evidence, kNow);
  if (!event) return "-";
  EXPECT_EQ(event->domain, "a.test");
  std::string text = event->outcome == TlsEvent::Outcome::kSuccess   ? "success "
                     : event->outcome == TlsEvent::Outcome::kFailure ? "failure "
                                                                     : "detail ";
  text += event->policy.type;
  for (const FailureDetail& detail : event->details) text += ' ' + detail.result_type;
  return text;
}

VerdictGiven Given(const Evidence& evidence, const Outbound& orders = {}) {
  VerdictGiven given;
  given.recipient = "<u@a.test>";
  given.verdict = Judge(Ask("a.test"), evidence, orders, kNow);
  given.action = ActionTaken(given.verdict);
  return given;
}

MapAnswered Answered(const Evidence& evidence, const Outbound& orders = {}) {
  MapAnswered answered;
  answered.verdict = Judge(Ask("a.test"), evidence, orders, kNow);
  return answered;
}

TEST(RecordEvent, AVerdictThatLetsMailGoIsNoSession) {
  for (const Evidence& evidence : {Plain(), Dane(), WithSts("enforce", "mx.a.test")}) {
    EXPECT_EQ(Said(Given(evidence), evidence), "-");
    EXPECT_EQ(Said(Answered(evidence), evidence), "-");
  }
}

// RFC 8460 section 4.3.
TEST(RecordEvent, MailThatWasStoppedForWhatTheDomainPublishes) {
  const Evidence other_mx = WithSts("enforce", "mx.other.test");
  EXPECT_EQ(Said(Given(other_mx), other_mx), "failure sts validation-failure");
  EXPECT_EQ(Said(Answered(other_mx), other_mx), "failure sts validation-failure");
  const Evidence failed = Seen("a.test", Hosts(Security::kSecure, HostDane::kFailed));
  EXPECT_EQ(Said(Given(failed), failed), "failure no-policy-found dnssec-invalid");
  const Evidence bogus = NoMx(Security::kBogus);
  EXPECT_EQ(Said(Given(bogus), bogus), "failure no-policy-found dnssec-invalid");
}

TEST(RecordEvent, WhatIsNoFailureOfTheDomains) {
  // DNS didn't answer: a transient network error.
  const Evidence unanswered = NoMx(Security::kIndeterminate);
  EXPECT_EQ(Said(Given(unanswered), unanswered), "-");
  // The operator demands what the domain doesn't publish.
  const Outbound strict = OneRule(Mode::kEnforce, OnFailure::kReject, Requirement::kAuthenticated);
  EXPECT_EQ(Said(Given(Plain(), strict), Plain()), "-");
  // Mail that went on.
  Outbound observe;
  observe.mode = Mode::kObserve;
  const Evidence other_mx = WithSts("enforce", "mx.other.test");
  EXPECT_EQ(Said(Given(other_mx, observe), other_mx), "-");
  const Evidence testing = WithSts("testing", "mx.other.test");
  EXPECT_EQ(Said(Given(testing), testing), "-");
  MapAnswered repeated = Answered(other_mx);
  repeated.cache_hit = true;
  EXPECT_EQ(Said(repeated, other_mx), "-");
}

ProbeEnded Probed(std::optional<Failure> failure, std::optional<Failure> no_tls = {}) {
  ProbeFacts facts;
  facts.target.host = Name("mx.a.test");
  facts.address = "192.0.2.1";
  facts.no_tls = std::move(no_tls);
  return {Name("a.test"), std::make_shared<const ProbeFacts>(facts), std::move(failure)};
}

TEST(RecordEvent, ALookAtAHostIsASession) {
  EXPECT_EQ(Said(Probed({}), Dane()), "success tlsa");
  const Failure expired{ResultType::kCertificateExpired, "certificate has expired", false};
  EXPECT_EQ(Said(Probed(expired), WithSts("enforce", "mx.a.test")),
            "failure sts certificate-expired");
  const Failure missing{ResultType::kStarttlsNotSupported, "", false};
  EXPECT_EQ(Said(Probed(missing, missing), Dane()), "failure tlsa starttls-not-supported");
  EXPECT_EQ(Said(Probed({}, missing), Plain()), "-") << "in the clear, and nothing demands more";
  const Failure refused{ResultType::kValidationFailure, "connection refused", true};
  EXPECT_EQ(Said(Probed(refused, refused), Dane()), "-") << "no session";
}

TEST(RecordEvent, APolicyThatCantBeHadStopsNoMail) {
  InquiryFailed failed;
  failed.domain = Name("a.test");
  failed.failure = {ResultType::kStsPolicyFetchError, "HTTP status 404", false};
  EXPECT_EQ(Said(failed, Plain()), "detail sts sts-policy-fetch-error");
  failed.failure = {ResultType::kStsWebpkiInvalid, "certificate has expired", false};
  EXPECT_EQ(Said(failed, Plain()), "detail sts sts-webpki-invalid");
  failed.of_policy = false;
  EXPECT_EQ(Said(failed, Plain()), "-") << "the MX lookup's turns up in verdicts";
}

TEST(RecordEvent, OtherRecords) {
  EXPECT_EQ(Said(Notice{}, Plain()), "-");
  EXPECT_EQ(Said(InboundJudged{}, Plain()), "-");
}

}  // namespace
}  // namespace tlswarden
