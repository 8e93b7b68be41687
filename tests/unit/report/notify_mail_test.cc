#include "report/notify_mail.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "tests/unit/policy/build.h"

namespace tlswarden {
namespace {

Alarm Blocked() {
  Alarm alarm;
  alarm.domain = Name("bank.example");
  alarm.failure = {ResultType::kCertificateExpired, "the certificate of mx1 has expired", false};
  alarm.rule = "partners";
  alarm.recipient = "<a@bank.example>";
  alarm.blocked = true;
  alarm.since = kNow;
  alarm.last = kNow;
  alarm.count = 1;
  return alarm;
}

NotifyContext Context() { return {"admin@corp.example", "", "mail.corp.example", "1.2.3", kNow}; }

// The names of the header's fields, in their order.
std::string FieldNames(const std::string& mail) {
  std::istringstream lines(mail.substr(0, mail.find("\n\n")));
  std::string names;
  for (std::string line; std::getline(lines, line);) names += line.substr(0, line.find(':')) + ' ';
  return names;
}

constexpr const char* kFields =
    "Date From To Subject Message-ID Auto-Submitted TLS-Required MIME-Version Content-Type ";

TEST(NotifyMail, WhatIsOnlyRememberedCanBeLetGo) {
  for (const char* rule : {"remembered", "remember-tls"}) {
    Alarm alarm = Blocked();
    alarm.rule = rule;
    const std::string mail = ComposeNotifyMail(alarm, Context());
    EXPECT_NE(mail.find("[outbound] remember-tls"), std::string::npos) << mail;
    EXPECT_NE(mail.find("tlswarden cache purge bank.example"), std::string::npos) << mail;
    EXPECT_EQ(mail.find("your rule"), std::string::npos) << mail;
  }
  EXPECT_EQ(ComposeNotifyMail(Blocked(), Context()).find("cache purge"), std::string::npos);
}

TEST(NotifyMail, SaysWhatHappenedAndWhatToDo) {
  EXPECT_EQ(ComposeNotifyMail(Blocked(), Context()),
            R"(Date: Fri, 15 Jan 2027 08:00:00 +0000
From: tlswarden <tlswarden@mail.corp.example>
To: <admin@corp.example>
Subject: tlswarden: mail to bank.example is held back
Message-ID: <1.2.3@mail.corp.example>
Auto-Submitted: auto-generated
TLS-Required: No
MIME-Version: 1.0
Content-Type: text/plain; charset=us-ascii

Mail to bank.example can't be delivered as safely as it has to be, so it
isn't delivered.

  domain:       bank.example
  recipient:    <a@bank.example>
  since:        2027-01-15T08:00:00Z
  result-type:  certificate-expired
  reason:       the certificate of mx1 has expired
  demanded by:  your rule [rule.partners]

What you can do:

- Look at it: tlswarden explain bank.example
- Tell the postmaster of bank.example, by another way than this mail.
  The lines above say what is wrong.
- If the mail must go out regardless, make an exception that ends by
  itself, above your other rules in /etc/tlswarden/tlswarden.conf:

    [rule.exception]
    recipient-domain = bank.example
    require = none
    until = 2027-01-22

The log says when it is over (alarm=end). There is at most one such mail
a day for each domain.
-- 
tlswarden on mail.corp.example
)");
}

TEST(NotifyMail, SaysWhoseDemandItIs) {
  Alarm alarm = Blocked();
  alarm.rule = "default";
  const std::string mail = ComposeNotifyMail(alarm, Context());
  EXPECT_NE(mail.find("the policy that the domain publishes"), std::string::npos) << mail;
}

TEST(NotifyMail, AMiddleboxIsNoPartnersFault) {
  Alarm alarm = Blocked();
  alarm.domain = Domain();
  alarm.destinations = 12;
  const std::string mail = ComposeNotifyMail(alarm, Context());
  EXPECT_EQ(FieldNames(mail), kFields);
  EXPECT_NE(mail.find("12 unrelated destinations"), std::string::npos) << mail;
  EXPECT_NE(mail.find("firewall"), std::string::npos) << mail;
  EXPECT_EQ(mail.find("[rule.exception]"), std::string::npos) << mail;
}

TEST(NotifyMail, NothingFromOutsideAddsAField) {
  const std::string hostile =
      "x\r\nBcc: <all@victim.example>\r\n\r\n.\r\nMAIL FROM:<>\x1b[31m\0\xff";
  Alarm alarm = Blocked();
  alarm.failure.reason = hostile + std::string(100000, 'r');
  alarm.recipient = hostile;
  alarm.rule = hostile;
  NotifyContext context = Context();
  context.to = context.sender = context.host = context.unique = hostile;
  for (const std::string& mail :
       {ComposeNotifyMail(alarm, Context()), ComposeNotifyMail(alarm, context)}) {
    EXPECT_EQ(FieldNames(mail), kFields);
    EXPECT_LT(mail.size(), 8000u);
    std::istringstream lines(mail);
    for (std::string line; std::getline(lines, line);) {
      EXPECT_LE(line.size(), 998u);
      EXPECT_NE(line, ".");
      EXPECT_TRUE(std::all_of(line.begin(), line.end(), [](char c) {
        return c >= 0x20 && c <= 0x7e;
      })) << line;
    }
  }
}

TEST(WouldLoop, WhenTheMailWouldGoWhereTheTroubleIs) {
  const struct {
    const char* domain;
    const char* recipient;
    const char* address;
    bool loops;
  } cases[] = {
      {"bank.example", "<a@bank.example>", "admin@corp.example", false},
      {"corp.example", "<a@corp.example>", "admin@corp.example", true},
      {"corp.example", "", "admin@CORP.example", true},
      {"relay.example", "<admin@corp.example>", "admin@corp.example", true},
      {"relay.example", "admin@corp.example", "admin@corp.example", true},
      {"bank.example", "<a@bank.example>", "", true},
      {"bank.example", "<a@bank.example>", "root", false},
      {"sub.corp.example", "<a@sub.corp.example>", "admin@corp.example", false},
  };
  for (const auto& c : cases) {
    Alarm alarm = Blocked();
    alarm.domain = Name(c.domain);
    alarm.recipient = c.recipient;
    EXPECT_EQ(WouldLoop(alarm, c.address), c.loops) << c.domain << ' ' << c.address;
  }
  Alarm middlebox = Blocked();
  middlebox.domain = Domain();
  middlebox.recipient.clear();
  EXPECT_FALSE(WouldLoop(middlebox, "admin@corp.example"));
}

TEST(NotifyLimit, OneADayForEachDomain) {
  using Answer = NotifyLimit::Answer;
  NotifyLimit limit;
  EXPECT_EQ(limit.Ask(Name("a.test"), kNow), Answer::kSend);
  EXPECT_EQ(limit.Ask(Name("b.test"), kNow), Answer::kSend);
  EXPECT_EQ(limit.Ask(Name("a.test"), kNow + std::chrono::hours(23)), Answer::kNotAgain);
  EXPECT_EQ(limit.Ask(Name("a.test"), kNow + std::chrono::hours(24)), Answer::kSend);
}

TEST(NotifyLimit, ManyInAllAreTooMany) {
  using Answer = NotifyLimit::Answer;
  NotifyLimit limit;
  for (std::size_t i = 0; i < kMostMailsADay; ++i) {
    EXPECT_EQ(limit.Ask(Name(std::to_string(i) + ".test"), kNow), Answer::kSend);
  }
  EXPECT_EQ(limit.Ask(Name("more.test"), kNow), Answer::kTooMany);
  EXPECT_EQ(limit.Ask(Name("more.test"), kNow + std::chrono::hours(24)), Answer::kSend);
}

}  // namespace
}  // namespace tlswarden
