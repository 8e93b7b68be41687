// How reports come to their targets, and what is done when they don't (RFC 8460 sections 3, 5.5).
#include "report/report_sender.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "tests/unit/report/sender_world.h"

namespace tlswarden {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

class ReportSenderTest : public SenderWorld {};

TEST_F(ReportSenderTest, MailAndHttpsEachGetTheReport) {
  Count("a.test", 5, 2);
  Publish("a.test", "mailto:r@a.test,https://r.a.test/v1");
  EXPECT_EQ(Send(), (SendCounts{2, 0, 0}));
  const std::string id = ReportId(kReported, "a.test", 7, "example.org");
  ASSERT_EQ(mails.size(), 1u);
  EXPECT_EQ(mails[0].sender, "tlsrpt-noreply@example.org");
  EXPECT_EQ(mails[0].recipients, std::vector<std::string>{"r@a.test"});
  EXPECT_EQ(mails[0].text, "To: r@a.test\nSubmitter: example.org\n\noctets of " + id);
  ASSERT_EQ(posts.size(), 1u);
  EXPECT_EQ(posts[0].uri, "https://r.a.test/v1");
  EXPECT_EQ(posts[0].octets, "octets of " + id);
  EXPECT_EQ(posts[0].type, "application/tlsrpt+gzip") << "RFC 8460 section 5.4";
  EXPECT_EQ(
      Log(Notice::Level::kInfo),
      "tlsrpt: report sent: domain=a.test day=2026-11-24 to=mailto:r@a.test sessions=7 "
      "failures=2 report-id=" +
          id +
          "\n"
          "tlsrpt: report sent: domain=a.test day=2026-11-24 to=https://r.a.test/v1 sessions=7 "
          "failures=2 report-id=" +
          id + "\n");
  EXPECT_EQ(Send(), SendCounts()) << "once";
}

// tlsrpt-reporter takes an HTTP 500 for a success.
TEST_F(ReportSenderTest, OneTargetAcceptsAndTheOtherIsTriedOnItsOwn) {
  Count("a.test", 1);
  Publish("a.test", "mailto:r@a.test,https://r.a.test/v1");
  http = [](const std::string&) { return Later("HTTP status 500"); };
  EXPECT_EQ(Send(), (SendCounts{1, 1, 0}));
  EXPECT_NE(Log(Notice::Level::kInfo).find(": HTTP status 500\n"), std::string::npos);
  http = [](const std::string&) { return Accepted(); };
  EXPECT_EQ(SendUntil(kAllDue + hours(1)), (SendCounts{1, 0, 0}));
  EXPECT_EQ(mails.size(), 1u);
  EXPECT_EQ(posts.size(), 2u);
  EXPECT_EQ(posts[0].octets, posts[1].octets);
  EXPECT_EQ(Log(Notice::Level::kWarning), "");
}

TEST_F(ReportSenderTest, ARetrySendsTheVerySameThoughTheLedgerHasGrown) {
  Count("a.test", 1);
  Publish("a.test", "mailto:r@a.test");
  compose = [](const TlsReport& report) -> Result<std::string> {
    return std::to_string(report.policies[0].successes);
  };
  smtp = [](const SmtpMail& mail) { return RcptRefused(mail.recipients[0], false); };
  Send();
  Count("a.test", 99);
  Publish("a.test", "mailto:other@a.test");
  SendUntil(kAllDue + minutes(30));
  ASSERT_GE(mails.size(), 3u);
  for (const SmtpMail& mail : mails) {
    EXPECT_EQ(mail.text, mails[0].text);
    EXPECT_EQ(mail.recipients, mails[0].recipients);
  }
}

TEST_F(ReportSenderTest, APermanentRefusalIsFinal) {
  Count("a.test", 1);
  Publish("a.test", "mailto:r@a.test,https://r.a.test/v1");
  smtp = [](const SmtpMail& mail) { return RcptRefused(mail.recipients[0], true); };
  http = [](const std::string&) {
    return PostOutcome{PostOutcome::Status::kPermanent, "HTTP status 404", false};
  };
  EXPECT_EQ(SendUntil(kAllDue + hours(30)), (SendCounts{0, 0, 2}));
  EXPECT_EQ(tries.size(), 2u);
  const std::string warnings = Log(Notice::Level::kWarning);
  EXPECT_NE(warnings.find("report given up: domain=a.test day=2026-11-24 to=mailto:r@a.test"),
            std::string::npos);
  EXPECT_NE(warnings.find("550 5.1.1 no such user"), std::string::npos);
  EXPECT_NE(warnings.find("tries=1: HTTP status 404; "), std::string::npos) << warnings;
}

// RFC 8460 section 5.5: exponential back-off, up to 24 hours.
TEST_F(ReportSenderTest, BackOffAndGivingUp) {
  Count("a.test", 1);
  Publish("a.test", "mailto:r@a.test");
  smtp = [](const SmtpMail& mail) { return RcptRefused(mail.recipients[0], false); };
  const SendCounts counts = SendUntil(kAllDue + hours(40), minutes(2));
  EXPECT_EQ(counts.sent, 0u);
  EXPECT_EQ(counts.given_up, 1u);
  ASSERT_GE(tries.size(), 9u);
  ASSERT_LE(tries.size(), 14u);
  seconds before{0};
  for (std::size_t i = 1; i < tries.size(); ++i) {
    const seconds gap = tries[i].at - tries[i - 1].at;
    if (i <= 6) {
      EXPECT_GE(gap, before * 3 / 2) << "it doubles, less the spread";
    }
    EXPECT_LE(gap, hours(5) + minutes(2));
    before = gap;
  }
  EXPECT_GE(tries[1].at - tries[0].at, minutes(5));
  EXPECT_GE(tries.back().at - tries.front().at, hours(24));
  EXPECT_LE(tries.back().at - tries.front().at, hours(30));
}

TEST_F(ReportSenderTest, ARelayThatIsDownIsAskedForOneOfManyReports) {
  for (int i = 0; i < 50; ++i) {
    const std::string domain = "d" + std::to_string(i) + ".test";
    Count(domain, 1);
    Publish(domain, "mailto:r@" + domain);
  }
  const auto sender = Open();
  smtp = [](const SmtpMail&) { return NoRelay(); };
  ASSERT_TRUE(sender->SendDue().ok());
  EXPECT_EQ(mails.size(), 1u) << "though the others were made after it had failed";
  now += minutes(10);
  ASSERT_TRUE(sender->SendDue().ok());
  EXPECT_EQ(mails.size(), 2u);
  smtp = [](const SmtpMail&) { return SmtpOutcome{SmtpOutcome::Status::kSent, "", {}}; };
  now += hours(1);
  EXPECT_EQ(sender->SendDue()->sent, 50u);
}

TEST_F(ReportSenderTest, AHostThatIsSilentHoldsUpNobodyElse) {
  for (int i = 0; i < 20; ++i) {
    const std::string domain = "slow" + std::to_string(i) + ".test";
    Count(domain, 1);
    Publish(domain, "https://slow.test/" + std::to_string(i));
  }
  Count("fast.test", 1);
  Publish("fast.test", "https://fast.test/");
  http = [](const std::string& uri) {
    if (uri == "https://fast.test/") return Accepted();
    return PostOutcome{PostOutcome::Status::kTemporary, "timeout after 30 s", true};
  };
  const auto sender = Open();
  ASSERT_TRUE(sender->SendDue().ok());
  EXPECT_EQ(posts.size(), 2u) << "one of the twenty is asked for all";
  EXPECT_NE(Log(Notice::Level::kInfo).find("to=https://fast.test/ "), std::string::npos);
  posts.clear();
  now += minutes(10);
  ASSERT_TRUE(sender->SendDue().ok());
  EXPECT_EQ(posts.size(), 1u);
}

TEST_F(ReportSenderTest, AClockThatJumpsSendsNeitherTwiceNorNever) {
  Count("a.test", 1);
  Publish("a.test", "mailto:r@a.test,https://r.a.test/v1");
  http = [](const std::string&) { return Later("HTTP status 503"); };
  EXPECT_EQ(Send().sent, 1u);
  for (const days jump : {days(400), days(-300), days(1), days(-1), days(20000), days(0)}) {
    now = kAllDue + jump;
    Send();
    Send();
  }
  EXPECT_EQ(mails.size(), 1u) << "not twice";
  EXPECT_EQ(Log(Notice::Level::kWarning), "") << "a jump is no reason to give up";
  http = [](const std::string&) { return Accepted(); };
  EXPECT_EQ(SendUntil(kAllDue + hours(6)).sent, 1u) << "not never";
}

TEST_F(ReportSenderTest, AClockThatWasWrongWhenTheQueueBegan) {
  Count("a.test", 1);
  Publish("a.test", "mailto:r@a.test");
  for (const Time wrong : {kAllDue + days(36500), Time(days(3))}) {
    now = wrong;
    EXPECT_EQ(Send().sent, 0u);
  }
  now = kAllDue;
  EXPECT_EQ(Send().sent, 1u);
}

TEST_F(ReportSenderTest, TroubleWithTheLedgerDoesntKeepTheQueueFromGoingOut) {
  Count("a.test", 1);
  Publish("a.test", "mailto:r@a.test");
  smtp = [](const SmtpMail& mail) { return RcptRefused(mail.recipients[0], false); };
  Send();
  smtp = [](const SmtpMail&) { return SmtpOutcome{SmtpOutcome::Status::kSent, "", {}}; };
  ledger_broken = true;
  now += minutes(10);
  const Result<SendCounts> counts = Open()->SendDue();
  ASSERT_FALSE(counts.ok());
  EXPECT_EQ(counts.error(), "ledger.db: disk I/O error");
  EXPECT_EQ(mails.size(), 2u);
  EXPECT_NE(Log(Notice::Level::kInfo).find("report sent"), std::string::npos);
}

// The peer has accepted, and the file can't be written: nothing else is sent until it can.
TEST_F(ReportSenderTest, AnOutcomeThatCantBeKeptIsNotForgotten) {
  for (const char* domain : {"a.test", "b.test"}) {
    Count(domain, 1);
    Publish(domain, "mailto:r@" + std::string(domain));
  }
  const auto sender = Open();
  std::optional<SqliteDb> holder;
  smtp = [&](const SmtpMail&) {
    if (mails.size() == 1) {
      Result<SqliteDb> db = SqliteDb::Open(path);
      holder = std::move(db).value();
      EXPECT_EQ(holder->Execute("BEGIN IMMEDIATE"), std::nullopt);
    }
    return SmtpOutcome{SmtpOutcome::Status::kSent, "", {}};
  };
  EXPECT_FALSE(sender->SendDue().ok());
  EXPECT_EQ(mails.size(), 1u);
  holder.reset();
  now += hours(1);
  EXPECT_EQ(sender->SendDue()->sent, 2u);
  EXPECT_EQ(mails.size(), 2u) << "each once";
}

TEST_F(ReportSenderTest, PreviewOfWhatWaits) {
  Count("a.test", 1);
  Publish("a.test", "mailto:r@a.test");
  smtp = [](const SmtpMail& mail) { return RcptRefused(mail.recipients[0], false); };
  Send();
  EXPECT_TRUE(Open()->PreviewTargets(9)->empty()) << "not yet";
  now += minutes(10);
  const auto sender = Open();
  for (int round = 0; round < 2; ++round) {
    const Result<std::vector<Claim>> waiting = sender->PreviewTargets(9);
    ASSERT_TRUE(waiting.ok());
    ASSERT_EQ(waiting->size(), 1u);
    EXPECT_EQ(waiting->front().report.domain, "a.test");
    EXPECT_EQ(waiting->front().target.attempts.tries, 1);
  }
  EXPECT_EQ(mails.size(), 1u);
}

TEST_F(ReportSenderTest, ARemarkOfTheHostStandsInTheLog) {
  Count("a.test", 1);
  Publish("a.test", "https://r.a.test/");
  http = [](const std::string&) {
    return PostOutcome{PostOutcome::Status::kAccepted, "certificate has expired\n", false};
  };
  EXPECT_EQ(Send().sent, 1u);
  EXPECT_TRUE(Log(Notice::Level::kInfo).ends_with("@example.org: certificate has expired?\n"));
}

TEST_F(ReportSenderTest, PaceIsKept) {
  for (const char* domain : {"a.test", "b.test", "c.test"}) {
    Count(domain, 1);
    Publish(domain, "mailto:r@" + std::string(domain));
  }
  options.reports_a_minute = 600;
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(Send().sent, 3u);
  EXPECT_GE(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(200));
}

TEST_F(ReportSenderTest, TheThreadSendsAndStops) {
  Count("a.test", 1);
  Publish("a.test", "mailto:r@a.test");
  const auto sender = Open();
  sender->Start();
  const auto said = [this] {
    const std::lock_guard lock(mutex);
    return !log.empty();
  };
  for (int i = 0; i < 500 && !said(); ++i) usleep(10000);
  EXPECT_TRUE(said());
  const auto began = std::chrono::steady_clock::now();
  sender->Stop();
  sender->Stop();
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(500));
  EXPECT_EQ(mails.size(), 1u);
}

