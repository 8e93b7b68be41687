#include "report/log_joiner.h"

#include <gtest/gtest.h>

#include "tests/unit/report/read_log.h"

namespace tlswarden {
namespace {

constexpr std::string_view kCipher =
    ": TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)\n";

// Lines of one second, by a process of Postfix.
class Script {
 public:
  explicit Script(std::string program = "postfix/smtp[1]") : program_(std::move(program)) {}
  Script& At(std::string_view clock) {
    clock_ = clock;
    return *this;
  }
  Script& By(std::string_view program) {
    program_ = program;
    return *this;
  }
  Script& Line(std::string_view text) {
    log_ += "Nov 24 " + clock_ + " out " + program_ + ": ";
    log_ += text;
    if (!text.ends_with('\n')) log_ += '\n';
    return *this;
  }
  Script& Tls(std::string_view word, std::string_view relay,
              std::string_view verb = "established") {
    return Line(std::string(word) + " TLS connection " + std::string(verb) + " to " +
                std::string(relay) + std::string(kCipher));
  }
  Script& To(std::string_view id, std::string_view recipient, std::string_view relay,
             std::string_view status = "sent (250 ok)", std::string_view extra = "") {
    return Line(std::string(id) + ": to=<" + std::string(recipient) +
                ">, relay=" + std::string(relay) + std::string(extra) +
                ", delay=1, delays=0/0/1/0, dsn=2.0.0, status=" + std::string(status));
  }
  const std::string& log() const { return log_; }

