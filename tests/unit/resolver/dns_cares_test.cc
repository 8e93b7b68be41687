#include "resolver/dns_cares.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/unit/resolver/dns_responder.h"

namespace tlswarden {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

constexpr std::uint16_t kSigned = DnsBuilder::kReply | DnsBuilder::kAd;
constexpr std::uint16_t kServfail = DnsBuilder::kReply | 2;
constexpr char kName[] = "h.example";

DnsBuilder Address(std::uint16_t flags = kSigned) {
  DnsBuilder builder(kName, RrType::kA, flags);
  builder.Answer(kName, RrType::kA, 300, {192, 0, 2, 1});
  return builder;
}

DnsBuilder Empty(std::uint16_t flags) { return DnsBuilder(kName, RrType::kA, flags); }

std::unique_ptr<CaresDns> MakeDns(asio::io_context& io, std::vector<std::string> servers,
                                  TrustAd trust = TrustAd::kLoopback,
                                  milliseconds timeout = milliseconds(2000)) {
  CaresOptions options;
  options.servers = std::move(servers);
  options.trust_ad = trust;
  options.timeout = timeout;
  Result<std::unique_ptr<CaresDns>> dns = CaresDns::Create(io, options);
  EXPECT_TRUE(dns.ok());
  return std::move(dns).value();
}

DnsReply Ask(asio::io_context& io, Dns& dns, std::string name = kName) {
  std::optional<DnsReply> result;
  asio::co_spawn(io, dns.Query(std::move(name), RrType::kA),
                 [&](std::exception_ptr thrown, DnsReply reply) {
                   EXPECT_FALSE(thrown);
                   result = std::move(reply);
                   io.stop();
                 });
  io.restart();
  io.run_for(std::chrono::seconds(20));
  EXPECT_TRUE(result.has_value());
  return result.value_or(DnsReply{});
}

// One question to a responder with this script.
DnsReply AskScript(DnsResponder::Script script, TrustAd trust = TrustAd::kLoopback) {
  asio::io_context io;
  DnsResponder responder(io, std::move(script));
  const auto dns = MakeDns(io, {responder.address()}, trust);
  return Ask(io, *dns);
}

TEST(CaresDns, AsksForAdAndBelievesItFromLoopback) {
  asio::io_context io;
  DnsResponder responder(io, [](const DnsQuestion&) { return Address(); });
  const auto dns = MakeDns(io, {responder.address()});
  EXPECT_TRUE(dns->trusts_ad());
  EXPECT_EQ(dns->servers(), std::vector<std::string>{responder.address()});
  const DnsReply reply = Ask(io, *dns);
  EXPECT_EQ(reply.rcode, Rcode::kNoError);
  EXPECT_EQ(reply.security, Security::kSecure);
  EXPECT_EQ(reply.addresses, std::vector<std::string>{"192.0.2.1"});
  ASSERT_EQ(responder.questions().size(), 1U);
  const DnsQuestion& question = responder.questions().front();
  EXPECT_TRUE(question.recursion_desired() && question.ad() && question.has_opt());
  EXPECT_FALSE(question.checking_disabled());
}

TEST(CaresDns, AdMustBeSetAndTrusted) {
  const auto with_ad = [](const DnsQuestion&) { return Address(); };
  const auto without = [](const DnsQuestion&) { return Address(DnsBuilder::kReply); };
  EXPECT_EQ(AskScript(with_ad, TrustAd::kNo).security, Security::kInsecure);
  EXPECT_EQ(AskScript(with_ad, TrustAd::kYes).security, Security::kSecure);
  EXPECT_EQ(AskScript(without, TrustAd::kYes).security, Security::kInsecure);
}

TEST(CaresDns, ServfailThatCdLiftsIsBogus) {
  constexpr std::uint16_t kNxDomain = DnsBuilder::kReply | 3;
  for (const std::uint16_t flags : {DnsBuilder::kReply, kNxDomain}) {
    for (const bool data : {false, true}) {
      const DnsReply reply = AskScript([&](const DnsQuestion& question) {
        if (!question.checking_disabled()) return Empty(kServfail);
        return data ? Address(flags) : Empty(flags);
      });
      EXPECT_EQ(reply.rcode, Rcode::kFailure);
      EXPECT_EQ(reply.security, Security::kBogus);
      EXPECT_EQ(reply.failure, "SERVFAIL (DNSSEC validation failed)");
      EXPECT_TRUE(reply.addresses.empty());
    }
  }
}

TEST(CaresDns, ServfailWithCdTooIsIndeterminate) {
  asio::io_context io;
  DnsResponder responder(io, [](const DnsQuestion&) { return Empty(kServfail); });
  const auto dns = MakeDns(io, {responder.address()});
  const DnsReply reply = Ask(io, *dns);
  EXPECT_EQ(reply.rcode, Rcode::kFailure);
  EXPECT_EQ(reply.security, Security::kIndeterminate);
  EXPECT_EQ(reply.failure, "SERVFAIL");
  EXPECT_EQ(responder.questions().size(), 2U);
}

TEST(CaresDns, ServfailAndThenSilenceIsIndeterminate) {
  asio::io_context io;
  DnsResponder responder(io, [](const DnsQuestion& question) -> std::optional<DnsBuilder> {
    if (question.checking_disabled()) return std::nullopt;
    return Empty(kServfail);
  });
  const auto dns = MakeDns(io, {responder.address()}, TrustAd::kLoopback, milliseconds(100));
  const DnsReply reply = Ask(io, *dns);
  EXPECT_EQ(reply.security, Security::kIndeterminate);
  EXPECT_EQ(reply.failure, "SERVFAIL");
}

TEST(CaresDns, OtherRcodesAreFinal) {
  const DnsReply reply =
      AskScript([](const DnsQuestion&) { return Empty(DnsBuilder::kReply | 5); });
  EXPECT_EQ(reply.failure, "REFUSED");
  EXPECT_EQ(reply.security, Security::kIndeterminate);
}

TEST(CaresDns, TimesOutAfterItsAttempts) {
  asio::io_context io;
  DnsResponder responder(io, [](const DnsQuestion&) { return std::nullopt; });
  const auto dns = MakeDns(io, {responder.address()}, TrustAd::kLoopback, milliseconds(100));
  const auto began = std::chrono::steady_clock::now();
  const DnsReply reply = Ask(io, *dns);
  const auto waited = std::chrono::steady_clock::now() - began;
  EXPECT_EQ(reply.failure, "timeout");
  EXPECT_EQ(reply.security, Security::kIndeterminate);
  EXPECT_EQ(responder.questions().size(), 2U);
  EXPECT_GE(waited, milliseconds(200));
  EXPECT_LT(waited, milliseconds(2000));
}

TEST(CaresDns, SilenceLeadsToTheNextServer) {
  asio::io_context io;
  DnsResponder silent(io, [](const DnsQuestion&) { return std::nullopt; });
  DnsResponder good(io, [](const DnsQuestion&) { return Address(); });
  const auto dns =
      MakeDns(io, {silent.address(), good.address()}, TrustAd::kLoopback, milliseconds(100));
  EXPECT_EQ(Ask(io, *dns).addresses.size(), 1U);
  EXPECT_EQ(silent.questions().size(), 1U);
}

TEST(CaresDns, RefusalLeadsToTheNextServer) {
  asio::io_context io;
  DnsResponder refusing(io, [](const DnsQuestion&) { return Empty(DnsBuilder::kReply | 5); });
  DnsResponder good(io, [](const DnsQuestion&) { return Address(); });
  const auto dns = MakeDns(io, {refusing.address(), good.address()});
  EXPECT_EQ(Ask(io, *dns).addresses.size(), 1U);
  EXPECT_EQ(refusing.questions().size(), 1U);
  const auto none = MakeDns(io, {refusing.address(), refusing.address()});
  EXPECT_EQ(Ask(io, *none).failure, "REFUSED");
  EXPECT_EQ(refusing.questions().size(), 3U);
}

// Else each question of an inquiry would wait for a dead resolver.
TEST(CaresDns, TheServerThatAnsweredIsAskedFirst) {
  asio::io_context io;
  bool dead = false;
  const auto unless_dead = [&](const DnsQuestion&) {
    return dead ? std::nullopt : std::optional<DnsBuilder>(Address());
  };
  DnsResponder silent(io, [](const DnsQuestion&) { return std::nullopt; });
  DnsResponder second(io, unless_dead);
  DnsResponder third(io, [](const DnsQuestion&) { return Address(); });
  const auto dns = MakeDns(io, {silent.address(), second.address(), third.address()},
                           TrustAd::kLoopback, milliseconds(200));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Ask(io, *dns).addresses.size(), 1U);
  EXPECT_EQ(silent.questions().size(), 1U);
  EXPECT_EQ(second.questions().size(), 3U);
  dead = true;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Ask(io, *dns).addresses.size(), 1U);
  EXPECT_EQ(silent.questions().size(), 1U);
  EXPECT_EQ(second.questions().size(), 4U);
  EXPECT_EQ(third.questions().size(), 3U);
}

