#include "milter/reply.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "tests/unit/policy/build.h"

namespace tlswarden {
namespace {

Verdict Failing(Action action, Failure failure, bool lookup_failed) {
  Verdict verdict;
  verdict.policy_domain = Name("b.test");
  verdict.action = action;
  verdict.failure = std::move(failure);
  verdict.lookup_failed = lookup_failed;
  return verdict;
}

const Failure kMismatch{ResultType::kValidationFailure, "no MX host matches the MTA-STS policy",
                        false};
const Failure kNoDns{ResultType::kDnssecInvalid, "TLSA _25._tcp.mx.b.test: SERVFAIL", true};

TEST(MakeReply, CodesAgreeWithTheAction) {
  const struct {
    Verdict verdict;
    const char* codes;
  } cases[] = {
      {Failing(Action::kAccept, kMismatch, false), ""},
      {Failing(Action::kDefer, kMismatch, false), "451 4.7.5"},
      {Failing(Action::kReject, kMismatch, false), "550 5.7.5"},
      {Failing(Action::kDefer, kNoDns, true), "451 4.4.3"},
  };
  for (const auto& c : cases) {
    const Reply reply = MakeReply(c.verdict);
    EXPECT_EQ(reply.action, c.verdict.action);
    EXPECT_EQ(CodesOf(reply), c.codes);
    if (reply.code.empty()) continue;
    EXPECT_NE(reply.code, "421") << "Postfix would drop the session";
    EXPECT_EQ(reply.code[0], reply.action == Action::kReject ? '5' : '4');
    EXPECT_EQ(reply.enhanced[0], reply.code[0]);
  }
}

TEST(MakeReply, TheTextIsForThePersonWhoWrote) {
  EXPECT_EQ(MakeReply(Failing(Action::kReject, kMismatch, false)).text,
            "validation-failure: mail to b.test can't be sent safely: no MX host matches the "
            "MTA-STS policy");
  EXPECT_EQ(MakeReply(Failing(Action::kDefer, kNoDns, true)).text,
            "dnssec-invalid: mail to b.test can't be sent safely now: TLSA _25._tcp.mx.b.test: "
            "SERVFAIL");
}

TEST(MakeReply, IsPrintableAndBounded) {
  std::string hostile = "a\r\n250 ok\t\x1b[31m\xc3\xa4\x7f 100% {}";
  hostile += std::string(10000, 'x');
  for (Action action : {Action::kDefer, Action::kReject}) {
    const Reply reply =
        MakeReply(Failing(action, {ResultType::kStsPolicyInvalid, hostile, false}, false));
    EXPECT_LE(reply.text.size(), kMaxReplyText);
    EXPECT_TRUE(std::all_of(reply.text.begin(), reply.text.end(),
                            [](char c) { return c >= 0x20 && c <= 0x7e; }));
    EXPECT_TRUE(reply.text.starts_with("sts-policy-invalid: ")) << reply.text;
    EXPECT_NE(reply.text.find("100% "), std::string::npos) << "'%' is doubled elsewhere";
  }
}

TEST(MakeReply, NothingWhenObservedOrWithoutAFailure) {
  Verdict verdict = Failing(Action::kReject, kMismatch, false);
  verdict.observed = true;
  EXPECT_EQ(MakeReply(verdict).action, Action::kAccept);
  EXPECT_EQ(CodesOf(MakeReply(verdict)), "");
  EXPECT_EQ(MakeReply(verdict).text, "");
  EXPECT_EQ(MakeReply(Verdict()).action, Action::kAccept);
}

RulePtr WithWords(std::string reply, std::string info_url = "") {
  Rule rule;
  rule.name = "r";
  rule.reply = std::move(reply);
  rule.info_url = std::move(info_url);
  return std::make_shared<const Rule>(rule);
}

// RFC 8689 section 4.2.1: 5.7.30 only where it bounces.
TEST(MakeReply, Requiretls) {
  Verdict verdict = Failing(Action::kReject, kMismatch, false);
  verdict.requiretls = true;
  EXPECT_EQ(CodesOf(MakeReply(verdict)), "550 5.7.30");
  verdict.action = Action::kDefer;
  EXPECT_EQ(CodesOf(MakeReply(verdict)), "451 4.7.5");
  verdict.lookup_failed = true;
  EXPECT_EQ(CodesOf(MakeReply(verdict)), "451 4.4.3");
}

TEST(MakeReply, WhatIsHeldOrRoutedIsAccepted) {
  for (const Action action : {Action::kQuarantine, Action::kRoute}) {
    EXPECT_EQ(CodesOf(MakeReply(Failing(action, kMismatch, false))), "");
  }
}

TEST(MakeReply, TheRulesOwnWords) {
  Verdict verdict = Failing(Action::kReject, kMismatch, false);
  verdict.rule = "r";
  verdict.mx_hostname = "mx.b.test";
  verdict.by = WithWords("{recipient}|{domain}|{reason}|{result-type}|{rule}|{mx-host}|{info-url}",
                         "https://help.test/");
  const Reply reply = MakeReply(verdict, "<a@b.test>");
  EXPECT_EQ(reply.text,
            "validation-failure: <a@b.test>|b.test|no MX host matches the MTA-STS "
            "policy|validation-failure|r|mx.b.test|https://help.test/");
  EXPECT_EQ(reply.more, "see https://help.test/");
  verdict.by = WithWords("", "https://help.test/");
  EXPECT_TRUE(MakeReply(verdict).text.starts_with("validation-failure: mail to b.test"));
  EXPECT_EQ(MakeReply(verdict).more, "see https://help.test/");
}

TEST(MakeReply, HostileFactsInTheRulesWords) {
  Verdict verdict =
      Failing(Action::kReject,
              {ResultType::kStsPolicyInvalid, "{rule}\r\n250 {recipient}\xc3\xa4%n", false}, false);
  verdict.by = WithWords("{recipient} {reason}", std::string(5000, 'u') + "\r\n");
  const std::string recipient = "<{reason}\r\n\x80" + std::string(4000, 'x') + ">";
  const Reply reply = MakeReply(verdict, recipient);
  EXPECT_TRUE(reply.text.starts_with("sts-policy-invalid: <{reason}???xxx")) << reply.text;
  EXPECT_EQ(reply.text.size(), kMaxReplyText);
  EXPECT_EQ(reply.more.size(), kMaxReplyText);
  EXPECT_TRUE(MakeReply(verdict, "<a>").text.ends_with("<a> {rule}??250 {recipient}??%n"))
      << "filled in once: " << MakeReply(verdict, "<a>").text;
}

TEST(FillIn, OddWords) {
  const ReplyFacts facts{"R", "D", "{domain}", "T", "U", "M", "I"};
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", ""},
      {"plain", "plain"},
      {"{", "{"},
      {"{}", "{}"},
      {"{recipient", "{recipient"},
      {"{Recipient}", "{Recipient}"},
      {"{other}", "{other}"},
      {"{{recipient}}", "{R}"},
      {"{recipient}{recipient}", "RR"},
      {"{reason}", "{domain}"},
      {"{rec{domain}ipient}", "{recDipient}"},
      {"100%", "100%"},
  };
  for (const auto& [words, filled] : cases) EXPECT_EQ(FillIn(words, facts), filled) << words;
}

InboundVerdict Short(Action action, bool no_tls) {
  InboundVerdict verdict;
  verdict.action = action;
  verdict.failure = InboundFailure{no_tls, "TLS is required"};
  return verdict;
}

TEST(MakeReply, Inbound) {
  const struct {
    Action action;
    bool no_tls;
    const char *codes, *text;
  } cases[] = {
      {Action::kReject, true, "530 5.7.0", "Must issue a STARTTLS command first: TLS is required"},
      {Action::kReject, false, "550 5.7.5", "validation-failure: TLS is required"},
      {Action::kDefer, true, "451 4.7.0", "Must issue a STARTTLS command first: TLS is required"},
      {Action::kDefer, false, "451 4.7.5", "validation-failure: TLS is required"},
      {Action::kQuarantine, true, "", ""},
      {Action::kAccept, true, "", ""},
  };
  for (const auto& c : cases) {
    const Reply reply = MakeReply(Short(c.action, c.no_tls));
    EXPECT_EQ(CodesOf(reply), c.codes);
    EXPECT_EQ(reply.text, c.text);
  }
  InboundVerdict observed = Short(Action::kReject, true);
  observed.observed = true;
  EXPECT_EQ(CodesOf(MakeReply(observed)), "");
}

TEST(MakeReply, InboundWords) {
  InboundVerdict verdict = Short(Action::kReject, false);
  verdict.rule = "r";
  verdict.by = WithWords("{reason} ({rule}) {info-url}", "https://help.test/");
  EXPECT_EQ(MakeReply(verdict).text, "TLS is required (r) https://help.test/");
  EXPECT_EQ(MakeReply(verdict).more, "see https://help.test/");
  verdict.by = WithWords("{domain}");
  EXPECT_EQ(MakeReply(verdict).text, "validation-failure: TLS is required") << "never nothing";
}

// fail2ban's filters for Postfix take these for attacks.
TEST(MakeReply, AvoidsTheWordsThatBan) {
  for (const Action action : {Action::kDefer, Action::kReject}) {
    for (const Reply& reply :
         {MakeReply(Failing(action, kMismatch, false)), MakeReply(Failing(action, kNoDns, true)),
          MakeReply(Short(action, true)), MakeReply(Short(action, false))}) {
      for (const char* word : {"denied", "unavailable", "rejected", "blocked", "spam"}) {
        EXPECT_EQ(reply.text.find(word), std::string::npos) << reply.text;
      }
    }
  }
}

TEST(Graver, TheFirstOfEquals) {
  const Reply none;
  const Reply defer{Action::kDefer, "451", "4.7.5", "a", ""};
  const Reply defer2{Action::kDefer, "451", "4.4.3", "b", ""};
  const Reply reject{Action::kReject, "550", "5.7.5", "c", ""};
  EXPECT_EQ(Graver(none, none).code, "");
  EXPECT_EQ(Graver(none, defer).text, "a");
  EXPECT_EQ(Graver(defer, none).text, "a");
  EXPECT_EQ(Graver(defer, defer2).text, "a");
  EXPECT_EQ(Graver(defer, reject).text, "c");
  EXPECT_EQ(Graver(reject, defer).text, "c");
}

}  // namespace
}  // namespace tlswarden
