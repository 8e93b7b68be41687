// What happens to hanging queries when their CaresDns, or whoever awaits them, goes.
#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "resolver/dns_cares.h"
#include "tests/unit/resolver/dns_responder.h"

namespace tlswarden {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

constexpr char kName[] = "h.example";

std::unique_ptr<CaresDns> MakeDns(asio::io_context& io, const DnsResponder& responder) {
  CaresOptions options;
  options.servers = {responder.address()};
  Result<std::unique_ptr<CaresDns>> dns = CaresDns::Create(io, options);
  EXPECT_TRUE(dns.ok());
  return std::move(dns).value();
}

TEST(CaresDnsLifetime, DestroyedWhileQueriesHang) {
  asio::io_context io;
  DnsResponder responder(io, [](const DnsQuestion&) { return std::nullopt; });
  auto dns = MakeDns(io, responder);
  std::vector<std::string> failures;
  for (int i = 0; i < 3; ++i) {
    asio::co_spawn(io, dns->Query(kName, RrType::kA), [&](std::exception_ptr, DnsReply reply) {
      failures.push_back(reply.failure);
      if (failures.size() == 3) io.stop();
    });
  }
  asio::steady_timer timer(io, milliseconds(50));
  timer.async_wait([&](const boost::system::error_code&) { dns.reset(); });
  io.run_for(std::chrono::seconds(5));
  EXPECT_EQ(failures, std::vector<std::string>(3, "cancelled"));
}

// Between a SERVFAIL and the question with CD.
TEST(CaresDnsLifetime, DestroyedBeforeTheSecondQuestion) {
  asio::io_context io;
  std::unique_ptr<CaresDns> dns;
  DnsResponder responder(io, [&](const DnsQuestion& question) -> std::optional<DnsBuilder> {
    if (question.checking_disabled()) dns.reset();
    return DnsBuilder(kName, RrType::kA, DnsBuilder::kReply | 2);
  });
  dns = MakeDns(io, responder);
  std::string failure;
  asio::co_spawn(io, dns->Query(kName, RrType::kA), [&](std::exception_ptr, DnsReply reply) {
    failure = reply.failure;
    io.stop();
  });
  io.run_for(std::chrono::seconds(5));
  EXPECT_EQ(failure, "SERVFAIL");
  EXPECT_EQ(dns, nullptr);
}

TEST(CaresDnsLifetime, DestroyedAfterTheIoContextHasStopped) {
  asio::io_context io;
  DnsResponder responder(io, [](const DnsQuestion&) { return std::nullopt; });
  auto dns = MakeDns(io, responder);
  asio::co_spawn(io, dns->Query(kName, RrType::kA), asio::detached);
  io.run_for(milliseconds(50));
  dns.reset();  // the coroutine goes with the io_context
}

TEST(CaresDnsLifetime, CancelledByWhoeverAwaits) {
  asio::io_context io;
  DnsResponder responder(io, [](const DnsQuestion&) { return std::nullopt; });
  const auto dns = MakeDns(io, responder);
  asio::cancellation_signal signal;
  std::string failure;
  asio::co_spawn(
      io, dns->Query(kName, RrType::kA),
      asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr, DnsReply reply) {
        failure = reply.failure;
        io.stop();
      }));
  asio::steady_timer timer(io, milliseconds(50));
  timer.async_wait(
      [&](const boost::system::error_code&) { signal.emit(asio::cancellation_type::terminal); });
  io.run_for(std::chrono::seconds(5));
  EXPECT_EQ(failure, "cancelled");
}

// As the daemon does it: made and destroyed on one thread, asked on another.
TEST(CaresDnsLifetime, QueriesOnAThreadOfTheirOwn) {
  asio::io_context io;
  DnsResponder responder(io, [](const DnsQuestion&) {
    DnsBuilder builder(kName, RrType::kA);
    builder.Answer(kName, RrType::kA, 300, {192, 0, 2, 1});
    return builder;
  });
  auto dns = MakeDns(io, responder);
  std::size_t addresses = 0;
  asio::co_spawn(io, dns->Query(kName, RrType::kA), [&](std::exception_ptr, DnsReply reply) {
    addresses = reply.addresses.size();
    io.stop();
  });
  std::thread thread([&io] { io.run_for(std::chrono::seconds(20)); });
  thread.join();
  dns.reset();
  EXPECT_EQ(addresses, 1U);
}

}  // namespace
}  // namespace tlswarden
