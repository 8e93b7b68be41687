#include "policy/smtp_reply.h"

#include <gtest/gtest.h>

namespace tlswarden {
namespace {

using State = SmtpReplyParser::State;

// The reply's text, "more", or the problem in brackets.
std::string Read(std::string_view octets) {
  SmtpReplyParser parser;
  parser.Take(octets);
  if (parser.state() == State::kMore) return "more";
  return parser.state() == State::kDone ? ToString(parser.reply()) : "[" + parser.problem() + "]";
}

TEST(SmtpReply, Reads) {
  EXPECT_EQ(Read("220 mx.a.test ESMTP\r\n"), "220 mx.a.test ESMTP");
  EXPECT_EQ(Read("250-mx.a.test\r\n250-STARTTLS\r\n250 HELP\r\n"), "250 mx.a.test STARTTLS HELP");
  EXPECT_EQ(Read("250\r\n"), "250 ");
  EXPECT_EQ(Read("250-\r\n250 \r\n"), "250  ");
  EXPECT_EQ(Read("421 \n"), "421 ") << "a bare LF";
  EXPECT_EQ(Read("250 a\x01\xc3\r\r\n"), "250 a???");
}

TEST(SmtpReply, WaitsForTheEnd) {
  for (const char* text : {"", "2", "220 x", "220 x\r", "250-a\r\n", "250-a\r\n250"}) {
    EXPECT_EQ(Read(text), "more") << text;
  }
}

TEST(SmtpReply, Refuses) {
  for (const char* text : {"\r\n", "22\r\n", "HTTP/1.1 400\r\n", "150 x\r\n", "620 x\r\n",
                           "2x0 x\r\n", "250x\r\n", " 250 x\r\n", "2500\r\n"}) {
    EXPECT_TRUE(Read(text).starts_with("[no SMTP reply: ")) << text;
  }
  EXPECT_EQ(Read("250-a\r\n251 b\r\n"), "[a reply with two codes]");
}

TEST(SmtpReply, EndsWhatHasNoEnd) {
  EXPECT_EQ(Read("250 " + std::string(kMaxReplyLineOctets, 'a')), "[a line without end]");
  std::string many;
  for (std::size_t i = 0; i <= kMaxReplyLines; ++i) many += "250-\r\n";
  EXPECT_EQ(Read(many), "[a reply without end]");
  many.clear();
  for (int i = 0; i < 17; ++i) many += "250-" + std::string(1000, 'a') + "\r\n";
  EXPECT_EQ(Read(many), "[a reply without end]");
}

TEST(SmtpReply, TakesOnlyItsOwnOctets) {
  SmtpReplyParser parser;
  const std::string_view text = "220 ready\r\n250 injected\r\n";
  EXPECT_EQ(parser.Take(text), 11U);
  EXPECT_EQ(parser.state(), State::kDone);
  EXPECT_EQ(parser.Take(text.substr(11)), 0U);
  EXPECT_EQ(ToString(parser.reply()), "220 ready");
}

TEST(SmtpReply, PiecesDontMatter) {
  SmtpReplyParser parser;
  for (const char c : std::string_view("250-a\r\n250-StartTLS\r\n250 SIZE 1\r\n")) {
    EXPECT_EQ(parser.Take({&c, 1}), 1U);
  }
  ASSERT_EQ(parser.state(), State::kDone);
  EXPECT_EQ(parser.reply().lines, (std::vector<std::string>{"a", "StartTLS", "SIZE 1"}));
}

TEST(SmtpReply, Keywords) {
  const SmtpReply reply{250, {"STARTTLS.test", "starttls", "SIZE 100", "XREQUIRETLS"}};
  EXPECT_TRUE(HasKeyword(reply, "STARTTLS"));
  EXPECT_TRUE(HasKeyword(reply, "SIZE"));
  EXPECT_FALSE(HasKeyword(reply, "REQUIRETLS"));
  EXPECT_FALSE(HasKeyword({250, {"STARTTLS"}}, "STARTTLS")) << "the greeting is no keyword";
  EXPECT_FALSE(HasKeyword({250, {}}, "STARTTLS"));
}

TEST(SmtpReply, ALongOneIsShownShort) {
  EXPECT_LE(ToString(SmtpReply{250, {std::string(2000, 'a')}}).size(), 203U);
}

}  // namespace
}  // namespace tlswarden
