#include "report/smtp_reply.h"

#include <gtest/gtest.h>

namespace tlswarden {
namespace {

TEST(TakeSmtpReply, WholeReplies) {
  const struct {
    std::string octets;
    SmtpReply reply;
    std::string left;
  } cases[] = {
      {"220 mail.example ESMTP\r\n", {220, "mail.example ESMTP"}, ""},
      {"250\r\n", {250, ""}, ""},
      {"250 \r\n", {250, ""}, ""},
      {"250 ok\n", {250, "ok"}, ""},
      {"250-mail.example\r\n250-SIZE 1000\r\n250 8BITMIME\r\n",
       {250, "mail.example SIZE 1000 8BITMIME"},
       ""},
      {"250-\r\n250-\r\n250\r\n", {250, ""}, ""},
      {"550 5.1.1 no\r\n221 bye\r\n", {550, "5.1.1 no"}, "221 bye\r\n"},
      {"599 x\r\n25", {599, "x"}, "25"},
      {"450 \xc3\xa4\x1b[m\r\n", {450, "???[m"}, ""},
  };
  for (const auto& c : cases) {
    std::string octets = c.octets;
    const auto reply = TakeSmtpReply(octets);
    ASSERT_TRUE(reply && reply->ok()) << c.octets;
    EXPECT_EQ(**reply, c.reply) << c.octets;
    EXPECT_EQ(octets, c.left);
  }
}

TEST(TakeSmtpReply, WaitsForTheRest) {
  const std::string whole = "250-mail.example\r\n250-SIZE 1000\r\n250 8BITMIME\r\n";
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    std::string octets = whole.substr(0, cut);
    EXPECT_FALSE(TakeSmtpReply(octets)) << cut;
    EXPECT_EQ(octets, whole.substr(0, cut)) << "nothing is taken off";
  }
}

TEST(TakeSmtpReply, WhatIsNoSmtp) {
  for (std::string octets :
       {"HTTP/1.1 400 Bad Request\r\n", "\r\n", "25\r\n", "2500 ok\r\n", "150 ok\r\n", "650 ok\r\n",
        "25x ok\r\n", "250_ok\r\n", "250-a\r\n251 b\r\n", "250-a\r\nb\r\n", " 250 ok\r\n"}) {
    const auto reply = TakeSmtpReply(octets);
    ASSERT_TRUE(reply) << octets;
    EXPECT_FALSE(reply->ok()) << octets;
    EXPECT_EQ(reply->error().find('\r'), std::string::npos);
  }
}

TEST(TakeSmtpReply, IsBounded) {
  std::string endless(kMaxSmtpReplyOctets, '2');
  ASSERT_TRUE(TakeSmtpReply(endless));
  EXPECT_FALSE(TakeSmtpReply(endless)->ok());
  std::string lines;
  while (lines.size() < kMaxSmtpReplyOctets) lines += "250-more and more\r\n";
  ASSERT_TRUE(TakeSmtpReply(lines));
  EXPECT_FALSE(TakeSmtpReply(lines)->ok());
  std::string long_text = "550 " + std::string(10000, 'x') + "\r\n";
  EXPECT_EQ((*TakeSmtpReply(long_text))->text.size(), kMaxSmtpReplyText);
}

}  // namespace
}  // namespace tlswarden
