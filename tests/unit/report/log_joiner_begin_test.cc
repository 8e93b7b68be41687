// A log that begins in the middle of deliveries: that no TLS line is seen proves nothing then.
#include <gtest/gtest.h>

#include "report/log_joiner.h"
#include "report/sendmail_log.h"
#include "tests/unit/report/read_log.h"

namespace tlswarden {
namespace {

using std::chrono::seconds;

std::string Domains(const std::vector<LoggedSession>& sessions) {
  std::string text;
  for (const LoggedSession& session : sessions) {
    text += session.domain + ' ' + std::string(Word(session.tls.reached)) + '\n';
  }
  return text;
}

const Time kBegun = ParseTime("2026-11-24T03:00:00Z").value();

std::string At(int second, const std::string& rest) {
  return ToString(kBegun + seconds(second)) + " out " + rest + '\n';
}

constexpr char kTls[] =
    "postfix/smtp[1]: Verified TLS connection established to mx.a.test[192.0.2.1]:25: TLSv1.3 with "
    "cipher X (256/256 bits)";

std::string Sent(const std::string& delays, int pid = 2) {
  return "postfix/smtp[" + std::to_string(pid) +
         "]: 4A5B6C: to=<u@b.test>, relay=mx.b.test[192.0.2.2]:25, delay=9" + delays +
         ", dsn=2.0.0, status=sent (250 ok)";
}

TEST(LogJoinerBegin, PlainOnlyWhereTheSessionWasSeenWhole) {
  const struct {
    std::string line;
    const char* domains;
  } rows[] = {
      {At(1, Sent(", delays=0/0/0/0")), "b.test plain\n"},
      {At(1, Sent(", delays=0/0/0.1/0")), ""},
      {At(3, Sent(", delays=0/0/1/0.9")), "b.test plain\n"},
      {At(3, Sent(", delays=0/0/1.5/0.9")), ""},
      {At(3, Sent(", delays=80000/900/0.5/0.5")), "b.test plain\n"},  // it waited in the queue
      {At(90, Sent(", delays=0/0/1/60")), "b.test plain\n"},
      {At(90, Sent(", delays=0/0/1/89")), ""},
      {At(90, Sent(", delays=0/0/1")), ""},
      {At(90, Sent(", delays=0/0/x/1")), ""},
      {At(90, Sent(", delays=0/0/-1/1")), ""},
      {At(90, Sent(", delays=0/0/nan/1")), ""},
      {At(90, Sent(", delays=0/0/1e300/1")), ""},
      {At(90, Sent("")), ""},
      {At(86402, Sent("")), "b.test plain\n"},
  };
  for (const auto& row : rows) {
    LogJoiner joiner;
    joiner.KnowFrom(kBegun);
    const std::string log = At(0, kTls) + At(86000, kTls) + row.line;
    EXPECT_EQ(Domains(ReadWholeLog(log, joiner).sessions), row.domains) << row.line;
    LogJoiner whole;
    EXPECT_EQ(Domains(ReadWholeLog(log, whole).sessions), "b.test plain\n") << row.line;
  }
}

TEST(LogJoinerBegin, WithItsTlsLineASessionCountsAtOnce) {
  LogJoiner joiner;
  joiner.KnowFrom(kBegun);
  const std::string to =
      "postfix/smtp[1]: 4A5B6C: to=<u@a.test>, relay=mx.a.test[192.0.2.1]:25, delay=9, "
      "delays=0/0/1/60, dsn=2.0.0, status=sent (250 ok)";
  EXPECT_EQ(Domains(ReadWholeLog(At(0, kTls) + At(0, to), joiner).sessions),
            "a.test authenticated\n");
}

TEST(LogJoinerBegin, HowLongSendmailTook) {
  const std::pair<const char*, int> rows[] = {
      {"00:00:00", 1},
      {"00:00:01", 2},
      {"01:01:01", 3662},
      {"1+00:00:00", 86401},
      {"", -1},
      {"0:00:00", -1},
      {"00:00:0x", -1},
      {"+00:00:00", -1},
      {"-1+00:00:00", -1},
      {"999999999999+00:00:00", -1},
  };
  for (const auto& [xdelay, taken] : rows) {
    SendmailDelivery delivery;
    delivery.xdelay = xdelay;
    EXPECT_EQ(TimeTaken(delivery).value_or(seconds(-1)), seconds(taken)) << xdelay;
  }
}

TEST(LogJoinerBegin, SendmailsSessionsToo) {
  const std::string tls =
      "sendmail[1]: STARTTLS=client, relay=mx.a.test., version=TLSv1.3, verify=OK, cipher=X, "
      "bits=256/256";
  const std::string sent =
      "sendmail[2]: 6AO3WcMf011114: to=<u@b.test>, delay=00:10:00, xdelay=00:00:02, mailer=esmtp, "
      "pri=1, relay=mx.b.test. [192.0.2.2], dsn=2.0.0, stat=Sent (Ok)";
  for (const auto& [second, domains] : {std::pair(3, ""), std::pair(4, "b.test plain\n")}) {
    LogJoiner joiner;
    joiner.KnowFrom(kBegun);
    EXPECT_EQ(Domains(ReadWholeLog(At(0, tls) + At(second, sent), joiner).sessions), domains);
  }
}

}  // namespace
}  // namespace tlswarden
