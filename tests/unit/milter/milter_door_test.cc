// What the door says on its socket; the tests are its MTA.
#include <gtest/gtest.h>
#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>

#include "tests/unit/milter/door_process.h"
#include "tests/unit/milter/milter_client.h"

namespace tlswarden {
namespace {

using std::chrono::milliseconds;
using namespace std::string_literals;

Rule Encrypt() { return ForSender(OutboundRule("x", Requirement::kEncrypt), "s@from.test"); }

bool Has(std::uint32_t steps, unsigned long bit) { return (steps & bit) != 0; }

TEST(MilterDoor, AsksForHeadersOnlyWhenItNeedsThem) {
  for (const PerMessage how : {PerMessage::kOff, PerMessage::kPostfix}) {
    const Door door(how);
    const auto wishes = MilterClient(door.path()).Negotiate();
    EXPECT_EQ(Has(wishes.steps, SMFIP_NOHDRS), how == PerMessage::kOff);
    EXPECT_EQ(Has(wishes.steps, SMFIP_NR_HDR), how == PerMessage::kPostfix);
    for (const unsigned long bit : {SMFIP_NOCONNECT, SMFIP_NOHELO, SMFIP_NOBODY, SMFIP_NOEOH,
                                    SMFIP_NOUNKNOWN, SMFIP_NODATA}) {
      EXPECT_TRUE(Has(wishes.steps, bit)) << bit;
    }
    for (const unsigned long bit : {SMFIP_NOMAIL, SMFIP_NORCPT}) {
      EXPECT_FALSE(Has(wishes.steps, bit)) << bit;
    }
    EXPECT_EQ(wishes.macros[SMFIM_ENVRCPT], "i {rcpt_addr} {rcpt_host} {rcpt_mailer}");
    EXPECT_NE(wishes.macros[SMFIM_ENVFROM].find("{tls_version}"), std::string::npos);
  }
  const Door door(PerMessage::kOff, {ForHeader(Encrypt(), "subject", "*")});
  EXPECT_FALSE(Has(MilterClient(door.path()).Negotiate().steps, SMFIP_NOHDRS));
}

TEST(MilterDoor, TakesNoMoreThanIsOffered) {
  const Door door;
  const auto wishes = MilterClient(door.path()).Negotiate(SMFIF_ADDHDRS, SMFIP_NOHELO);
  EXPECT_EQ(wishes.actions & ~static_cast<std::uint32_t>(SMFIF_ADDHDRS), 0u);
  EXPECT_EQ(wishes.steps, SMFIP_NOHELO);
}

TEST(MilterDoor, RepliesOnTheWire) {
  Rule rule = ForDomain(OutboundRule("r", Requirement::kDane, OnFailure::kReject), "plain.test");
  rule.reply = "100% of {recipient}, %s {reason}";
  rule.info_url = "https://help.test/a%20b";
  const Door door(PerMessage::kPostfix, {rule});
  MilterClient mta(door.path());
  mta.Negotiate();
  EXPECT_EQ(mta.Mail(), "c");
  EXPECT_EQ(mta.Rcpt("a%n@plain.test", "plain.test"),
            "y550-5.7.5 dane-required: 100%% of <a%%n@plain.test>, %%s DANE is required, but the "
            "domain doesn't offer it\r\n550 5.7.5 see https://help.test/a%%20b|");
  EXPECT_EQ(mta.Rcpt("a@lost.test", "lost.test").substr(0, 11), "y451 4.4.3 ");
  EXPECT_EQ(mta.Rcpt("a==tlswarden-dane@b.test", "b.test").substr(0, 11), "y550 5.1.3 ");
  EXPECT_EQ(mta.Rcpt("a@sts.test", "sts.test"), "c");
  EXPECT_EQ(mta.End(), "c");
}

TEST(MilterDoor, LearnsFromSessions) {
  for (const bool learn : {false, true}) {
    const Door door(PerMessage::kOff, {}, OnFailure::kReject, "", learn);
    MilterClient mta(door.path());
    mta.Negotiate();
    EXPECT_EQ(mta.Mail(), "c");
    const std::string reply = mta.Rcpt("a@sts.test", "sts.test");
    if (learn) {
      EXPECT_TRUE(reply.starts_with("y550")) << reply;
      EXPECT_NE(reply.find("failed at every MX host: 3 sessions, the last less than a minute ago"),
                std::string::npos)
          << reply;
    } else {
      EXPECT_EQ(reply, "c");
    }
    EXPECT_EQ(mta.Rcpt("a@plain.test", "plain.test"), "c");
  }
}

TEST(MilterDoor, EndOfMessageOnTheWire) {
  const Door door(PerMessage::kPostfix, {Encrypt()});
  MilterClient mta(door.path());
  mta.Negotiate();
  mta.Mail();
  EXPECT_EQ(mta.Rcpt("a@plain.test", "plain.test"), "c");
  EXPECT_TRUE(mta.Header("X-Tlswarden-Require", "none"));
  EXPECT_TRUE(mta.Header("x-tlswarden-require", "none"));
  EXPECT_TRUE(mta.Header("Subject", "x"));
  EXPECT_EQ(mta.End(), "m\0\0\0\2X-Tlswarden-Require||\n"s.replace(1, 4, "|||\2") +
                           "m|||\1X-Tlswarden-Require||\n"
                           "hX-Tlswarden-Require|encrypt|\nc")
      << "headers get no reply; the last goes first";
  mta.Mail();
  EXPECT_EQ(mta.Rcpt("a@plain.test", "plain.test"), "c");
  EXPECT_EQ(mta.Rcpt("root@here.test", "here.test", "local"), "c");
  EXPECT_EQ(mta.End(),
            "2<a==tlswarden-encrypt@plain.test>|ORCPT=rfc822;a@plain.test|\n-<a@plain.test>|\nc")
      << "never without the recipient";
}

TEST(MilterDoor, Holds) {
  const Door door(PerMessage::kOff, {}, OnFailure::kQuarantine);
  MilterClient mta(door.path());
  mta.Negotiate();
  mta.Mail();
  EXPECT_EQ(mta.Rcpt("a@unfit.test", "unfit.test"), "c");
  EXPECT_TRUE(mta.End().starts_with("qtlswarden: validation-failure: "));
}

TEST(MilterDoor, NotesBeforeItSaysYes) {
  const Door door(PerMessage::kSendmail, {Encrypt()});
  MilterClient mta(door.path());
  mta.Negotiate();
  mta.Mail();
  EXPECT_EQ(mta.Rcpt("a@plain.test", "plain.test", "esmtp"), "c");
  EXPECT_EQ(mta.End(), "c");
  mta.Mail();
  EXPECT_EQ(mta.Rcpt("a@plain.test", "plain.test", "esmtp"), "c");
  mta.Macros(SMFIC_BODYEOB, {"i", "other"});
  mta.Send(SMFIC_BODYEOB, "");
  EXPECT_EQ(mta.Read().substr(0, 11), "y451 4.3.0 ") << "the note couldn't be written";
}

// An MTA that can't change recipients or headers must not send the message as if it had.
TEST(MilterDoor, WhatTheMtaCannotDoIsNotPassedOver) {
  const Door door(PerMessage::kPostfix, {Encrypt()}, OnFailure::kDefer, "here.test");
  for (const auto actions : {SMFIF_QUARANTINE, SMFIF_ADDRCPT | SMFIF_DELRCPT}) {
    MilterClient mta(door.path());
    mta.Negotiate(static_cast<std::uint32_t>(actions), SMFIP_NOCONNECT | SMFIP_NOHELO);
    mta.Mail();
    EXPECT_EQ(mta.Rcpt("a@plain.test", "plain.test"), "c");
    EXPECT_EQ(mta.End().substr(0, 11), "y451 4.3.0 ");
    mta.Mail("s@from.test");
    EXPECT_EQ(mta.Rcpt("a@plain.test", "", ""), "c");
    EXPECT_EQ(mta.End().substr(0, 11), "y550 5.3.0 ") << "pickup would try for ever";
  }
}

// Each is more than any mail needs. The door answers, or hangs up, and serves the next.
TEST(MilterDoor, BadInput) {
  const Door door;
  const auto served = [&door] {
    MilterClient mta(door.path());
    mta.Negotiate();
    return mta.Mail() == "c" && mta.Rcpt("a@sts.test", "sts.test") == "c" && mta.End() == "c";
  };
  const std::string packets[] = {"\0\0\0\0"s,
                                 "\0\0\0\1M"s,
                                 "\0\0\0\1R"s,
                                 "\0\0\0\1E"s,
                                 "\0\0\0\1L"s,
                                 "\0\0\0\1D"s,
                                 "\0\0\0\1D\0\0\0\2DM"s,
                                 "\0\0\0\4DM{v"s,
                                 "\0\0\0\3Mab"s,
                                 "\0\0\0\1\xff"s,
                                 "\0\0\0\2O\1"s,
                                 "\xff\xff\xff\xffM"s,
                                 "\x7f\xff\xff\xffR<a@b>"s,
                                 "GET / HTTP/1.0\r\n\r\n"s,
                                 "\0\0\0\4M<>\0\0\0\0\4R<>\0\0\0\0\1E"s,
                                 "\0\0\0\1A\0\0\0\1A\0\0\0\1K\0\0\0\1Q"s};
  for (const std::string& packet : packets) {
    MilterClient before(door.path());
    before.SendRaw(packet);
    MilterClient after(door.path());
    after.Negotiate();
    after.SendRaw(packet);
    after.Read(milliseconds(20));
    EXPECT_TRUE(served()) << testing::PrintToString(packet);
  }
}

TEST(MilterDoor, OddAddresses) {
  const Door door;
  MilterClient mta(door.path());
  mta.Negotiate();
  for (const std::string& address :
       {""s, "<"s, "<>"s, "@"s, "<@>"s, "\xff\xfe@\x80.test"s, "a@[127.0.0.1]"s, "a@[IPv6:::1]"s,
        std::string(4000, 'x') + "@sts.test", "a@" + std::string(4000, 'x'), "\"@sts.test"s,
        "a\r\nRCPT TO:<b>@sts.test"s, std::string(60000, '<')}) {
    EXPECT_EQ(mta.Mail(address), "c") << address.substr(0, 80);
    for (const char* mailer : {"smtp", "", "local"}) {
      EXPECT_EQ(mta.Rcpt(address, "", mailer), "c") << address.substr(0, 80);
      EXPECT_EQ(mta.Rcpt(address, address, mailer), "c") << address.substr(0, 80);
    }
    EXPECT_EQ(mta.End(), "c") << address.substr(0, 80);
  }
}

// Postfix passes headers of 102,400 octets on, and more where header_size_limit says so.
TEST(MilterDoor, LongHeadersDoNotEndTheConnection) {
  const Door door;
  MilterClient mta(door.path());
  mta.Negotiate();
  mta.Mail();
  EXPECT_EQ(mta.Rcpt("a@sts.test", "sts.test"), "c");
  for (const std::size_t octets : {65530u, 102400u, 500000u}) {
    EXPECT_TRUE(mta.Header("X-Long", std::string(octets, 'x')));
  }
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(mta.Header("X-Many", "x"));
  EXPECT_EQ(mta.End(), "c");
}

TEST(MilterDoor, ConnectionsThatDrop) {
  const Door door(PerMessage::kPostfix, {Encrypt()});
  for (int stage = 0; stage < 6; ++stage) {
    for (int again = 0; again < 20; ++again) {
      MilterClient mta(door.path());
      if (stage > 0) mta.Negotiate();
      if (stage > 1) mta.Mail();
      if (stage > 2) mta.Rcpt("a@plain.test", "plain.test");
      if (stage > 3) mta.Header("Subject", "x");
      if (stage > 4) mta.Send(SMFIC_BODYEOB, "");  // the reply finds nobody
    }
  }
  MilterClient mta(door.path());
  mta.Negotiate();
  EXPECT_EQ(mta.Mail(), "c");
}

TEST(MilterDoor, AbortForgets) {
  const Door door(PerMessage::kPostfix, {Encrypt()});
  MilterClient mta(door.path());
  mta.Negotiate();
  mta.Mail();
  EXPECT_EQ(mta.Rcpt("a@plain.test", "plain.test"), "c");
  mta.Header("X-Tlswarden-Require", "none");
  mta.Send(SMFIC_ABORT, "");
  mta.Mail("<other@from.test>");
  EXPECT_EQ(mta.Rcpt("a@plain.test", "plain.test"), "c");
  EXPECT_EQ(mta.End(), "c");
}

TEST(MilterDoor, NoRecipients) {
  const Door door(PerMessage::kPostfix, {Encrypt()});
  MilterClient mta(door.path());
  mta.Negotiate();
  // MTAs end such a message with an abort.
  EXPECT_EQ(mta.Mail(), "c");
  mta.Send(SMFIC_ABORT, "");
  // libmilter takes no end here, and says nothing.
  EXPECT_EQ(mta.Mail(), "c");
  mta.Send(SMFIC_BODYEOB, "");
  EXPECT_EQ(mta.Read(milliseconds(50)), "nothing");
  EXPECT_EQ(mta.Mail(), "c");
  EXPECT_EQ(mta.Rcpt("a@plain.test", "plain.test"), "c");
  EXPECT_EQ(mta.End(), "hX-Tlswarden-Require|encrypt|\nc");
}

TEST(MilterDoor, UnknownMacros) {
  const Door door(PerMessage::kPostfix, {Encrypt()});
  MilterClient mta(door.path());
  mta.Negotiate();
  for (const char command : {SMFIC_MAIL, SMFIC_RCPT, SMFIC_BODYEOB, 'z'}) {
    mta.Macros(command, {"{nobody_knows}", "\xff%s", "{rcpt_addr", "x", "", ""});
  }
  EXPECT_EQ(mta.Mail(), "c");
  EXPECT_EQ(mta.Rcpt("a@plain.test", "plain.test"), "c");
  EXPECT_EQ(mta.End(), "hX-Tlswarden-Require|encrypt|\nc");
}

// The recipients are kept until the end of their message, and not a moment longer.
TEST(MilterDoor, MemoryComesBack) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a sanitizer's malloc doesn't tell what is in use";
#endif
  const Door door(PerMessage::kPostfix, {Encrypt()});
  MilterClient mta(door.path());
  mta.Negotiate();
  const auto send = [&mta] {
    mta.Mail("<s@from.test>");
    std::string reply;
    for (std::size_t i = 0; i < 10000; ++i) {
      reply = mta.Rcpt("u" + std::to_string(i) + "@plain.test", "plain.test");
    }
    EXPECT_EQ(reply, "c");
  };
  const std::size_t before = door.KibInUse();
  for (int i = 0; i < 3; ++i) {
    send();
    EXPECT_GT(door.KibInUse(), before + 4 * 1024) << "else this test sees nothing";
    mta.End();
    EXPECT_LT(door.KibInUse(), before + 512) << "after message " << i;
  }
  send();
  mta.Send(SMFIC_ABORT, "");
  EXPECT_EQ(mta.Mail(), "c");
  EXPECT_LT(door.KibInUse(), before + 512) << "after RSET";
}

}  // namespace
}  // namespace tlswarden
