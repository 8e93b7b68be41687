#include "socketmap/server.h"

#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <list>
#include <string>
#include <utility>

#include "socketmap/answers.h"
#include "socketmap/listener.h"
#include "socketmap/netstring.h"

namespace tlswarden {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using boost::system::error_code;
using SteadyClock = std::chrono::steady_clock;
using Stream = asio::generic::stream_protocol::socket;

// Room for many pipelined requests; one request never needs more.
constexpr std::size_t kReadOctets = 16 * 1024;
static_assert(kReadOctets > 2 * kMaxRequestOctets);

// Answers are written when this much has gathered, however many requests wait.
constexpr std::size_t kFlushOctets = 256 * 1024;

constexpr std::chrono::seconds kSweepInterval{15};

struct Connection {
  explicit Connection(Stream accepted) : stream(std::move(accepted)) {}
  Stream stream;
  SteadyClock::time_point last_active = SteadyClock::now();
  bool answering = false;
};

// Where an answer and the asker's deadline meet, on the server's thread.
struct Waiting {
  explicit Waiting(asio::io_context& io) : timer(io) {}
  asio::steady_timer timer;
  EvidencePtr evidence;
};

}  // namespace

class SocketmapServer::Impl {
 public:
  Impl(SocketmapOptions options, Resolver& resolver, const Outbound& outbound, RecordSink& sink)
      : options_(std::move(options)),
        resolver_(resolver),
        answers_(resolver, outbound, sink),
        sweep_(io_) {
    for (int fd : options_.listeners) listeners_.push_back(std::make_unique<Listener>(io_, fd));
  }

  void Run() {
    for (auto& listener : listeners_) asio::co_spawn(io_, Accept(*listener), asio::detached);
    asio::co_spawn(io_, Sweep(), asio::detached);
    io_.run();
  }

  void Stop(std::chrono::milliseconds most) {
    asio::post(io_, [this, most] {
      stopping_ = true;
      for (auto& listener : listeners_) listener->Close();
      for (Connection& connection : connections_) {
        if (!connection.answering) Shut(connection);
      }
      sweep_.expires_after(most);  // wakes the sweep, which then waits for the end
    });
  }

 private:
  using Place = std::list<Connection>::iterator;

  static void Shut(Connection& connection) {
    error_code ignored;
    connection.stream.cancel(ignored);
    connection.stream.close(ignored);
  }

  awaitable<void> Accept(Listener& listener) {
    while (!stopping_) {
      error_code failed;
      Stream stream = co_await listener.Accept(failed);
      if (stopping_) break;
      if (failed) {
        // Out of descriptors, or the peer is gone: neither may spin.
        co_await Pause(std::chrono::milliseconds(100));
        continue;
      }
      connections_.emplace_back(std::move(stream));
      const Place place = std::prev(connections_.end());
      asio::co_spawn(io_, Serve(*place),
                     [this, place](const std::exception_ptr&) { connections_.erase(place); });
      while (connections_.size() >= options_.max_connections && !stopping_) {
        co_await Pause(std::chrono::milliseconds(20));
      }
    }
  }

  awaitable<void> Pause(std::chrono::milliseconds length) {
    asio::steady_timer timer(io_, length);
    error_code ignored;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }

  // Closes what idles or doesn't read its answers, with one timer for all.
  awaitable<void> Sweep() {
    while (!stopping_) {
      sweep_.expires_after(kSweepInterval);
      error_code ignored;
      co_await sweep_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
      const SteadyClock::time_point limit = SteadyClock::now() - options_.idle_limit;
      for (Connection& connection : connections_) {
        if (connection.last_active < limit) Shut(connection);
      }
    }
    while (!connections_.empty() && SteadyClock::now() < sweep_.expiry()) {
      co_await Pause(std::chrono::milliseconds(2));
    }
    io_.stop();
  }

  awaitable<void> Serve(Connection& connection) {
    std::array<char, kReadOctets> buffer;
    std::size_t filled = 0;
    std::string out;
    while (!stopping_) {
      error_code failed;
      const std::size_t got = co_await connection.stream.async_read_some(
          asio::buffer(buffer.data() + filled, buffer.size() - filled),
          asio::redirect_error(asio::use_awaitable, failed));
      if (failed) break;
      filled += got;
      connection.last_active = SteadyClock::now();
      connection.answering = true;
      const std::string_view unread(buffer.data(), filled);
      const std::size_t used = co_await AnswerAll(connection, unread, out);
      if (used == kBroken) break;
      std::copy(buffer.data() + used, buffer.data() + filled, buffer.data());
      filled -= used;
      connection.answering = false;
    }
  }

  static constexpr std::size_t kBroken = static_cast<std::size_t>(-1);

  // Answers all complete requests, in order. How many octets were used, or kBroken when the
  // connection is of no more use. The answers before a malformed request still go out.
  awaitable<std::size_t> AnswerAll(Connection& connection, std::string_view unread,
                                   std::string& out) {
    std::size_t used = 0;
    out.clear();
    NetstringScan scan;
    while (true) {
      scan = ScanNetstring(unread.substr(used));
      if (scan.state != NetstringScan::State::kComplete) break;
      std::optional<MapRequest> missing;
      if (!answers_.AppendReady(scan.data, out, missing)) {
        const MapRequest request = *missing;
        co_await AnswerMissing(scan.data, request, out);
      }
      used += scan.consumed;
      if (out.size() < kFlushOctets) continue;
      if (!co_await Write(connection, out)) co_return kBroken;
    }
    const bool written = out.empty() || co_await Write(connection, out);
    const bool malformed = scan.state == NetstringScan::State::kMalformed;
    co_return written && !malformed ? used : kBroken;
  }

  awaitable<bool> Write(Connection& connection, std::string& out) {
    error_code failed;
    co_await asio::async_write(connection.stream, asio::buffer(out),
                               asio::redirect_error(asio::use_awaitable, failed));
    out.clear();
    connection.last_active = SteadyClock::now();
    co_return !failed;
  }

  awaitable<void> AnswerMissing(std::string_view data, MapRequest request, std::string& out) {
    const SteadyClock::time_point start = SteadyClock::now();
    const auto waiting = std::make_shared<Waiting>(io_);
    waiting->timer.expires_after(options_.deadline);
    resolver_.AskAsync(*request.next_hop, [this, waiting](EvidencePtr evidence) {
      asio::post(io_, [waiting, evidence = std::move(evidence)]() mutable {
        waiting->evidence = std::move(evidence);
        waiting->timer.cancel();
      });
    });
    error_code ignored;
    co_await waiting->timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    const auto took =
        std::chrono::duration_cast<std::chrono::microseconds>(SteadyClock::now() - start);
    answers_.AppendJudged(data, request, std::move(waiting->evidence), false, took, out);
  }

  asio::io_context io_{1};
  const SocketmapOptions options_;
  Resolver& resolver_;
  Answers answers_;
  asio::steady_timer sweep_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::list<Connection> connections_;
  bool stopping_ = false;
};

SocketmapServer::SocketmapServer(SocketmapOptions options, Resolver& resolver,
                                 const Outbound& outbound, RecordSink& sink)
    : impl_(std::make_unique<Impl>(std::move(options), resolver, outbound, sink)) {}

SocketmapServer::~SocketmapServer() = default;

void SocketmapServer::Run() { impl_->Run(); }

void SocketmapServer::Stop(std::chrono::milliseconds most) { impl_->Stop(most); }

}  // namespace tlswarden
