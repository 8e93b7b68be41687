#include "report/message_proof.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "tests/unit/report/read_log.h"

namespace tlswarden {
namespace {

MessageProof Prove(std::string_view log, std::string_view queue_id) {
  ProofReader reader(queue_id);
  while (!log.empty()) {
    const std::size_t end = std::min(log.find('\n'), log.size());
    const auto line = SplitLogLine(log.substr(0, end), kLogNow, std::chrono::minutes(0));
    log.remove_prefix(std::min(log.size(), end + 1));
    if (line) reader.Take(*line);
  }
  return reader.proof();
}

constexpr std::string_view kLog =
    "Nov 24 02:00:00 out tlswarden[8]: NOQUEUE: rcpt=<u@a.test> action=defer reply=\"451 4.7.5\" "
    "policy-type=sts policy-domain=a.test rule=old cache=miss ms=1.00\n"
    "Nov 24 03:00:00 out tlswarden[8]: NOQUEUE: rcpt=<u@A.test> action=accept tag=authenticated "
    "policy-type=sts policy-domain=a.test rule=\"board \\\"x\\\"\" cache=hit ms=0.02\n"
    "Nov 24 03:00:00 out tlswarden[8]: 4A5B6C: rcpt=<v@b.test> action=accept would=defer "
    "policy-type=sts policy-mode=testing policy-domain=b.test "
    "result-type=validation-failure receiving-mx-hostname=mx.b.test "
    "failure-reason-code=\"no MX host matches the MTA-STS policy\" rule=default cache=hit ms=0.02\n"
    "Nov 24 03:00:00 out tlswarden[8]: 4A5B6D: rcpt=<v@b.test> action=reject rule=other\n"
    "Nov 24 03:00:01 out postfix/tlswarden-authenticated/smtp[1]: certificate verification failed "
    "for mx1.a.test[192.0.2.1]:25: self-signed certificate\n"
    "Nov 24 03:00:01 out postfix/tlswarden-authenticated/smtp[1]: Untrusted TLS connection "
    "established to mx1.a.test[192.0.2.1]:25: TLSv1.3 with cipher AES (256/256 bits)\n"
    "Nov 24 03:00:01 out postfix/tlswarden-authenticated/smtp[1]: 4A5B6C: "
    "to=<u==tlswarden-authenticated@a.test>, relay=mx1.a.test[192.0.2.1]:25, delay=1, "
    "delays=0/0/1/0, dsn=4.7.5, status=deferred (Server certificate not verified)\n"
    "Nov 24 03:05:00 out postfix/tlswarden-authenticated/smtp[1]: Verified TLS connection "
    "established to mx2.a.test[192.0.2.2]:25: TLSv1.3 with cipher AES (256/256 bits)\n"
    "Nov 24 03:05:00 out postfix/tlswarden-authenticated/smtp[1]: 4A5B6C: "
    "to=<u==tlswarden-authenticated@a.test>, relay=mx2.a.test[192.0.2.2]:25, delay=1, "
    "delays=0/0/1/0, dsn=2.0.0, status=sent (250 ok: queued as X)\n"
    "Nov 24 03:00:02 out postfix/smtp[2]: 4A5B6C: to=<w@c.test>, orig_to=<v@b.test>, "
    "relay=mx.c.test[192.0.2.3]:25, delay=1, delays=0/0/1/0, dsn=2.0.0, status=sent (250 ok)\n"
    "Nov 24 03:00:02 out postfix/smtp[2]: 4A5B6D: to=<v@b.test>, relay=none, delay=1, "
    "delays=0/0/1/0, dsn=4.4.1, status=deferred (connect to mx.b.test: refused)\n";

TEST(MessageProof, SaysWhatWasDemandedAndHowItWent) {
  EXPECT_EQ(ToText(Prove(kLog, "4A5B6C")),
            "message 4A5B6C\n"
            "<v@b.test>\n"
            "  2026-11-24T03:00:00Z demanded: sts of b.test (testing), rule default; accept, would "
            "defer; validation-failure: no MX host matches the MTA-STS policy\n"
            "  2026-11-24T03:00:02Z sent, mx.c.test[192.0.2.3]:25, in the clear; 2.0.0 250 ok\n"
            "<u@a.test>\n"
            "  (found by the recipient: logged before the message had a queue id)\n"
            "  2026-11-24T03:00:00Z demanded: sts of a.test, rule board \"x\", tag authenticated; "
            "accept\n"
            "  2026-11-24T03:00:01Z deferred, mx1.a.test[192.0.2.1]:25, encrypted (Untrusted), "
            "TLSv1.3, AES, tag authenticated; self-signed certificate; 4.7.5 Server certificate "
            "not verified\n"
            "  2026-11-24T03:05:00Z sent, mx2.a.test[192.0.2.2]:25, authenticated (Verified), "
            "TLSv1.3, AES, tag authenticated; 2.0.0 250 ok: queued as X\n");
  EXPECT_EQ(ToText(Prove(kLog, "4A5B6D")),
            "message 4A5B6D\n<v@b.test>\n"
            "  2026-11-24T03:00:00Z demanded: , rule other; reject\n"
            "  2026-11-24T03:00:02Z deferred; 4.4.1 connect to mx.b.test: refused\n");
  EXPECT_EQ(ToText(Prove(kLog, "4A5B6E")), "message 4A5B6E\nnothing in this log\n");
  EXPECT_EQ(Prove(kLog, "NOQUEUE").recipients.size(), 0U);
}

TEST(MessageProof, AsJson) {
  const boost::json::value json = boost::json::parse(ToJson(Prove(kLog, "4A5B6C")));
  EXPECT_EQ(json.at("queue-id"), "4A5B6C");
  EXPECT_EQ(json.at("complete"), true);
  const auto& recipient = json.at("recipients").as_array().at(1);
  EXPECT_EQ(recipient.at("recipient"), "u@a.test");
  EXPECT_EQ(recipient.at("demand-found-by"), "recipient");
  EXPECT_EQ(recipient.at("demands").as_array().at(0).at("rule"), "board \"x\"");
  EXPECT_EQ(recipient.at("demands").as_array().at(0).at("policy-domain"), "a.test");
  const auto& attempts = recipient.at("attempts").as_array();
  ASSERT_EQ(attempts.size(), 2U);
  EXPECT_EQ(attempts[0].at("certificate-failure"), "self-signed certificate");
  EXPECT_EQ(attempts[1].at("tls"), "authenticated");
  EXPECT_EQ(attempts[1].at("verified-as"), "Verified");
  EXPECT_EQ(attempts[1].at("tls-version"), "TLSv1.3");
  EXPECT_EQ(attempts[1].at("receiving-mx-hostname"), "mx2.a.test");
  EXPECT_EQ(attempts[1].at("at"), "2026-11-24T03:05:00Z");
}

TEST(MessageProof, ReadsOwnLinesInJsonToo) {
  const std::string log =
      "Nov 24 03:00:00 out tlswarden[8]: "
      "{\"queue-id\":\"6AO3WcMf011114\",\"rcpt\":\"<u@dane.test>\""
      ",\"action\":\"accept\",\"policy-type\":\"tlsa\",\"rule\":\"default\"}\n"
      "Nov 24 03:00:00 out tlswarden[8]: {\"level\":\"info\",\"message\":\"x\"}\n" +
      LogFile("sendmail-maillog.txt");
  const MessageProof proof = Prove(log, "6AO3WcMf011114");
  ASSERT_EQ(proof.recipients.size(), 1U);
  ASSERT_EQ(proof.recipients[0].demands.size(), 1U);
  EXPECT_EQ(proof.recipients[0].demands[0].policy_type, "tlsa");
  ASSERT_EQ(proof.recipients[0].attempts.size(), 1U);
  EXPECT_EQ(proof.recipients[0].attempts[0].tls.word, "FAIL");
}

TEST(MessageProof, LinesThatJudgeNoRecipientOfOutboundMailAreNoDemands) {
  for (const std::string_view line :
       {"4A5B6C: client=192.0.2.1 rcpt=<u@a.test> action=accept", "4A5B6C: rcpt=<u@a.test>",
        "NOQUEUE: map=QUERY key=a.test answer=\"OK dane\"",
        "4A5B6C: rcpt=\"<u@a.test> action=accept", "", "{", "{}", "[]",
        "{\"queue-id\":1,\"rcpt\":\"u\",\"action\":\"accept\"}",
        "{\"client\":\"192.0.2.1\",\"rcpt\":\"u\",\"action\":\"accept\"}"}) {
    EXPECT_FALSE(ParseOwnLog(line)) << line;
  }
  EXPECT_FALSE(ParseOwnLog("4A5B6C: rcpt=<u@a.test> action=accept x=" + std::string(20000, 'x')));
  EXPECT_FALSE(ParseOwnLog(std::string(10000, '[')));
}

TEST(MessageProof, IsBounded) {
  std::string log;
  for (int i = 0; i < 2000; ++i) {
    log += "Nov 24 03:00:02 out postfix/smtp[2]: 4A5B6C: to=<" + std::to_string(i) +
           "@a.test>, relay=none, dsn=4.4.1, status=deferred (refused)\n";
  }
  const MessageProof proof = Prove(log, "4A5B6C");
  EXPECT_EQ(proof.recipients.size(), 1000U);
  EXPECT_FALSE(proof.complete);
  EXPECT_TRUE(ToText(proof).ends_with("and more than can be shown\n"));
}

}  // namespace
}  // namespace tlswarden