 private:
  std::string program_;
  std::string clock_ = "03:00:00";
  std::string log_;
};

std::string SessionsOf(const Script& script, LogLimits limits = {}) {
  LogJoiner joiner(limits);
  return Said(ReadWholeLog(script.log(), joiner).sessions);
}

constexpr std::string_view kA = "mx.a.test[192.0.2.1]:25";
constexpr std::string_view kB = "mx.b.test[192.0.2.2]:25";

TEST(LogJoiner, AccountsForEachLineOfPostfixsLog) {
  LogJoiner joiner;
  const Joined joined = ReadWholeLog(LogFile("postfix37-maillog.txt"), joiner);
  EXPECT_EQ(
      Said(joined.sessions),
      "danebad.test mx.danebad.test[127.0.0.12]:25 encrypted Untrusted deferred u@danebad.test"
      " | num=65:no matching DANE TLSA records\n"
      "sts.test mx.sts.test[127.0.0.13]:25 authenticated Verified sent u@sts.test\n"
      "stsbad.test mx.stsbad.test[127.0.0.14]:25 encrypted Untrusted deferred u@stsbad.test"
      " | num=62:hostname mismatch\n"
      "dane.test mx.dane.test[127.0.0.11]:25 authenticated Verified sent u@dane.test\n"
      "sts.test mx.sts.test[127.0.0.13]:25 authenticated Verified sent u@sts.test v@sts.test\n"
      "plain.test mx.plain.test[127.0.0.16]:25 plain - sent u@plain.test\n"
      "expired.test mx.expired.test[127.0.0.17]:25 encrypted Untrusted deferred u@expired.test"
      " | certificate has expired\n"
      "dane.test mx.dane.test[127.0.0.11]:25 authenticated Verified sent w@dane.test\n"
      "ststest.test mx.ststest.test[127.0.0.14]:25 encrypted Trusted sent u@ststest.test\n"
      "insecure.test mx.insecure.test[127.0.0.11]:25 encrypted Untrusted sent u@insecure.test\n"
      "self.test mx.self.test[127.0.0.15]:25 encrypted Untrusted sent u@self.test\n"
      "plain.test mx.plain.test[127.0.0.16]:25 unknown - deferred u@plain.test\n"
      "plain.test mx.plain.test[127.0.0.16]:25 unknown - deferred u@plain.test\n"
      "self.test mx.self.test[127.0.0.15]:25 encrypted Untrusted deferred u@self.test"
      " | self-signed certificate\n"
      "expired.test mx.expired.test[127.0.0.17]:25 encrypted Untrusted deferred u@expired.test"
      " | certificate has expired\n"
      "insecure.test mx.insecure.test[127.0.0.11]:25 encrypted Untrusted deferred u@insecure.test"
      " | self-signed certificate\n"
      "refuse454.test 127.0.0.18[127.0.0.18]:25 unknown - deferred u@refuse454.test\n"
      "may454.test 127.0.0.18[127.0.0.18]:25 plain - deferred u@may454.test\n"
      "closes.test 127.0.0.19[127.0.0.19]:25 unknown - deferred u@closes.test | handshake\n"
      // With tlsproxy.
      "self.test mx.self.test[127.0.0.15]:25 encrypted Untrusted deferred u@self.test"
      " | self-signed certificate\n"
      "dane.test mx.dane.test[127.0.0.11]:25 authenticated Verified sent u@dane.test\n"
      "danebad.test mx.danebad.test[127.0.0.12]:25 encrypted Untrusted deferred u@danebad.test"
      " | num=65:no matching DANE TLSA records\n"
      "garbage.test 127.0.0.21[127.0.0.21]:25 unknown - deferred u@garbage.test | handshake\n"
      "sts.test mx.sts.test[127.0.0.13]:25 authenticated Verified sent u@sts.test\n"
      "stsbad.test mx.stsbad.test[127.0.0.14]:25 encrypted Untrusted deferred u@stsbad.test"
      " | num=62:hostname mismatch\n"
      "sts.test mx.sts.test[127.0.0.13]:25 authenticated Verified sent u@sts.test\n");
  // Of smtp's and tlsproxy's lines only CONNECT, DISCONNECT and one warning say nothing.
  EXPECT_EQ(joiner.counts().lines, 77U);
  EXPECT_EQ(joiner.counts().passed_over, 13U);
  EXPECT_EQ(joiner.counts().sessions, joined.sessions.size());
  EXPECT_EQ(joiner.counts().deliveries, 28U);  // bogus.test, without a session, is among them
  const LoggedSession& session = joined.sessions[1];
  EXPECT_EQ(ToString(session.tls.at), "2026-11-24T03:29:46Z");
  EXPECT_EQ(session.queue_id, "6731FA721DA");
  EXPECT_EQ(session.tls.tls_version, "TLSv1.3");
  EXPECT_EQ(session.tls.cipher, "TLS_AES_256_GCM_SHA384");
  EXPECT_EQ(session.dsn, "2.0.0");
  EXPECT_EQ(session.text, "250 2.0.0 Ok: queued as 88694A721ED");
}

TEST(LogJoiner, AccountsForEachLineOfSendmailsLog) {
  LogJoiner joiner;
  const Joined joined = ReadWholeLog(LogFile("sendmail-maillog.txt"), joiner);
  EXPECT_EQ(Said(joined.sessions),
            "dane.test mx.dane.test[127.0.0.11]:25 encrypted FAIL sent w@dane.test\n"
            "dane.test mx.dane.test[127.0.0.11]:25 encrypted FAIL sent u@dane.test\n"
            "self.test mx.self.test[127.0.0.15]:25 encrypted FAIL sent u@self.test\n"
            "plain.test mx.plain.test[127.0.0.16]:25 unknown - deferred u@plain.test"
            " | tls_server: 403 4.7.0 other side does not support STARTTLS\n"
            "sts.test mx.sts.test[127.0.0.13]:25 encrypted OK sent u@sts.test\n"
            "stsbad.test mx.stsbad.test[127.0.0.14]:25 encrypted OK deferred u@stsbad.test"
            " | tls_rcpt: 450 4.7.0 <u@stsbad.test>... mx.stsbad.test not listed in SANs\n"
            "expired.test mx.expired.test[127.0.0.17]:25 encrypted FAIL sent u@expired.test\n"
            "sts.test mx.sts.test[127.0.0.13]:25 encrypted OK sent v@sts.test u@sts.test\n");
  EXPECT_EQ(joiner.counts().lines, 26U);
  EXPECT_EQ(joiner.counts().passed_over, 8U);  // from=
  EXPECT_EQ(joiner.counts().deliveries, 10U);
}

TEST(LogJoiner, OneHandshakeIsOneSessionForEachDomain) {
  EXPECT_EQ(SessionsOf(Script()
                           .Tls("Verified", kA)
                           .To("4A5B6C", "u@a.test", kA)
                           .To("4A5B6C", "v@A.test", kA, "bounced (host x said: 550 no)")
                           .To("4A5B6C", "w@b.test", kA)),
            "a.test mx.a.test[192.0.2.1]:25 authenticated Verified sent u@a.test v@A.test\n"
            "b.test mx.a.test[192.0.2.1]:25 authenticated Verified sent w@b.test\n");
  // However late the last recipient's line comes.
  EXPECT_EQ(SessionsOf(Script()
                           .Tls("Verified", kA)
                           .To("4A5B6C", "u@a.test", kA, "bounced (host x said: 550 no)")
                           .At("03:05:00")
                           .By("postfix/smtp[2]")
                           .Line("another process")
                           .By("postfix/smtp[1]")
                           .To("4A5B6C", "v@a.test", kA)),
            "a.test mx.a.test[192.0.2.1]:25 authenticated Verified bounced u@a.test\n");
}

TEST(LogJoiner, ASessionIsWhatItsMailCameTo) {
  EXPECT_EQ(SessionsOf(Script()
                           .Tls("Verified", kA)
                           .To("4A5B6C", "u@a.test", kA, "bounced (host x said: 550 no)")
                           .To("4A5B6C", "v@a.test", kA)),
            "a.test mx.a.test[192.0.2.1]:25 authenticated Verified sent u@a.test v@a.test\n");
}

TEST(LogJoiner, HostsThatWereGivenUpAreSessionsToo) {
  EXPECT_EQ(SessionsOf(Script()
                           .Line("server certificate verification failed for mx.a.test[192.0.2.1]"
                                 ":25: num=62:hostname mismatch")
                           .Tls("Untrusted", kA)
                           .Line("4A5B6C: Server certificate not verified")
                           .Line("4A5B6C: TLS is required, but was not offered by host "
                                 "mx.c.test[192.0.2.3]")
                           .Tls("Verified", kB)
                           .To("4A5B6C", "u@a.test", kB)),
            "a.test mx.a.test[192.0.2.1]:25 encrypted Untrusted - u@a.test"
            " | num=62:hostname mismatch\n"
            "a.test mx.c.test[192.0.2.3]:25 unknown - - u@a.test\n"
            "a.test mx.b.test[192.0.2.2]:25 authenticated Verified sent u@a.test\n");
}

TEST(LogJoiner, PlainAfterAFailedHandshakeIsTwoSessions) {
  EXPECT_EQ(SessionsOf(Script()
                           .Line("SSL_connect error to mx.a.test[192.0.2.1]:25: lost connection")
                           .To("4A5B6C", "u@a.test", kA)),
            "a.test mx.a.test[192.0.2.1]:25 unknown - - u@a.test | handshake\n"
            "a.test mx.a.test[192.0.2.1]:25 plain - sent u@a.test\n");
}

TEST(LogJoiner, AConnectionThatIsUsedAgainIsNoSession) {
  LogJoiner joiner;
  const Joined joined = ReadWholeLog(
      Script()
          .Tls("Verified", kA)
          .To("4A5B6C", "u@a.test", kA)
          .Tls("Verified", kA)
          .To("4A5B6D", "u@a.test", kA, "sent (250 ok)", ", conn_use=2")
          .Tls("Verified", kA, "reused")
          .To("4A5B6E", "u@a.test", kA)
          .By("sm-mta[9]")
          .Line("STARTTLS=client, relay=mx.b.test., version=TLSv1.2, verify=OK, cipher=X, bits=1/1")
          .Line("6AO3WcMf011114: to=<u@b.test>, delay=00:00:00, mailer=esmtp, pri=1, "
                "relay=mx.b.test. [192.0.2.2], dsn=2.0.0, stat=Sent (ok)")
          .Line("6AO3WcMf011115: to=<v@b.test>, delay=00:00:00, mailer=esmtp, pri=1, "
                "relay=mx.b.test. [192.0.2.2], dsn=2.0.0, stat=Sent (ok)")
          .log(),
      joiner);
  EXPECT_EQ(Said(joined.sessions),
            "a.test mx.a.test[192.0.2.1]:25 authenticated Verified sent u@a.test\n"
            "b.test mx.b.test[192.0.2.2]:25 encrypted OK sent u@b.test\n");
  ASSERT_EQ(joined.deliveries.size(), 5U);
  // Of this one nobody knows: it isn't said to have gone in the clear.
  const Joined late = ReadWholeLog(
      Script("postfix/smtp[7]").To("4A5B6F", "u@a.test", kA, "sent (ok)", ", conn_use=3").log(),
      joiner);
  EXPECT_EQ(late.sessions.size(), 0U);
  EXPECT_EQ(late.deliveries.at(0).tls.reached, TlsReached::kUnknown);
  EXPECT_TRUE(joined.deliveries[1].reused);
  EXPECT_TRUE(joined.deliveries[2].reused);
  EXPECT_EQ(joined.deliveries[2].tls.word, "Verified");  // the proof still knows
  EXPECT_TRUE(joined.deliveries[4].reused);
  EXPECT_EQ(joined.deliveries[4].tls.word, "OK");
}

TEST(LogJoiner, PlainIsToldOnlyOfAnMtaThatLogsTls) {
  const std::string plain = "a.test mx.a.test[192.0.2.1]:25 plain - sent u@a.test\n";
  const std::string other = "b.test mx.b.test[192.0.2.2]:25 authenticated Verified sent u@b.test\n";
  Script known;
  known.By("postfix/smtp[2]")
      .Tls("Verified", kB)
      .To("4A5B6C", "u@b.test", kB)
      .By("postfix/smtp[1]");
  EXPECT_EQ(SessionsOf(Script().To("4A5B6D", "u@a.test", kA)), "");
  EXPECT_EQ(SessionsOf(Script(known).To("4A5B6D", "u@a.test", kA)), other + plain);
  // A tag's transport shares main.cf, another service doesn't.
  EXPECT_EQ(
      SessionsOf(Script(known).By("postfix/tlswarden-none/smtp[5]").To("4A5B6D", "u@a.test", kA)),
      other + "a.test mx.a.test[192.0.2.1]:25 plain - sent u@a.test tag=none\n");
  EXPECT_EQ(SessionsOf(Script(known).By("postfix/slow/smtp[5]").To("4A5B6D", "u@a.test", kA)),
            other);
  // Only what went over the wire in the clear, and only within a day.
  EXPECT_EQ(SessionsOf(Script(known).To("4A5B6D", "u@a.test", kA,
                                        "deferred (lost connection with x while receiving the "
                                        "initial server greeting)")),
            other);
  LogJoiner joiner;
  ReadWholeLog(known.log(), joiner);
  const std::string line =
      "Nov 26 03:00:00 out postfix/smtp[1]: 4A5B6D: to=<u@a.test>, "
      "relay=mx.a.test[192.0.2.1]:25, dsn=2.0.0, status=sent (ok)";
  const Time later = kLogNow + std::chrono::days(3);
  EXPECT_EQ(Said(ReadWholeLog(line, joiner, later).sessions), "");
}

TEST(LogJoiner, TheFeatureStatusOfPostfix311IsEnough) {
  const std::string_view ok = "sent (ok)";
  EXPECT_EQ(SessionsOf(Script()
                           .To("4A5B6C", "1@a.test", kA, ok, ", tls=may:none")
                           .To("4A5B6D", "2@a.test", kA, ok, ", tls=secure/requiretls")
                           .To("4A5B6F", "3@a.test", kA, ok, ", tls=dane:encrypt")
                           .To("4A5B7F", "4@a.test", kA, ok, ", tls=secure?")),
            "a.test mx.a.test[192.0.2.1]:25 plain - sent 1@a.test\n"
            "a.test mx.a.test[192.0.2.1]:25 authenticated Verified sent 2@a.test\n"
            "a.test mx.a.test[192.0.2.1]:25 encrypted - sent 3@a.test\n");
}

TEST(LogJoiner, WithoutTlsLinesPostfixsOwnTextsRemain) {
  EXPECT_EQ(
      SessionsOf(Script()
                     .To("4A5B6C", "1@a.test", kA, "deferred (Server certificate not verified)")
                     .To("4A5B6D", "2@a.test", kA, "deferred (Cannot start TLS: handshake failure)")
                     .To("4A5B6E", "3@a.test", kA,
                         "deferred (TLS is required, but our TLS engine is unavailable)")
                     .To("4A5B6F", "4@a.test", kA,
                         "deferred (host x said: 450 Server certificate not verified)")),
      "a.test mx.a.test[192.0.2.1]:25 encrypted - deferred 1@a.test\n"
      "a.test mx.a.test[192.0.2.1]:25 unknown - deferred 2@a.test | handshake\n");
}

TEST(LogJoiner, WhatIsNoSmtpSessionIsPassedOver) {
  EXPECT_EQ(SessionsOf(Script()
                           .Tls("Verified", kB)
                           .To("4A5B6C", "u@b.test", kB)
                           .To("4A5B6C", "u@a.test", "none", "deferred (connect to x: refused)")
                           .To("4A5B6C", "u@a.test", "mx[private/lmtp]")
                           .To("4A5B6C", "u@[192.0.2.9]", kA)
                           .To("4A5B6C", "root", kA)
                           .By("sm-mta[7]")
                           .Line("6AO3WcMf011114: to=<u@a.test>, delay=0, mailer=relay, pri=1, "
                                 "relay=smart.test. [192.0.2.2], dsn=2.0.0, stat=Sent (ok)")
                           .Line("6AO3WcMf011114: to=/dev/null, delay=0, mailer=*file*, pri=1, "
                                 "dsn=2.0.0, stat=Sent")
                           .Line("6AO3WcMf011114: to=u@a.test, delay=0, mailer=esmtp, pri=1, "
                                 "stat=queued")),
            "b.test mx.b.test[192.0.2.2]:25 authenticated Verified sent u@b.test\n");
}

TEST(LogJoiner, FollowsTagsByTransportAndByMark) {
  LogJoiner joiner;
  const Joined joined = ReadWholeLog(Script("postfix/tlswarden-rule-pin/smtp[1]")
                                         .Tls("Verified", kA)
                                         .To("4A5B6C", "u==tlswarden-rule-pin@a.test", kA)
                                         .To("4A5B6C", "\"v w==tlswarden-rule-pin\"@a.test", kA)
                                         .By("postfix/smtp[3]")
                                         .Tls("Verified", kB)
                                         .To("4A5B6D", "x==tlswarden-encrypt@b.test", kB)
                                         .log(),
                                     joiner);
  EXPECT_EQ(Said(joined.sessions),
            "a.test mx.a.test[192.0.2.1]:25 authenticated Verified sent u@a.test \"v w\"@a.test"
            " tag=rule-pin\n"
            "b.test mx.b.test[192.0.2.2]:25 authenticated Verified sent x@b.test tag=encrypt\n");
}

TEST(LogJoiner, InternationalDomainsAreALabels) {
  EXPECT_EQ(SessionsOf(Script().Tls("Verified", kA).To("4A5B6C", "jörg@Bücher.test", kA)),
            "xn--bcher-kva.test mx.a.test[192.0.2.1]:25 authenticated Verified sent "
            "jörg@Bücher.test\n");
}

TEST(LogJoiner, ForgedLinesStayText) {
  const std::string forged = "mx.a.test[192.0.2.1]:25, delay=1, dsn=2.0.0, status=sent (x)";
  const std::string ours = "b.test mx.b.test[192.0.2.2]:25 authenticated Verified sent ";
  // In a server's reply, in a local part, in front of a real line, in another's queue id.
  EXPECT_EQ(SessionsOf(Script()
                           .Tls("Verified", kB)
                           .To("4A5B6C", "u@b.test", kB,
                               "sent (250 ok\" 4A5B6D: to=<u@a.test>, relay=" + forged + ")")),
            ours + "u@b.test\n");
  EXPECT_EQ(SessionsOf(Script()
                           .Tls("Verified", kB)
                           .To("4A5B6C", "\"u@a.test>, relay=" + forged + "\"@b.test", kB)),
            ours + "\"u@a.test>, relay=" + forged + "\"@b.test\n");
  for (const std::string before : {"warning: ", "host x said: ", "4A5B6C: host x: ", " "}) {
    EXPECT_EQ(SessionsOf(Script()
                             .Tls("Verified", kB)
                             .Line(before + "4A5B6D: to=<u@a.test>, relay=" + forged)
                             .Line(before + "Verified TLS connection established to " +
                                   std::string(kA) + std::string(kCipher))
                             .To("4A5B6C", "u@b.test", kB)),
              ours + "u@b.test\n")
        << before;
  }
  // A server that speaks Postfix's words after "said:".
  EXPECT_EQ(SessionsOf(Script()
                           .Tls("Verified", kB)
                           .To("4A5B6C", "u@b.test", kB,
                               "deferred (host mx.b.test[192.0.2.2] said: 450 Server certificate "
                               "not verified)")),
            "b.test mx.b.test[192.0.2.2]:25 authenticated Verified deferred u@b.test\n");
  // Sendmail's rulesets repeat the recipient.
  EXPECT_EQ(SessionsOf(Script("sm-mta[5]")
                           .Line("6AO3WcMf011114: ruleset=tls_rcpt, arg1=\"x, relay=mx.a.test, "
                                 "reject=450\"@b.test, relay=mx.b.test, reject=450 4.7.0 <x>... no")
                           .Line("6AO3WcMf011114: to=<\"x>, mailer=esmtp, relay=mx.a.test. "
                                 "[192.0.2.1], dsn=2.0.0, stat=Sent, \"@b.test>, delay=0, "
                                 "mailer=esmtp, relay=mx.b.test. [192.0.2.2], dsn=4.2.0, "
                                 "stat=Deferred")),
            "b.test mx.b.test[192.0.2.2]:25 unknown - deferred \"x>, mailer=esmtp, relay=mx.a.test."
            " [192.0.2.1], dsn=2.0.0, stat=Sent, \"@b.test | tls_rcpt: 450 4.7.0 <x>... no\n");
}

TEST(LogJoiner, CutLinesAndNoiseAreNoSessions) {
  const std::string whole = Script().Tls("Verified", kA).To("4A5B6C", "u@a.test", kA).log();
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    LogJoiner joiner;
    for (const LoggedSession& session : ReadWholeLog(whole.substr(0, cut), joiner).sessions) {
      EXPECT_EQ(session.domain, "a.test") << cut;
      EXPECT_EQ(session.tls.mx_address, "192.0.2.1") << cut;
    }
  }
  const std::string nul(
      "4A5B6C: to=<u\0@a.test>, relay=mx.a.test[192.0.2.1]:25, dsn=2.0.0, "
      "status=sent (x)",
      70);
  EXPECT_EQ(SessionsOf(Script().Tls("Verified", kA).Line(nul)), "");
  const std::string much(100000, 'x');
  EXPECT_EQ(SessionsOf(Script()
                           .Line(much)
                           .Line("Verified TLS connection established to " + much)
                           .Line("Verified TLS connection established to mx[" + much)
                           .To("4A5B6C", much + "@a.test", kA)
                           .To("4A5B6C", "u@" + much, kA)
                           .To(much, "u@a.test", kA)
                           .Line(std::string(100000, '\0'))),
            "");
  LogJoiner joiner;
  const Joined joined =
      ReadWholeLog(Script()
                       .Tls("Verified", kA)
                       .To("4A5B6C", "u@a.test", kA, "sent (" + much + "\x01\xff)")
                       .log(),
                   joiner);
  ASSERT_EQ(joined.sessions.size(), 1U);
  EXPECT_LE(joined.sessions[0].text.size(), kMaxLoggedTextOctets);
}

TEST(LogJoiner, ALogThatIsRotatedInTheMiddleOfASession) {
  LogJoiner joiner;
  Joined all = ReadLog(Script().Tls("Verified", kA).log(), joiner);
  Append(joiner.Flush(kLogNow), all);
  Append(ReadLog(Script().To("4A5B6C", "u@a.test", kA).log(), joiner), all);
  Append(joiner.Flush(kLogNow), all);
  EXPECT_EQ(Said(all.sessions),
            "a.test mx.a.test[192.0.2.1]:25 authenticated Verified sent u@a.test\n");
  // Begun in the middle: the handshake was never seen, nor any TLS line.
  EXPECT_EQ(SessionsOf(Script().To("4A5B6C", "u@a.test", kA)), "");
}

TEST(LogJoiner, APidThatIsUsedAgainHasNothingOfTheOldOne) {
  // Hours later, by another process that has the pid now.
  EXPECT_EQ(SessionsOf(Script()
                           .Tls("Verified", kA)
                           .At("06:00:00")
                           .To("4A5B6C", "u@a.test", kA, "deferred (lost connection)")),
            "");
  // Programs and hosts have their own pids.
  EXPECT_EQ(
      SessionsOf(
          Script().Tls("Verified", kA).By("postfix-out/smtp[1]").To("4A5B6C", "u@a.test", kA)),
      "");
}

TEST(LogJoiner, SessionsComeTenSecondsLater) {
  LogJoiner joiner;
  Joined all = ReadLog(Script().Tls("Verified", kA).To("4A5B6C", "u@a.test", kA).log(), joiner);
  EXPECT_EQ(all.sessions.size(), 0U);
  EXPECT_EQ(all.deliveries.size(), 1U);
  const Time at = all.deliveries[0].at;
  EXPECT_EQ(joiner.Flush(at + std::chrono::seconds(9)).sessions.size(), 0U);
  EXPECT_EQ(joiner.Flush(at + std::chrono::seconds(10)).sessions.size(), 1U);
  EXPECT_EQ(joiner.Finish().sessions.size(), 0U);
}

TEST(LogJoiner, ManyRecipientsAreOneSession) {
  Script script;
  script.Tls("Verified", kA);
  for (int i = 0; i < 1000; ++i) script.To("4A5B6C", std::to_string(i) + "@a.test", kA);
  LogJoiner joiner;
  const Joined joined = ReadWholeLog(script.log(), joiner);
  ASSERT_EQ(joined.sessions.size(), 1U);
  EXPECT_EQ(joined.sessions[0].recipients.size(), kMostLoggedRecipients);
  EXPECT_EQ(joined.deliveries.size(), 1000U);
}

TEST(LogJoiner, RemembersSoManyProcesses) {
  Script script;
  for (int i = 0; i < 100; ++i) {
    script.By("postfix/smtp[" + std::to_string(i) + "]").Tls("Verified", kA);
  }
  LogLimits limits;
  limits.processes = 10;
  LogJoiner joiner(limits);
  ReadLog(script.log(), joiner);
  EXPECT_EQ(joiner.counts().forgotten, 90U);
  Script late;
  for (const std::string pid : {"5", "95"}) {
    late.By("postfix/smtp[" + pid + "]").To("4A5B6C", pid + "@a.test", kA, "deferred (no)");
  }
  EXPECT_EQ(Said(ReadWholeLog(late.log(), joiner).sessions),
            "a.test mx.a.test[192.0.2.1]:25 authenticated Verified deferred 95@a.test\n");
}

TEST(LogJoiner, TwoProcessesDontMix) {
  EXPECT_EQ(SessionsOf(Script()
                           .By("postfix/smtp[1]")
                           .Tls("Verified", kA)
                           .By("postfix/smtp[2]")
                           .Tls("Untrusted", kA)
                           .By("postfix/smtp[1]")
                           .To("4A5B6C", "u@a.test", kA)
                           .By("postfix/smtp[2]")
                           .To("4A5B6D", "v@a.test", kA)),
            "a.test mx.a.test[192.0.2.1]:25 authenticated Verified sent u@a.test\n"
            "a.test mx.a.test[192.0.2.1]:25 encrypted Untrusted sent v@a.test\n");
}

}  // namespace
}  // namespace tlswarden
