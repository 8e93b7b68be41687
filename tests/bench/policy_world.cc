// The small internet of the benchmark: DNS on 127.0.0.1:53 and the policy hosts on 127.0.0.2:443.
//
//   bench_policy_world --ca-file FILE [--domains N] [--slow-ms M]
//
// What there is to ask for is in world_dns.h. Writes the authority's certificate to FILE, makes the
// certificates of d0.test to d(N-1).test beforehand, prints "ready" and runs until killed. A policy
// host of a slow domain answers M ms (1000) after the request. Two threads, one for DNS, one for
// HTTPS. Meant for a network namespace of its own.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cstdio>
#include <string>
#include <thread>
#include <utility>

#include "support.h"
#include "world_authority.h"
#include "world_dns.h"

namespace tlswarden::bench {
namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t kMaxRequest = 4096;
constexpr int kSocketBuffer = 4 << 20;  // thousands of questions at once
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

[[noreturn]] void ServeDns(int fd, Counters& counters) {
  std::array<std::uint8_t, 4096> query;
  for (;;) {
    sockaddr_in client{};
    socklen_t length = sizeof client;
    auto* const address = reinterpret_cast<sockaddr*>(&client);
    const ssize_t got = recvfrom(fd, query.data(), query.size(), 0, address, &length);
    if (got <= 0) continue;
    const auto reply = AnswerQuestion({query.data(), static_cast<std::size_t>(got)}, counters);
    if (!reply.empty()) sendto(fd, reply.data(), reply.size(), 0, address, length);
  }
}

int BindDns() {
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &kSocketBuffer, sizeof kSocketBuffer);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(53);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    Die("DNS on 127.0.0.1:53: %m");
  }
  return fd;
}

std::string Response(const std::string& host) {
  const std::string domain = host.substr(host.find('.') + 1);
  const std::string policy =
      "version: STSv1\r\nmode: enforce\r\nmx: mx." + domain + "\r\nmax_age: 604800\r\n";
  return "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: " +
         std::to_string(policy.size()) + "\r\n\r\n" + policy;
}

class PolicyHosts {
 public:
  PolicyHosts(Authority& authority, Counters& counters, std::chrono::milliseconds slow)
      : counters_(counters), slow_(slow) {
    authority.Furnish(context_.native_handle());
  }

  void Run() {
    asio::co_spawn(io_, Accept(), asio::detached);
    io_.run();
  }

 private:
  asio::awaitable<void> Accept() {
    const tcp::endpoint endpoint(asio::ip::make_address(kPolicyHostAddress), 443);
    tcp::acceptor acceptor(io_, endpoint, true);
    acceptor.listen(4096);
    for (;;) {
      auto accepting = acceptor.async_accept(kAwait);
      auto [error, socket] = co_await std::move(accepting);
      if (!error) asio::co_spawn(io_, Serve(std::move(socket)), asio::detached);
    }
  }

  asio::awaitable<void> Serve(tcp::socket socket) {
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    ssl::stream<tcp::socket> stream(std::move(socket), context_);
    auto shaking = stream.async_handshake(ssl::stream_base::server, kAwait);
    const auto [unshaken] = co_await std::move(shaking);
    if (unshaken) co_return;
    std::string request;
    auto buffer = asio::dynamic_buffer(request, kMaxRequest);
    auto reading = asio::async_read_until(stream, buffer, "\r\n\r\n", kAwait);
    const auto [unread, size] = co_await std::move(reading);
    if (unread) co_return;
    ++counters_.fetches;
    const std::string host = SSL_get_servername(stream.native_handle(), TLSEXT_NAMETYPE_host_name);
    if (IsSlowHost(host)) {
      asio::steady_timer timer(io_, slow_);
      auto waiting = timer.async_wait(kAwait);
      co_await std::move(waiting);
    }
    const std::string response = Response(host);
    auto writing = asio::async_write(stream, asio::buffer(response), kAwait);
    co_await std::move(writing);
  }

  asio::io_context io_{1};
  ssl::context context_{ssl::context::tls_server};
  Counters& counters_;
  const std::chrono::milliseconds slow_;
};

}  // namespace
}  // namespace tlswarden::bench

int main(int argc, char** argv) {
  using namespace tlswarden::bench;
  const Flags flags(argc, argv, {"ca-file", "domains", "slow-ms"});
  Authority authority;
  authority.WriteCertificate(flags.Text("ca-file", "ca.pem"));
  const std::uint64_t domains = flags.Number("domains", 0, 1'000'000, 0);
  for (std::uint64_t i = 0; i < domains; ++i) {
    authority.CertificateFor("mta-sts.d" + std::to_string(i) + ".test");
  }
  Counters counters;
  const std::chrono::milliseconds slow(flags.Number("slow-ms", 0, 60'000, 1000));
  PolicyHosts hosts(authority, counters, slow);
  std::thread dns(ServeDns, BindDns(), std::ref(counters));
  std::puts("ready");
  std::fflush(stdout);
  hosts.Run();
  dns.join();
}