// A domain that no resolver finds an answer for says nothing about the resolvers.
TEST(CaresDns, SilenceOfAllChangesNothing) {
  asio::io_context io;
  bool silent = true;
  DnsResponder first(io, [&](const DnsQuestion&) {
    return silent ? std::nullopt : std::optional<DnsBuilder>(Address());
  });
  DnsResponder second(io, [](const DnsQuestion&) { return std::nullopt; });
  const auto dns =
      MakeDns(io, {first.address(), second.address()}, TrustAd::kLoopback, milliseconds(50));
  EXPECT_EQ(Ask(io, *dns).failure, "timeout");
  silent = false;
  const std::size_t before = second.questions().size();
  EXPECT_EQ(Ask(io, *dns).addresses.size(), 1U);
  EXPECT_EQ(second.questions().size(), before);
}

// The kernel says at once that nobody is there: no time is lost.
TEST(CaresDns, ClosedPortLeadsToTheNextServer) {
  asio::io_context io;
  std::optional<DnsResponder> gone(std::in_place, io, [](const DnsQuestion&) { return Address(); });
  const std::string closed = gone->address();
  gone.reset();
  DnsResponder good(io, [](const DnsQuestion&) { return Address(); });
  const auto dns = MakeDns(io, {closed, good.address()}, TrustAd::kLoopback, milliseconds(5000));
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(Ask(io, *dns).addresses.size(), 1U);
  EXPECT_LT(std::chrono::steady_clock::now() - began, milliseconds(4000));
}

