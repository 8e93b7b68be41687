#include "report/log_line.h"

#include <gtest/gtest.h>

#include <string>

namespace tlswarden {
namespace {

using std::chrono::minutes;

Time At(std::string_view text) { return ParseTime(text).value(); }

std::string Split(std::string_view line, std::string_view now = "2026-11-24T12:00:00Z",
                  minutes offset = minutes(0)) {
  const auto split = SplitLogLine(line, At(now), offset);
  if (!split) return "nothing";
  return ToString(split->at) + '|' + std::string(split->host) + '|' + std::string(split->program) +
         '|' + std::to_string(split->pid) + '|' + std::string(split->text) +
         (split->tag.empty() ? "" : "|tag " + std::string(split->tag));
}

TEST(LogLine, TakesApartBothKindsOfStamps) {
  EXPECT_EQ(Split("Nov 24 03:29:46 out postfix/smtp[9872]: a text"),
            "2026-11-24T03:29:46Z|out|postfix/smtp|9872|a text");
  EXPECT_EQ(Split("Nov  4 03:29:46 out sm-mta[7]: x"), "2026-11-04T03:29:46Z|out|sm-mta|7|x");
  EXPECT_EQ(Split("2026-11-24T03:29:46.123456+01:00 out tlswarden[811]: x"),
            "2026-11-24T02:29:46Z|out|tlswarden|811|x");
  EXPECT_EQ(Split("2026-11-24T03:29:46-03:30 out sendmail[811]: x"),
            "2026-11-24T06:59:46Z|out|sendmail|811|x");
  EXPECT_EQ(Split("2026-11-24T03:29:46Z h postfix/tlsproxy[811]: "),
            "2026-11-24T03:29:46Z|h|postfix/tlsproxy|811|");
}

TEST(LogLine, ClassicStampsAreLocalTime) {
  EXPECT_EQ(Split("Nov 24 03:29:46 out sm-mta[7]: x", "2026-11-24T12:00:00Z", minutes(60)),
            "2026-11-24T02:29:46Z|out|sm-mta|7|x");
  EXPECT_EQ(Split("Nov 24 00:10:00 out sm-mta[7]: x", "2026-11-24T12:00:00Z", minutes(-210)),
            "2026-11-24T03:40:00Z|out|sm-mta|7|x");
  // New Year comes earlier there.
  EXPECT_EQ(Split("Jan  1 00:30:00 out sm-mta[7]: x", "2026-12-31T23:30:00Z", minutes(60)),
            "2026-12-31T23:30:00Z|out|sm-mta|7|x");
}

TEST(LogLine, GetsTheYearThatFits) {
  const auto year = [](std::string_view stamp, std::string_view now) {
    return Split(std::string(stamp) + " h sm-mta[7]: x", now).substr(0, 10);
  };
  EXPECT_EQ(year("Dec 31 23:59:59", "2027-01-01T00:00:05Z"), "2026-12-31");
  EXPECT_EQ(year("Jan  1 00:00:01", "2026-12-31T23:59:59Z"), "2027-01-01");  // a clock runs fast
  EXPECT_EQ(year("Jan  3 00:00:00", "2026-12-31T23:59:59Z"), "2026-01-03");  // not two days ahead
  EXPECT_EQ(year("Feb  1 00:00:00", "2027-01-10T00:00:00Z"), "2026-02-01");
  EXPECT_EQ(year("Feb 29 00:00:00", "2028-03-01T00:00:00Z"), "2028-02-29");
  EXPECT_EQ(year("Feb 29 00:00:00", "2026-03-01T00:00:00Z"), "nothing");
  EXPECT_EQ(year("Nov 24 23:59:60", "2026-11-25T00:00:00Z"), "2026-11-24");
}

TEST(LogLine, ProgramsOfOtherNamesAreRefused) {
  for (const std::string program :
       {"postfix/lmtp", "postfix/smtpd", "postfix/qmgr", "smtp", "/smtp", "tlsproxy", "postfix",
        "sm-msp-queue", "tlswarden-x", "xtlswarden", "dovecot", "postfix/smtp ", "postfix/smtp:"}) {
    EXPECT_EQ(Split("Nov 24 03:29:46 out " + program + "[9872]: x"), "nothing") << program;
  }
  for (const std::string program : {"postfix-out/smtp", "postfix/relay/smtp", "a/b/c/tlsproxy"}) {
    EXPECT_NE(Split("Nov 24 03:29:46 out " + program + "[9872]: x"), "nothing") << program;
  }
}

TEST(LogLine, OnlyTheProgramAtItsPlaceCounts) {
  EXPECT_EQ(Split("Nov 24 03:29:46 out postfix/cleanup[1]: 4A: warning: header Subject: "
                  "Nov 24 03:29:46 out postfix/smtp[9872]: x"),
            "nothing");
  EXPECT_EQ(Split("Nov 24 03:29:46 out dovecot: postfix/smtp[9872]: x"), "nothing");
  EXPECT_EQ(Split("Nov 24 03:29:46 out postfix/smtp[2]: Nov 24 03:29:46 out sm-mta[3]: x"),
            "2026-11-24T03:29:46Z|out|postfix/smtp|2|Nov 24 03:29:46 out sm-mta[3]: x");
}

TEST(LogLine, TagsAreThoseOfTransports) {
  EXPECT_EQ(Split("Nov 24 03:29:46 out postfix/tlswarden-rule-pin/smtp[2]: x"),
            "2026-11-24T03:29:46Z|out|postfix/tlswarden-rule-pin/smtp|2|x|tag rule-pin");
  EXPECT_EQ(Split("Nov 24 03:29:46 out postfix/tlswarden-/smtp[2]: x"),
            "2026-11-24T03:29:46Z|out|postfix/tlswarden-/smtp|2|x");
  EXPECT_EQ(Split("Nov 24 03:29:46 out tlswarden-encrypt/x/smtp[2]: x"),
            "2026-11-24T03:29:46Z|out|tlswarden-encrypt/x/smtp|2|x");
}

TEST(LogLine, WhatIsNoLineIsNothing) {
  const std::string good = "Nov 24 03:29:46 out postfix/smtp[9872]: x";
  for (std::size_t cut = 0; cut < good.size() - 1; ++cut) {
    EXPECT_EQ(Split(good.substr(0, cut)), "nothing") << cut;
  }
  for (const std::string_view line :
       {"Nov 32 03:29:46 h sm-mta[1]: x", "Nov  0 03:29:46 h sm-mta[1]: x",
        "Nox 24 03:29:46 h sm-mta[1]: x", "Nov 24 24:29:46 h sm-mta[1]: x",
        "Nov 24 03:60:46 h sm-mta[1]: x", "Nov 24 03.29:46 h sm-mta[1]: x",
        "Nov 24 03:29:46 h sm-mta[]: x", "Nov 24 03:29:46 h sm-mta[ 1]: x",
        "Nov 24 03:29:46 h sm-mta[1234567890]: x", "Nov 24 03:29:46 h sm-mta[1] x",
        "2026-02-30T03:29:46Z h sm-mta[1]: x", "2026-13-01T03:29:46Z h sm-mta[1]: x",
        "2026-11-24T03:29:46 h sm-mta[1]: x", "2026-11-24T03:29:46+1:00 h sm-mta[1]: x",
        "1764-11-24T03:29:46Z h sm-mta[1]: x", "# --- a comment, long enough for a stamp"}) {
    EXPECT_EQ(Split(line), "nothing") << line;
  }
  EXPECT_EQ(Split(std::string(100000, 'x')), "nothing");
  EXPECT_EQ(Split(std::string(100000, ' ')), "nothing");
  EXPECT_EQ(Split(std::string(100000, '\0')), "nothing");
}

TEST(LogLine, TheJournalHasItsOwnTime) {
  const auto split = SplitJournalLine("postfix/smtp[9872]: a text", At("2026-11-24T03:29:46Z"));
  ASSERT_TRUE(split);
  EXPECT_EQ(split->at, At("2026-11-24T03:29:46Z"));
  EXPECT_EQ(split->pid, 9872U);
  EXPECT_EQ(split->text, "a text");
  EXPECT_FALSE(SplitJournalLine("postfix/smtpd[9872]: a text", Time()));
  EXPECT_FALSE(SplitJournalLine("", Time()));
}

}  // namespace
}  // namespace tlswarden
