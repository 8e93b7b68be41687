// Whole messages: what RCPT is answered with, and what becomes of the message at its end.
#include "tests/unit/milter/message.h"

#include <gtest/gtest.h>

namespace tlswarden {
namespace {

using enum Requirement;

const Rule kSecret = ForHeader(OutboundRule("secret", kAuthenticated), "subject", "*[secret]*");

TEST(MessageCourse, NothingIsDemandedNothingIsDone) {
  for (const PerMessage how : {PerMessage::kOff, PerMessage::kPostfix, PerMessage::kSendmail}) {
    Message message(how);
    message.Mail();
    EXPECT_EQ(message.Rcpt("<a@plain.test>"), "");
    EXPECT_EQ(message.Rcpt("<a@dane.test>"), "");
    EXPECT_EQ(message.Rcpt("<a@sts.test>"), "");
    EXPECT_EQ(message.End(), "");
    EXPECT_TRUE(message.last.records.empty());
  }
}

TEST(MessageCourse, OneRecipientFailsTheOthersGoOn) {
  Message message;
  message.Mail();
  EXPECT_EQ(message.Rcpt("<a@unfit.test>"), "451 4.7.5");
  EXPECT_EQ(message.Rcpt("<a@lost.test>"), "451 4.4.3");
  EXPECT_EQ(message.Rcpt("<a@sts.test>"), "");
  EXPECT_EQ(message.End(), "");
}

TEST(MessageCourse, AllOrNone) {
  Message message(PerMessage::kOff, {}, OnFailure::kReject);
  message.orders.outbound.all_or_none = true;
  message.Mail();
  EXPECT_EQ(message.Rcpt("<a@sts.test>"), "");
  EXPECT_EQ(message.Rcpt("<a@lost.test>"), "451 4.4.3");
  EXPECT_EQ(message.Rcpt("<a@unfit.test>"), "550 5.7.5");
  EXPECT_EQ(message.End(), "550 5.7.5") << "the gravest";
  message.Mail();
  EXPECT_EQ(message.Rcpt("<a@sts.test>"), "");
  EXPECT_EQ(message.End(), "") << "another message of the connection";
}

// FILTER overrules all routing of Postfix, so nobody else may be there.
TEST(MessageCourse, HeaderOrTaggedRecipients) {
  const std::vector<Rule> rules = {
      ForSender(OutboundRule("x", kEncrypt), "s@from.test"),
  };
  Message message(PerMessage::kPostfix, rules);
  message.Mail();
  message.Rcpt("<a@plain.test>");
  message.Rcpt("<b@other.test>", "relay");
  EXPECT_EQ(message.End(), "add X-Tlswarden-Require: encrypt");
  for (const std::string_view transport : {"local", "virtual", "lmtp", "error", "tls-own"}) {
    message.Mail();
    message.Rcpt("<a@plain.test>");
    message.Rcpt("<l@here.test>", transport);
    EXPECT_EQ(message.End(),
              "<a@plain.test> -> <a==tlswarden-encrypt@plain.test> ORCPT=rfc822;a@plain.test")
        << transport;
  }
  message.Mail("<other@from.test>");
  message.Rcpt("<a@plain.test>");
  EXPECT_EQ(message.End(), "");
}

TEST(MessageCourse, SeveralTags) {
  Message message(PerMessage::kPostfix,
                  {ForDomain(ForSender(OutboundRule("d", kDane), "s@from.test"), "dane.test"),
                   ForDomain(ForSender(OutboundRule("n", kNone), "s@from.test"), "unfit.test"),
                   ForDomain(OutboundRule("map", kEncrypt), "map.test")});
  message.Mail();
  EXPECT_EQ(message.Rcpt("<a@dane.test>"), "");
  EXPECT_EQ(message.Rcpt("<a@unfit.test>"), "");
  EXPECT_EQ(message.Rcpt("<a@map.test>"), "");
  EXPECT_EQ(message.End(),
            "<a@dane.test> -> <a==tlswarden-dane@dane.test> ORCPT=rfc822;a@dane.test\n"
            "<a@unfit.test> -> <a==tlswarden-none@unfit.test> ORCPT=rfc822;a@unfit.test")
      << "what the map demands by itself needs no tag";
}

TEST(MessageCourse, ParametersOfTheClientStay) {
  Message message(PerMessage::kPostfix, {ForSender(OutboundRule("x", kEncrypt), "s@from.test")});
  message.Mail();
  message.Rcpt(RcptEvent{"<a@plain.test>", "", "", "smtp", "NOTIFY=NEVER"});
  message.Rcpt(RcptEvent{"<b@plain.test>", "", "", "smtp", "ORCPT=rfc822;x@y.test"});
  message.Rcpt("<l@here.test>", "local");
  EXPECT_EQ(message.End(),
            "<a@plain.test> -> <a==tlswarden-encrypt@plain.test> NOTIFY=NEVER "
            "ORCPT=rfc822;a@plain.test\n"
            "<b@plain.test> -> <b==tlswarden-encrypt@plain.test> ORCPT=rfc822;x@y.test");
}

// "a%b.test==tag@here.test" would be rewritten once more, to an address that nobody has.
TEST(MessageCourse, TheTagBelongsToTheRewrittenAddress) {
  Message message(PerMessage::kPostfix, {ForSender(OutboundRule("x", kEncrypt), "s@from.test")});
  message.Mail();
  message.Rcpt(RcptEvent{"<a%plain.test@here.test>", "a@plain.test", "plain.test", "smtp"});
  message.Rcpt(RcptEvent{"<@relay.test:\"b c\"@plain.test>", "\"b c\"@plain.test", "", "smtp"});
  message.Rcpt("<l@here.test>", "local");
  EXPECT_EQ(message.End(),
            "<a%plain.test@here.test> -> <a==tlswarden-encrypt@plain.test> "
            "ORCPT=rfc822;a%plain.test@here.test\n"
            "<@relay.test:\"b c\"@plain.test> -> <\"b c==tlswarden-encrypt\"@plain.test> "
            "ORCPT=rfc822;@relay.test:\"b+20c\"@plain.test");
}

TEST(MessageCourse, SendmailNotes) {
  Message message(PerMessage::kSendmail,
                  {ForDomain(ForSender(OutboundRule("d", kDane), "s@from.test"), "dane.test")});
  message.Mail();
  message.Rcpt("<A@Dane.test>", "esmtp");
  message.Rcpt("<a@plain.test>", "esmtp");
  message.Rcpt("<a@[192.0.2.1]>", "esmtp");
  message.Rcpt("<list@here.test>", "local");
  EXPECT_EQ(message.End(),
            "note A@Dane.test dane\nnote a@plain.test default\nnote a@[192.0.2.1] default\n"
            "note * dane")
      << "aliases of the local recipient get the strictest";
}

TEST(MessageCourse, ClientsMayNotWriteOurHeaders) {
  for (const PerMessage how : {PerMessage::kOff, PerMessage::kPostfix, PerMessage::kSendmail}) {
    Message message(how);
    message.Mail();
    message.Rcpt("<a@plain.test>");
    message.session.OnHeader("x-TLSwarden-require", "none");
    message.session.OnHeader("X-Tlswarden-Require \t", "dane");
    message.session.OnHeader("X-Tlswarden-Required", "no");
    EXPECT_EQ(message.End(), "remove X-Tlswarden-Require x2");
    message.Mail();
    message.Rcpt("<a@plain.test>");
    EXPECT_EQ(message.End(), "") << "another message";
  }
}

// To remove one, Postfix reads the message from its beginning: a million of them would take hours.
TEST(MessageCourse, TooManyOfOurHeadersAreRefused) {
  Message message;
  message.Mail();
  message.Rcpt("<a@plain.test>");
  for (int i = 0; i < kMaxOwnHeaders; ++i) message.session.OnHeader(kRouteHeader, "x");
  EXPECT_EQ(message.End(), "remove X-Tlswarden-Route x100");
  message.Mail();
  message.Rcpt("<a@plain.test>");
  for (int i = 0; i <= kMaxOwnHeaders; ++i) message.session.OnHeader(kRouteHeader, "x");
  EXPECT_EQ(message.End(), "550 5.6.0");
}

// RFC 8689 section 3.
TEST(MessageCourse, TlsRequired) {
  struct Given {
    std::string_view name, value;
  };
  const struct {
    const char* what;
    std::vector<Given> headers;
    const char* end;
  } cases[] = {
      {"no", {{"TLS-Required", "No"}}, "add X-Tlswarden-Require: none"},
      {"in any case", {{"tls-required", "NO"}}, "add X-Tlswarden-Require: none"},
      {"with blanks", {{"TLS-Required ", " no\r\n\t"}}, "add X-Tlswarden-Require: none"},
      {"another value", {{"TLS-Required", "Nope"}}, ""},
      {"yes", {{"TLS-Required", "Yes"}}, ""},
      {"empty", {{"TLS-Required", ""}}, ""},
      {"twice", {{"TLS-Required", "No"}, {"TLS-Required", "No"}}, ""},
      {"contradicting", {{"TLS-Required", "Yes"}, {"TLS-Required", "No"}}, ""},
      {"another header", {{"X-TLS-Required", "No"}}, ""},
  };
  for (const auto& c : cases) {
    Message message;
    message.Mail();
    EXPECT_EQ(message.Rcpt("<a@sts.test>"), "");
    for (const Given& header : c.headers) message.session.OnHeader(header.name, header.value);
    EXPECT_EQ(message.End(), c.end) << c.what;
  }
}

TEST(MessageCourse, TlsRequiredNoYieldsToTheOperatorAndToRequiretls) {
  Message message(PerMessage::kPostfix, {ForDomain(OutboundRule("r", kEncrypt), "r.test")});
  message.Mail();
  message.Rcpt("<a@r.test>");
  message.session.OnHeader("TLS-Required", "No");
  EXPECT_EQ(message.End(), "") << "a rule demands more";

  message.Mail("<s@from.test>", {"SIZE=1", "RequireTLS"});
  EXPECT_EQ(message.Rcpt("<a@sts.test>"), "");
  message.session.OnHeader("TLS-Required", "No");
  EXPECT_EQ(message.End(), "add X-Tlswarden-Require: authenticated") << "section 4.1: ignored";

  message.orders.outbound.honour_tls_required_no = false;
  message.Mail();
  message.Rcpt("<a@sts.test>");
  message.session.OnHeader("TLS-Required", "No");
  EXPECT_EQ(message.End(), "") << "the operator doesn't honour it";
}

TEST(MessageCourse, RequiretlsBounces) {
  Message message(PerMessage::kPostfix, {}, OnFailure::kDefer);
  message.Mail("<s@from.test>", {"REQUIRETLS"});
  EXPECT_EQ(message.Rcpt("<a@plain.test>"), "550 5.7.30");
  EXPECT_EQ(message.Rcpt("<a@lost.test>"), "451 4.4.3") << "may heal";
  EXPECT_EQ(message.Rcpt("<a@dane.test>"), "");
}

TEST(MessageCourse, AHeaderDemandsMore) {
  for (const PerMessage how : {PerMessage::kOff, PerMessage::kPostfix, PerMessage::kSendmail}) {
    Message message(how, {kSecret}, OnFailure::kReject);
    message.Mail();
    EXPECT_EQ(message.Rcpt("<a@plain.test>"), "");
    message.session.OnHeader("Subject", "the [secret] plan");
    EXPECT_EQ(message.End(), "550 5.7.5");
    ASSERT_EQ(message.last.records.size(), 1u);
    EXPECT_EQ(message.last.records[0].action, Action::kReject);
    EXPECT_EQ(message.last.records[0].reply, "550 5.7.5");
    message.Mail();
    EXPECT_EQ(message.Rcpt("<a@plain.test>"), "");
    message.session.OnHeader("Subject", "the plan");
    EXPECT_EQ(message.End(), "");
    EXPECT_TRUE(message.last.records.empty());
  }
}

TEST(MessageCourse, EncodedWordsAreReadBeforeTheyAreMatched) {
  for (const char* subject : {"=?utf-8?Q?=5Bsecret=5D_f=C3=BCr_dich?=", "=?utf-8?b?W3NlY3JldF0=?=",
                              "=?iso-8859-1?q?=5Bsec?=\r\n =?iso-8859-1?q?ret=5D?="}) {
    Message message(PerMessage::kPostfix, {kSecret}, OnFailure::kReject);
    message.Mail();
    EXPECT_EQ(message.Rcpt("<a@plain.test>"), "");
    message.session.OnHeader("Subject", subject);
    EXPECT_EQ(message.End(), "550 5.7.5") << subject;
  }
}

TEST(MessageCourse, WhatAHeaderDemandsIsDeferredAsTheRuleSays) {
  for (const PerMessage how : {PerMessage::kOff, PerMessage::kPostfix, PerMessage::kSendmail}) {
    Message message(how, {kSecret}, OnFailure::kDefer);
    message.Mail();
    EXPECT_EQ(message.Rcpt("<a@plain.test>"), "");
    message.session.OnHeader("Subject", "[secret]");
    EXPECT_EQ(message.End(), "451 4.7.5") << "not held because nothing could be carried";
  }
}

TEST(MessageCourse, AHeaderPostponesARefusal) {
  const Rule pass = ForHeader(OutboundRule("pass", kNone), "x-pass", "yes");
  for (const OnFailure on_failure : {OnFailure::kReject, OnFailure::kDefer}) {
    Message message(PerMessage::kPostfix, {pass}, on_failure);
    message.Mail();
    EXPECT_EQ(message.Rcpt("<a@unfit.test>"), "") << "the header may lift it";
    message.session.OnHeader("X-Pass", "yes");
    EXPECT_EQ(message.End(), "add X-Tlswarden-Require: none");
    message.Mail();
    EXPECT_EQ(message.Rcpt("<a@unfit.test>"), "");
    EXPECT_EQ(message.End(), on_failure == OnFailure::kReject ? "550 5.7.5" : "451 4.7.5");
  }
}

TEST(MessageCourse, AHeaderPostponesHolding) {
  Message message(PerMessage::kPostfix,
                  {ForHeader(OutboundRule("pass", kNone), "x-pass", "yes"),
                   ForDomain(OutboundRule("q", kAuthenticated, OnFailure::kQuarantine), "*.test")});
  message.Mail();
  EXPECT_EQ(message.Rcpt("<a@plain.test>"), "");
  message.session.OnHeader("X-Pass", "yes");
  EXPECT_EQ(message.End(), "add X-Tlswarden-Require: none") << "nothing is held";
  message.Mail();
  EXPECT_EQ(message.Rcpt("<a@plain.test>"), "");
  EXPECT_EQ(message.End(), "hold");
}

// A rule that can't be decided for want of MX hosts won't be decided by headers either.
TEST(MessageCourse, OnlyHeadersPostponeARefusal) {
  Rule provider = OutboundRule("provider", kNone);
  provider.match.mx_host.Add(ParseDomainPattern("*.provider.test").value());
  for (const PerMessage how : {PerMessage::kOff, PerMessage::kPostfix}) {
    Message message(how, {provider});
    message.Mail();
    EXPECT_EQ(message.Rcpt("<a@lost.test>"), "451 4.4.3");
    EXPECT_EQ(message.End(), "");
  }
}

TEST(MessageCourse, Quarantine) {
  for (const PerMessage how : {PerMessage::kOff, PerMessage::kPostfix, PerMessage::kSendmail}) {
    Message message(how, {}, OnFailure::kQuarantine);
    message.Mail();
    EXPECT_EQ(message.Rcpt("<a@unfit.test>"), "");
    EXPECT_EQ(message.decision.action, Action::kQuarantine);
    EXPECT_EQ(message.End(), "hold");
    EXPECT_TRUE(message.last.quarantine.starts_with("tlswarden: validation-failure: "));
    EXPECT_LE(message.last.quarantine.size(), kMaxReplyText);
  }
}

TEST(MessageCourse, Route) {
  Rule gateway = ForSender(OutboundRule("gw", kAuthenticated, OnFailure::kRoute), "s@from.test");
  gateway.route = "crypt";
  Message message(PerMessage::kPostfix, {gateway});
  message.Mail();
  EXPECT_EQ(message.Rcpt("<a@plain.test>"), "");
  EXPECT_EQ(message.decision.action, Action::kRoute);
  EXPECT_EQ(message.End(), "add X-Tlswarden-Route: crypt:");
  message.Mail();
  message.Rcpt("<a@plain.test>");
  message.Rcpt("<a@dane.test>");
  EXPECT_EQ(message.End(),
            "<a@plain.test> -> <a==tlswarden-route-gw@plain.test> ORCPT=rfc822;a@plain.test\n"
            "<a@dane.test> -> <a==tlswarden-authenticated@dane.test> ORCPT=rfc822;a@dane.test");
}

// Nothing there that could route: the message must not leave the usual way instead.
TEST(MessageCourse, RouteThatCannotBeTakenHolds) {
  Rule gateway = ForSender(OutboundRule("gw", kAuthenticated, OnFailure::kRoute), "s@from.test");
  for (const PerMessage how : {PerMessage::kOff, PerMessage::kSendmail, PerMessage::kPostfix}) {
    gateway.route = how == PerMessage::kPostfix ? "" : "crypt";
    Message message(how, {gateway});
    message.Mail();
    EXPECT_EQ(message.Rcpt("<a@plain.test>"), "");
    EXPECT_EQ(message.End(), "hold");
    ASSERT_EQ(message.last.records.size(), 1u);
    EXPECT_EQ(message.last.records[0].action, Action::kQuarantine);
  }
}

// per-message = off carries nothing; what no map can know is refused rather than dropped.
TEST(MessageCourse, WithoutPerMessageTheDemandsOfMessagesAreRefused) {
  const struct {
    Rule rule;
    const char* end;
  } cases[] = {
      {ForSender(OutboundRule("r", kEncrypt, OnFailure::kReject), "s@from.test"), "550 5.7.5"},
      {ForSender(OutboundRule("r", kEncrypt, OnFailure::kDefer), "s@from.test"), "hold"},
      {ForSender(OutboundRule("r", kEncrypt, OnFailure::kAccept), "s@from.test"), ""},
      {ForSender(OutboundRule("r", kNone, OnFailure::kReject), "s@from.test"), ""},
      {ForSender(OutboundRule("r", kPublished, OnFailure::kReject), "s@from.test"), ""},
      {ForDomain(OutboundRule("r", kEncrypt, OnFailure::kReject), "*.test"), ""},
  };
  for (const auto& c : cases) {
    Message message(PerMessage::kOff, {c.rule});
    message.Mail();
    EXPECT_EQ(message.Rcpt("<a@plain.test>"), "");
    EXPECT_EQ(message.End(), c.end) << ToString(c.rule.outbound.require);
  }
  Rule newest = ForSender(OutboundRule("r", kPublished, OnFailure::kReject), "s@from.test");
  newest.outbound.minimum_tls = TlsVersion::kTls13;
  Message message(PerMessage::kOff, {newest});
  message.Mail();
  message.Rcpt("<a@plain.test>");
  EXPECT_EQ(message.End(), "550 5.7.5") << "no map would demand TLS 1.3";
}

// An earlier rule may demand more than a later one by which the map lowers the demand.
TEST(MessageCourse, PublishedIsMoreThanAMapThatDemandsNothing) {
  Message message(PerMessage::kOff,
                  {ForSender(OutboundRule("first", kPublished, OnFailure::kReject), "s@from.test"),
                   ForDomain(OutboundRule("lax", kNone), "*.test")});
  message.Mail();
  EXPECT_EQ(message.Rcpt("<a@sts.test>"), "");
  EXPECT_EQ(message.End(), "550 5.7.5");
}

TEST(MessageCourse, RecipientsAreBounded) {
  Message message;
  message.Mail();
  for (std::size_t i = 0; i < kMaxRecipients; ++i) message.Rcpt("<a@plain.test>", "local");
  EXPECT_EQ(message.Rcpt("<a@plain.test>"), "452 4.5.3");
  EXPECT_EQ(message.End(), "") << "those before go on";
  message.Mail();
  const std::string longest = '<' + std::string(4000, 'x') + "@plain.test>";
  std::size_t taken = 0;
  while (taken <= kMaxRecipients && message.Rcpt(longest).empty()) ++taken;
  EXPECT_EQ(taken, kMaxRecipientOctets / longest.size());
  message.Mail();
  EXPECT_EQ(message.Rcpt(longest), "") << "another message";
}

TEST(MessageCourse, ManyHeaders) {
  Message message(PerMessage::kPostfix, {kSecret}, OnFailure::kReject);
  message.Mail();
  message.Rcpt("<a@plain.test>");
  const std::string huge = std::string(kMaxHeaderOctets, 'x') + "[secret]";
  message.session.OnHeader("Subject", huge);
  for (std::size_t i = 0; i < 2 * kMaxHeaders; ++i) message.session.OnHeader("Subject", "x");
  EXPECT_EQ(message.session.envelope().headers->size(), kMaxHeaders);
  EXPECT_EQ(message.End(), "") << "nobody looks that far";
}

// What an MTA doesn't do: nothing may break, and nothing may be taken over to the next message.
TEST(MessageCourse, CommandsOutOfOrder) {
  Message message(PerMessage::kPostfix, {kSecret}, OnFailure::kReject);
  EXPECT_EQ(message.End(), "") << "no MAIL";
  message.session.OnHeader("Subject", "[secret]");
  message.session.OnHeader(kRequireHeader, "none");
  EXPECT_EQ(message.End(), "");
  message.Mail();
  EXPECT_EQ(message.End(), "") << "no RCPT";
  message.Mail();
  EXPECT_EQ(message.Rcpt("<a@unfit.test>"), "550 5.7.5");
  message.session.BeginMessage();  // RSET
  message.Mail();
  EXPECT_EQ(message.Rcpt("<a@plain.test>"), "");
  message.session.OnHeader("Subject", "[secret]");
  message.Mail();  // without an end
  EXPECT_EQ(message.Rcpt("<a@plain.test>"), "");
  EXPECT_EQ(message.End(), "");
}

TEST(MessageCourse, ObserveDoesNothing) {
  for (const OnFailure on_failure :
       {OnFailure::kReject, OnFailure::kDefer, OnFailure::kQuarantine, OnFailure::kRoute}) {
    Rule rule = ForSender(OutboundRule("x", kDane, on_failure), "s@from.test");
    rule.route = "crypt";
    Message message(PerMessage::kPostfix, {rule, kSecret}, on_failure);
    message.orders.outbound.mode = Mode::kObserve;
    for (const char* sender : {"<s@from.test>", "s@from.test"}) {
      message.Mail(sender);
      const std::string_view transport = sender[0] == '<' ? "smtp" : "";
      EXPECT_EQ(message.Rcpt("<a@plain.test>", transport), "");
      EXPECT_EQ(message.Rcpt("<a@dane.test>", transport), "");
      EXPECT_EQ(message.Rcpt("<a@unfit.test>", transport), "");
      message.session.OnHeader("Subject", "[secret]");
      EXPECT_EQ(message.End(), "");
    }
  }
}

}  // namespace
}  // namespace tlswarden