TEST(CaresDns, NobodyListens) {
  asio::io_context io;
  std::string address;
  {
    address = DnsResponder(io, [](const DnsQuestion&) { return std::nullopt; }).address();
  }
  const auto dns = MakeDns(io, {address}, TrustAd::kLoopback, milliseconds(300));
  EXPECT_EQ(Ask(io, *dns).failure, "the resolver can't be reached");
}

TEST(CaresDns, TruncatedReplyIsAskedForByTcp) {
  asio::io_context io;
  DnsResponder responder(io, [](const DnsQuestion& question) {
    return question.tcp ? Address() : Empty(DnsBuilder::kReply | DnsBuilder::kTc);
  });
  const auto dns = MakeDns(io, {responder.address()});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Ask(io, *dns).security, Security::kSecure);
  EXPECT_TRUE(responder.questions().back().tcp);
  EXPECT_EQ(responder.questions().size(), 6U);
}

// Half of an answer is none, be the half that came ever so secure.
TEST(CaresDns, TruncatedReplyAndNoTcpIsAFailure) {
  asio::io_context io;
  DnsResponder responder(io, [](const DnsQuestion&) { return Address(kSigned | DnsBuilder::kTc); });
  const auto dns = MakeDns(io, {responder.address()});
  responder.RefuseTcp();
  const DnsReply reply = Ask(io, *dns);
  EXPECT_EQ(reply.rcode, Rcode::kFailure);
  EXPECT_EQ(reply.security, Security::kIndeterminate);
  EXPECT_TRUE(reply.addresses.empty());
}

TEST(CaresDns, LargeUdpReplyNeedsNoTcp) {
  asio::io_context io;
  DnsResponder responder(io, [](const DnsQuestion&) {
    DnsBuilder builder(kName, RrType::kA, kSigned);
    for (std::uint8_t i = 0; i < 40; ++i) builder.Answer(kName, RrType::kA, 9, {192, 0, 2, i});
    EXPECT_GT(builder.size(), 1000U);
    return builder;
  });
  const auto dns = MakeDns(io, {responder.address()});
  EXPECT_EQ(Ask(io, *dns).addresses.size(), 40U);
  EXPECT_EQ(responder.questions().size(), 1U);
}

TEST(CaresDns, ServerWithoutEdns) {
  const DnsReply reply = AskScript([](const DnsQuestion& question) {
    return question.has_opt() ? Empty(DnsBuilder::kReply | 1) : Address();
  });
  EXPECT_EQ(reply.addresses.size(), 1U);
}

TEST(CaresDns, RepliesThatDontFitAreIgnored) {
  asio::io_context io;
  int count = 0;
  DnsResponder responder(io, [&](const DnsQuestion&) {
    if (count++ != 0) return DnsBuilder("g.example", RrType::kA, kSigned);
    DnsBuilder other_id = Address();
    other_id.Count(0, 0x1235);
    return other_id;
  });
  const auto dns = MakeDns(io, {responder.address()}, TrustAd::kLoopback, milliseconds(100));
  EXPECT_EQ(Ask(io, *dns).failure, "timeout");
}

TEST(CaresDns, NamesThatAreNoneArentAsked) {
  asio::io_context io;
  DnsResponder responder(io, [](const DnsQuestion&) { return Address(); });
  const auto dns = MakeDns(io, {responder.address()});
  for (const std::string& name : {std::string(), std::string("a..b"), std::string("a b"),
                                  std::string(64, 'a'), std::string("a\\."), std::string("a.")}) {
    const DnsReply reply = Ask(io, *dns, name);
    EXPECT_EQ(reply.failure, "not a name to ask DNS for");
    EXPECT_EQ(reply.security, Security::kIndeterminate);
  }
  EXPECT_TRUE(responder.questions().empty());
}

TEST(CaresDns, ManyAtOnceWithIdsThatNobodyGuesses) {
  asio::io_context io;
  DnsResponder responder(io, [](const DnsQuestion&) { return Address(); });
  const auto dns = MakeDns(io, {responder.address()});
  int secure = 0, ended = 0;
  constexpr int kQueries = 200;  // fit into the responder's receive buffer
  for (int i = 0; i < kQueries; ++i) {
    asio::co_spawn(io, dns->Query(kName, RrType::kA), [&](std::exception_ptr, DnsReply reply) {
      if (reply.security == Security::kSecure) ++secure;
      if (++ended == kQueries) io.stop();
    });
  }
  io.run_for(std::chrono::seconds(20));
  EXPECT_EQ(secure, kQueries);
  std::set<std::uint16_t> ids;
  for (const DnsQuestion& question : responder.questions()) ids.insert(question.id());
  EXPECT_GT(ids.size(), 190U);
}

}  // namespace
}  // namespace tlswarden
