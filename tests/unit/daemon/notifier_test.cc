#include "daemon/notifier.h"

#include <gtest/gtest.h>

#include "tests/unit/cache/build.h"
#include "tests/unit/report/smtp_server.h"

namespace tlswarden {
namespace {

using std::chrono::milliseconds;

Alarm Blocked(const std::string& domain, const std::string& rule = "default") {
  Alarm alarm;
  alarm.domain = Name(domain);
  alarm.failure = {ResultType::kCertificateExpired, "expired", false};
  alarm.rule = rule;
  alarm.recipient = "<a@" + domain + ">";
  alarm.blocked = true;
  alarm.since = kNow;
  return alarm;
}

NotifierOptions Options(const SmtpRelay& relay) {
  NotifierOptions options;
  options.relay = relay;
  options.smtp.step = milliseconds(2000);
  options.host = "mail.corp.example";
  options.address_for = [](const std::string& rule) {
    if (rule == "silent") return std::string();
    return rule == "bank" ? std::string("bank-admin@corp.example") : "admin@corp.example";
  };
  options.clock = [] { return kNow; };
  options.between_tries = milliseconds(1);
  return options;
}

bool WaitForNotices(const NoticeSink& log, std::size_t number) {
  for (int i = 0; i < 500 && log.notices().size() < number; ++i) {
    std::this_thread::sleep_for(milliseconds(10));
  }
  return log.notices().size() == number;
}

TEST(Notifier, MailsWhoeverTheRuleSays) {
  SmtpServer server(SmtpServer::Answers{}, 2);
  NoticeSink log;
  Notifier notifier(Options(server.relay()), log);
  notifier.Mail(Blocked("x.example", "silent"));
  notifier.Mail(Blocked("corp.example"));  // the address' own domain
  notifier.Mail(Blocked("a.example"));
  notifier.Mail(Blocked("a.example"));  // again on the same day
  notifier.Mail(Blocked("b.example", "bank"));
  ASSERT_TRUE(WaitForNotices(log, 2));
  EXPECT_EQ(log.notices()[0].level, Notice::Level::kInfo);
  EXPECT_TRUE(log.notices()[0].text.starts_with(
      "notify: the mail to admin@corp.example about a.example is handed to inet:127.0.0.1:"));
  const std::vector<std::string>& heard = server.heard();
  ASSERT_EQ(heard.size(), 10u);
  EXPECT_EQ(heard[1], "MAIL FROM:<>");
  EXPECT_EQ(heard[2], "RCPT TO:<admin@corp.example>");
  EXPECT_EQ(heard[7], "RCPT TO:<bank-admin@corp.example>");
  EXPECT_NE(server.data().find("Subject: tlswarden: mail to a.example is held back\r\n"),
            std::string::npos);
}

TEST(Notifier, TriesAgainAndGivesUpWithOneNotice) {
  SmtpServer server(SmtpServer::Answers{{"greeting", "421 busy"}}, 3);
  NoticeSink log;
  Notifier notifier(Options(server.relay()), log);
  notifier.Mail(Blocked("a.example"));
  ASSERT_TRUE(WaitForNotices(log, 1));
  EXPECT_EQ(log.notices()[0].level, Notice::Level::kWarning);
  EXPECT_NE(log.notices()[0].text.find("greeting: 421 busy; see [notify] relay"),
            std::string::npos);
}

TEST(Notifier, WhatIsRefusedForGoodIsTriedOnce) {
  SmtpServer server(SmtpServer::Answers{{"RCPT", "550 5.1.1 who?"}}, 1);
  NoticeSink log;
  Notifier notifier(Options(server.relay()), log);
  notifier.Mail(Blocked("a.example"));
  ASSERT_TRUE(WaitForNotices(log, 1));
  EXPECT_NE(log.notices()[0].text.find("550 5.1.1 who?"), std::string::npos);
}

TEST(Notifier, NobodyWaitsAndTheQueueIsBounded) {
  SmtpServer server(SmtpServer::Answers{{"greeting", "-"}}, 1);
  NoticeSink log;
  NotifierOptions options = Options(server.relay());
  options.smtp.step = milliseconds(300);
  const auto begin = std::chrono::steady_clock::now();
  {
    Notifier notifier(std::move(options), log);
    for (int i = 0; i < 200; ++i) notifier.Mail(Blocked(std::to_string(i) + ".example"));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(200));
    ASSERT_GE(log.notices().size(), 1u);
    EXPECT_NE(log.notices()[0].text.find("too many mails"), std::string::npos);
  }
  EXPECT_LE(log.notices().size(), 2u) << "too many is said once";
}

}  // namespace
}  // namespace tlswarden