TEST_F(ReportSenderTest, TheThreadComplainsOnce) {
  ledger_broken = true;
  const auto sender = Open();
  sender->Start();
  usleep(200000);
  sender->Stop();
  EXPECT_EQ(Log(Notice::Level::kError),
            "tlsrpt: reports can't be made or sent: ledger.db: disk I/O error; tried again every "
            "30 s\n");
}

// A sender that dies by SIGKILL inside the n-th call of a door, before or after what it does.
struct Death {
  const char* door;
  int call;
  bool after;
};

class KilledSender : public ReportSenderTest, public testing::WithParamInterface<Death> {
 protected:
  void KillIn(const std::string& door, bool after) {
    const Death& death = GetParam();
    if (!deadly || door != death.door || after != death.after) return;
    if (++calls == death.call) kill(getpid(), SIGKILL);
  }
  bool deadly = false;
  int calls = 0;
};

TEST_P(KilledSender, NeitherTwiceNorNever) {
  const std::string accepted = dir / "accepted";
  for (const char* domain : {"a.test", "b.test", "c.test"}) {
    Count(domain, 1);
    Publish(domain, "mailto:r@" + std::string(domain));
  }
  compose = [&](const TlsReport& report) -> Result<std::string> {
    KillIn("compose", false);
    return report.report_id;
  };
  smtp = [&](const SmtpMail& mail) {
    KillIn("submit", false);
    std::ofstream(accepted, std::ios::app) << mail.text.substr(mail.text.find("\n\n") + 2) << '\n'
                                           << std::flush;
    KillIn("submit", true);
    return SmtpOutcome{SmtpOutcome::Status::kSent, "", {}};
  };
  const pid_t child = fork();
  if (child == 0) {
    deadly = true;
    Send();
    _exit(0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status)) << "it must die where it was told to";
  SendUntil(kAllDue + hours(8));
  std::map<std::string, int> times;
  std::ifstream file(accepted);
  for (std::string line; std::getline(file, line);) ++times[line];
  EXPECT_EQ(times.size(), 3u) << "none never";
  int twice = 0;
  for (const auto& [id, count] : times) {
    EXPECT_LE(count, 2);
    twice += count == 2 ? 1 : 0;
  }
  // Accepted, and dead before that could be written: the same report-id again.
  EXPECT_EQ(twice, GetParam().after ? 1 : 0);
}

INSTANTIATE_TEST_SUITE_P(Doors, KilledSender,
                         testing::Values(Death{"compose", 1, false}, Death{"compose", 3, false},
                                         Death{"submit", 1, false}, Death{"submit", 2, false},
                                         Death{"submit", 3, false}, Death{"submit", 1, true},
                                         Death{"submit", 3, true}));

}  // namespace
}  // namespace tlswarden
