// How BeastHttps copes with the ways of a server, up to the end of its patience.
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "tests/unit/resolver/https_fixture.h"

namespace tlswarden {
namespace {

using Ending = TlsServer::Ending;
using Tcp = boost::asio::ip::tcp;
using std::chrono::milliseconds;

constexpr char kHead[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n";

class HttpsTransport : public BeastTest {
 protected:
  // Runs the fetch and tells how long it took.
  milliseconds Time(std::string& reason, std::vector<std::string> addresses = {"127.0.0.1"}) {
    const auto began = std::chrono::steady_clock::now();
    reason = Reason(ResultType::kStsPolicyFetchError, std::move(addresses));
    return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - began);
  }

  // Connections to this address are taken, but nobody ever speaks.
  Tcp::acceptor Mute(const char* address) {
    return Tcp::acceptor(io_, {boost::asio::ip::make_address(address), server_->port()});
  }
};

TEST_F(HttpsTransport, LargestBody) {
  const std::string body(kMaxPolicyOctets, 'x');
  Serve(Response(body, "Content-Type: text/plain\r\n"));
  EXPECT_EQ(Body(), body);
}

TEST_F(HttpsTransport, TooLargeBodies) {
  const std::string body(kMaxPolicyOctets + 1, 'x');
  constexpr char kReason[] = "body larger than 65536 octets";
  Serve(Response(body, "Content-Type: text/plain\r\n"));
  EXPECT_EQ(FetchError(), kReason);
  Serve(std::string(kHead) + "Transfer-Encoding: chunked\r\n\r\n10001\r\n" + body +
        "\r\n0\r\n\r\n");
  EXPECT_EQ(FetchError(), kReason);
  Serve(std::string(kHead) + "\r\n" + body);
  EXPECT_EQ(FetchError(), kReason);
  Serve(std::string(kHead) + "Content-Length: 99999999999\r\n\r\n");
  EXPECT_EQ(FetchError(), kReason);
}

TEST_F(HttpsTransport, TooLargeHeader) {
  Serve(std::string(kHead) + "X: " + std::string(9000, 'x') + "\r\n\r\n");
  EXPECT_EQ(FetchError(), "header larger than 8192 octets");
}

TEST_F(HttpsTransport, ChunkedBody) {
  Serve(std::string(kHead) + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  EXPECT_EQ(Body(), "abcde");
}

// A cut connection must not make a policy shorter.
TEST_F(HttpsTransport, EndOfTheBody) {
  const std::string open_end = std::string(kHead) + "\r\nabc";
  Serve(open_end, Ending::kCloseNotify);
  EXPECT_EQ(Body(), "abc");
  Serve(open_end, Ending::kCutOff);
  EXPECT_EQ(FetchError(), "connection closed without TLS close_notify");
  Serve(Good(), Ending::kCutOff);
  EXPECT_EQ(Body(), kPolicy);
  Serve(Good(), Ending::kNothing);
  EXPECT_EQ(Body(), kPolicy);
  const std::string short_body = std::string(kHead) + "Content-Length: 4\r\n\r\nabc";
  Serve(short_body, Ending::kCloseNotify);
  EXPECT_EQ(FetchError(), "connection closed too early");
  Serve("", Ending::kCloseNotify);
  EXPECT_EQ(FetchError(), "connection closed too early");
}

TEST_F(HttpsTransport, NotHttp) {
  Serve("220 mail.example.com ESMTP\r\n\r\n");
  EXPECT_EQ(FetchError(), "bad version");
}

TEST_F(HttpsTransport, SlowBodyMeetsTheTotalTimeout) {
  timeout_ = milliseconds(400);
  Serve(Leaf(), {.response = Good(), .pause = milliseconds(30)});
  std::string reason;
  const milliseconds waited = Time(reason);
  EXPECT_TRUE(reason.starts_with("timeout after ")) << reason;
  EXPECT_GE(waited, milliseconds(390));
  EXPECT_LT(waited, milliseconds(2000));
}

TEST_F(HttpsTransport, SilentServerMeetsTheTotalTimeout) {
  timeout_ = milliseconds(300);
  Serve("", Ending::kNothing);
  std::string reason;
  EXPECT_LT(Time(reason), milliseconds(2000));
  EXPECT_TRUE(reason.starts_with("timeout after ")) << reason;
}

TEST_F(HttpsTransport, RefusedAddressLeadsToTheNext) {
  Serve(Good());
  EXPECT_EQ(Body({"127.0.0.2", "nonsense", "127.0.0.1"}), kPolicy);
}

TEST_F(HttpsTransport, MuteAddressTakesOnlyItsShare) {
  timeout_ = milliseconds(900);
  Serve(Good());
  const Tcp::acceptor mute = Mute("127.0.0.2");
  EXPECT_EQ(Body({"127.0.0.2", "127.0.0.3", "127.0.0.1"}), kPolicy);
}

TEST_F(HttpsTransport, AllAddressesFail) {
  timeout_ = milliseconds(400);
  Serve(Good());
  const Tcp::acceptor mute = Mute("127.0.0.2");
  std::string reason;
  EXPECT_LT(Time(reason, {"127.0.0.3", "127.0.0.2", "127.0.0.2"}), milliseconds(2000));
  EXPECT_TRUE(reason.starts_with("connection refused (127.0.0.3), timeout after ")) << reason;
  EXPECT_EQ(FetchErrorOf({}), "no address");
}

TEST_F(HttpsTransport, TriesEightAddressesAtMost) {
  Serve(Good());
  const std::vector<std::string> refused(kMaxPolicyAddresses - 1, "127.0.0.2");
  std::vector<std::string> eight = refused, nine = refused;
  eight.push_back("127.0.0.1");
  nine.insert(nine.end(), {"127.0.0.2", "127.0.0.1"});
  EXPECT_EQ(Body(eight), kPolicy);
  FetchErrorOf(nine);
  EXPECT_EQ(server_->connections(), 1);
}

TEST_F(HttpsTransport, GoneWhileAFetchRuns) {
  Serve(Leaf(), {.response = Good(), .pause = milliseconds(1)});
  boost::asio::steady_timer timer(io_, milliseconds(50));
  timer.async_wait([this](const boost::system::error_code&) { https_.reset(); });
  EXPECT_EQ(Body(), kPolicy);
}

TEST_F(HttpsTransport, GoneWithTheIoContext) {
  Serve("", Ending::kNothing);
  std::optional<PolicyReply> result;
  boost::asio::co_spawn(io_, FetchInto(*https_, {"127.0.0.1"}, result), boost::asio::detached);
  io_.run_for(milliseconds(100));
  EXPECT_FALSE(result.has_value());
}

TEST_F(HttpsTransport, CancelledByWhoeverAwaits) {
  const TlsServer::Script hanging[] = {{.response = "", .ending = Ending::kNothing},
                                       {.response = "", .handshake = false}};
  for (const TlsServer::Script& script : hanging) {
    Serve(Leaf(), script);
    boost::asio::cancellation_signal signal;
    std::optional<PolicyReply> result;
    boost::asio::co_spawn(io_, FetchInto(*https_, {"127.0.0.1", "127.0.0.1"}, result),
                          boost::asio::bind_cancellation_slot(
                              signal.slot(), [this](std::exception_ptr) { io_.stop(); }));
    boost::asio::steady_timer timer(io_, milliseconds(100));
    timer.async_wait([&](const boost::system::error_code&) {
      signal.emit(boost::asio::cancellation_type::terminal);
    });
    io_.restart();
    io_.run_for(milliseconds(2000));
    ASSERT_TRUE(result.has_value());
    ASSERT_FALSE(result->ok());
    EXPECT_TRUE(result->error().reason.starts_with("cancelled")) << result->error().reason;
  }
}

TEST_F(HttpsTransport, ManyAtOnce) {
  Serve(Good());
  constexpr int kFetches = 30;
  std::vector<std::optional<PolicyReply>> results(kFetches);
  int ended = 0;
  for (std::optional<PolicyReply>& result : results) {
    boost::asio::co_spawn(io_, FetchInto(*https_, {"127.0.0.1"}, result), [&](std::exception_ptr) {
      if (++ended == kFetches) io_.stop();
    });
  }
  io_.run_for(std::chrono::seconds(20));
  for (const std::optional<PolicyReply>& result : results) EXPECT_TRUE(result && result->ok());
}

TEST_F(HttpsTransport, OneObjectForManyThreads) {
  Serve(Good());
  auto work = boost::asio::make_work_guard(io_);
  std::thread server([this] { io_.run(); });
  const auto fetch = [this](std::optional<PolicyReply>& result) {
    boost::asio::io_context io;
    boost::asio::co_spawn(io, FetchInto(*https_, {"127.0.0.1"}, result), boost::asio::detached);
    io.run_for(std::chrono::seconds(20));
  };
  std::vector<std::optional<PolicyReply>> results(4);
  std::vector<std::thread> clients;
  for (std::optional<PolicyReply>& result : results) clients.emplace_back(fetch, std::ref(result));
  for (std::thread& client : clients) client.join();
  io_.stop();
  server.join();
  for (const std::optional<PolicyReply>& result : results) {
    ASSERT_TRUE(result.has_value());
    EXPECT_TRUE(result->ok()) << result->error().reason;
  }
}

}  // namespace
}  // namespace tlswarden
