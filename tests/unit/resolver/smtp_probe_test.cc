// The dialogue of a probe: what each step that goes wrong is told as, and that no mail is begun.
#include "resolver/smtp_probe.h"

#include "tests/unit/resolver/smtp_probe_fixture.h"

namespace tlswarden {
namespace {

using Lines = std::vector<std::string>;
using std::chrono::milliseconds;

class SmtpProbe : public ProbeTest {};

TEST_F(SmtpProbe, LooksAndLeaves) {
  const ProbeFacts facts = LookAt(SmtpServer::Script());
  EXPECT_EQ(Why(facts), "TLS");
  EXPECT_EQ(facts.address, "127.0.0.1");
  EXPECT_EQ(facts.tls_version, "TLSv1.3");
  EXPECT_FALSE(facts.cipher.empty());
  EXPECT_GT(facts.took.count(), 0);
  EXPECT_FALSE(facts.requiretls);
  EXPECT_EQ(server_->server_name(), kMxHost);
  EXPECT_EQ(server_->lines(), (Lines{"EHLO probe.test", "STARTTLS", "+EHLO probe.test", "+QUIT"}));
}

TEST_F(SmtpProbe, Requiretls) {
  EXPECT_TRUE(LookAt({.ehlo_within = "250-mx\r\n250 RequireTLS\r\n"}).requiretls);
  // What is offered in the clear, anybody may have put there (RFC 8689 section 2).
  EXPECT_FALSE(LookAt({.ehlo = "250-mx\r\n250-REQUIRETLS\r\n250 STARTTLS\r\n"}).requiretls);
  const ProbeFacts facts = LookAt({.ehlo_within = "421 too busy\r\n"});
  EXPECT_EQ(Why(facts), "TLS");
  EXPECT_FALSE(facts.requiretls);
}

TEST_F(SmtpProbe, NoStarttls) {
  struct Row {
    SmtpServer::Script script;
    const char* why;
  };
  const Row rows[] = {
      {{.ehlo = "250-mx\r\n250 SIZE\r\n"}, "starttls-not-supported: STARTTLS isn't offered"},
      {{.ehlo = "250 STARTTLS\r\n"}, "starttls-not-supported: STARTTLS isn't offered"},
      {{.ehlo = "502 what?\r\n"}, "starttls-not-supported: EHLO: 502 what?"},
      {{.ehlo = "550 5.7.1 go away\r\n"}, "validation-failure: EHLO: 550 5.7.1 go away (for now)"},
      {{.starttls = "454 4.7.0 no key\r\n"},
       "starttls-not-supported: STARTTLS: 454 4.7.0 no key (for now)"},
      {{.starttls = "502 what?\r\n"}, "starttls-not-supported: STARTTLS: 502 what?"},
      {{.starttls = "250 hm\r\n"}, "starttls-not-supported: STARTTLS: 250 hm"},
      {{.greeting = "554 not you\r\n"}, "validation-failure: greeting: 554 not you (for now)"},
      {{.greeting = "421 busy\r\n"}, "validation-failure: greeting: 421 busy (for now)"},
      {{.greeting = "SSH-2.0-OpenSSH\r\n"},
       "validation-failure: greeting: no SMTP reply: SSH-2.0-OpenSSH (for now)"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(Why(LookAt(row.script)), row.why);
    io_.restart();
    io_.run_for(milliseconds(20));
    EXPECT_EQ(server_->lines().back(), "QUIT") << row.why;
    EXPECT_EQ(server_->connections(), 1);
  }
}

TEST_F(SmtpProbe, GarbageWithoutEnd) {
  EXPECT_EQ(Why(LookAt({.greeting = std::string(1'000'000, 'a')})),
            "validation-failure: greeting: a line without end (for now)");
  std::string endless;
  for (int i = 0; i < 100'000; ++i) endless += "250-X\r\n";
  EXPECT_EQ(Why(LookAt({.ehlo = endless})),
            "validation-failure: EHLO: a reply without end (for now)");
}

TEST_F(SmtpProbe, AnOctetAtATimeIsToldByTheClock) {
  options_.timeout = milliseconds(300);
  const ProbeFacts facts = LookAt({.pause = milliseconds(50)});
  EXPECT_EQ(Why(facts), "validation-failure: greeting: no answer in time (for now)");
  EXPECT_GE(facts.took, milliseconds(300));
  EXPECT_LT(facts.took, milliseconds(1500));
}

TEST_F(SmtpProbe, SlowButInTime) { EXPECT_EQ(Why(LookAt({.pause = milliseconds(1)})), "TLS"); }

// An answer that was injected in the clear must not pass for one within TLS (CVE-2011-0411).
TEST_F(SmtpProbe, PlaintextBehindStarttls) {
  const ProbeFacts facts = LookAt({.starttls = "220 ready\r\n250-mx\r\n250 REQUIRETLS\r\n"});
  EXPECT_EQ(Why(facts), "validation-failure: plaintext after the reply to STARTTLS");
  EXPECT_FALSE(facts.requiretls);
  EXPECT_EQ(server_->server_name(), "") << "no handshake was begun";
}

TEST_F(SmtpProbe, HandshakesThatFail) {
  const ProbeFacts garbled = LookAt({.garble = true});
  ASSERT_TRUE(garbled.no_tls);
  EXPECT_EQ(garbled.no_tls->type, ResultType::kValidationFailure);
  EXPECT_FALSE(garbled.no_tls->transient) << Why(garbled);
  EXPECT_EQ(Why(LookAt({.hang_up = true})),
            "validation-failure: TLS handshake: connection closed (for now)");
}

TEST_F(SmtpProbe, OldVersionsAreNamed) {
  EXPECT_EQ(LookAt({.max_version = TLS1_VERSION}).tls_version, "TLSv1");
  EXPECT_EQ(LookAt({.max_version = TLS1_1_VERSION}).tls_version, "TLSv1.1");
  EXPECT_EQ(LookAt({.max_version = TLS1_2_VERSION}).tls_version, "TLSv1.2");
}

TEST_F(SmtpProbe, Unreachable) {
  {
    boost::asio::ip::tcp::acceptor gone(io_, {boost::asio::ip::address_v4::loopback(), 0});
    port_ = gone.local_endpoint().port();
  }
  EXPECT_EQ(Why(Look()), "validation-failure: connect: Connection refused (for now)");
  dns_.a.clear();
  EXPECT_EQ(Why(Look()), "validation-failure: mx.a.test: no address (for now)");
  dns_.fails = true;
  EXPECT_EQ(Why(Look()), "validation-failure: mx.a.test: no address (for now)");
}

TEST_F(SmtpProbe, PrivateAddressesArentVisited) {
  options_.allow_private_addresses = false;
  const ProbeFacts facts = LookAt(SmtpServer::Script());
  EXPECT_FALSE(facts.visited);
  EXPECT_EQ(Why(facts),
            "validation-failure: mx.a.test: no public address: 127.0.0.1 (loopback) (for now)");
  EXPECT_EQ(server_->connections(), 0);
}

TEST_F(SmtpProbe, TheNextAddressIsTried) {
  dns_.a = {"127.0.0.9", "127.0.0.1"};
  const ProbeFacts facts = LookAt(SmtpServer::Script());
  EXPECT_EQ(Why(facts), "TLS");
  EXPECT_EQ(facts.address, "127.0.0.1");
  EXPECT_EQ(server_->connections(), 1);
}

// A host that was heard to offer no TLS isn't told as unreachable because of its other address.
TEST_F(SmtpProbe, WhatWasHeardCountsMore) {
  const SmtpServer::Script plain{.ehlo = "250 mx\r\n"};
  for (const std::vector<std::string>& order :
       {std::vector<std::string>{"127.0.0.1", "127.0.0.9"}, {"127.0.0.9", "127.0.0.1"}}) {
    dns_.a = order;
    const ProbeFacts facts = LookAt(plain);
    EXPECT_EQ(Why(facts), "starttls-not-supported: STARTTLS isn't offered");
    EXPECT_EQ(facts.address, "127.0.0.1");
  }
}

TEST_F(SmtpProbe, OnlySoManyAddresses) {
  dns_.a = {"127.0.0.9", "127.0.0.9", "127.0.0.9", "127.0.0.9", "127.0.0.1"};
  EXPECT_EQ(Why(LookAt(SmtpServer::Script())),
            "validation-failure: connect: Connection refused (for now)");
}

TEST_F(SmtpProbe, SourceAddress) {
  options_.source_addresses = {"::1", "127.0.0.7"};
  EXPECT_EQ(Why(LookAt(SmtpServer::Script())), "TLS");
  EXPECT_EQ(server_->peer(), "127.0.0.7");
  options_.source_addresses = {"198.51.100.7"};  // not ours
  EXPECT_EQ(Why(Look()), "validation-failure: connect: Cannot assign requested address (for now)");
}

TEST_F(SmtpProbe, OptionsThatCantBe) {
  options_.source_addresses = {"here"};
  EXPECT_FALSE(SmtpProber::Create(dns_, options_).ok());
  options_.source_addresses.clear();
  options_.ca_file = "/nonexistent";
  EXPECT_FALSE(SmtpProber::Create(dns_, options_).ok());
}

// Destroyed while looks are under way, as at a stop.
TEST_F(SmtpProbe, MayBeCutOff) {
  Serve(Leaf(), {.pause = milliseconds(1000)});
  auto prober = SmtpProber::Create(dns_, options_);
  boost::asio::co_spawn(io_, (*prober)->Probe({Name(kMxHost), port_, Name(kMxHost), {}}),
                        boost::asio::detached);
  io_.restart();
  io_.run_for(milliseconds(50));
  EXPECT_EQ(server_->connections(), 1);
}

}  // namespace
}  // namespace tlswarden
