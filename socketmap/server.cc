#include "socketmap/server.h"

#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
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
using boost::system::error_code;
using SteadyClock = std::chrono::steady_clock;

// Room for many pipelined requests; one request never needs more.
constexpr std::size_t kReadOctets = 16 * 1024;
static_assert(kReadOctets > 2 * kMaxRequestOctets);

// Answers are written when this much has gathered, however many requests wait.
constexpr std::size_t kFlushOctets = 256 * 1024;

constexpr std::chrono::seconds kSweepInterval{15};

// How far the answering of a buffer came.
enum class Progress {
  kMore,       // requests are left
  kDone,       // no complete request is left
  kMissing,    // the next request needs an inquiry
  kMalformed,  // nothing can be read from this connection any more
};

constexpr asio::use_awaitable_t<LoopExecutor> kAwait;

struct Connection {
  explicit Connection(Stream accepted) : stream(std::move(accepted)) {}
  Stream stream;
  SteadyClock::time_point last_active = SteadyClock::now();
  bool answering = false;
};

// Where an answer and the asker's deadline meet, on the server's thread.
struct Waiting {
  explicit Waiting(asio::io_context& io) : timer(io) {}
  LoopTimer timer;
  EvidencePtr evidence;
};

}  // namespace

class SocketmapServer::Impl {
 public:
  Impl(SocketmapOptions options, Resolver& resolver, const CurrentOrders& orders, RecordSink& sink)
      : options_(std::move(options)),
        resolver_(resolver),
        answers_(resolver, orders, sink, options_.find_tag),
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

  LoopAwaitable<void> Accept(Listener& listener) {
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

  LoopAwaitable<void> Pause(std::chrono::milliseconds length) {
    LoopTimer timer(io_, length);
    error_code ignored;
    co_await timer.async_wait(asio::redirect_error(kAwait, ignored));
  }

  // Closes what idles or doesn't read its answers, with one timer for all.
  LoopAwaitable<void> Sweep() {
    while (!stopping_) {
      sweep_.expires_after(kSweepInterval);
      error_code ignored;
      co_await sweep_.async_wait(asio::redirect_error(kAwait, ignored));
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

  // One read, the answers to all complete requests in it, one write. No coroutine below this one
  // while answers are at hand: at 8 connections each costs a tenth of an answer.
  LoopAwaitable<void> Serve(Connection& connection) {
    std::array<char, kReadOctets> buffer;
    std::size_t filled = 0;
    std::string out;
    bool usable = true;
    while (usable && !stopping_) {
      error_code failed;
      filled += co_await connection.stream.async_read_some(
          asio::buffer(buffer.data() + filled, buffer.size() - filled),
          asio::redirect_error(kAwait, failed));
      if (failed) break;
      connection.answering = true;
      std::size_t used = 0;
      Progress progress = Progress::kMore;
      while (usable && progress == Progress::kMore) {
        std::optional<MapRequest> missing;
        const std::string_view unread(buffer.data() + used, filled - used);
        progress = AnswerReady(unread, used, out, missing);
        if (progress == Progress::kMissing) {
          // The answers so far go out with this one: netstrings are answered in order.
          co_await AnswerMissing(std::string_view(buffer.data() + used, filled - used), *missing,
                                 out, used);
          progress = Progress::kMore;
        }
        if (out.empty() || (progress == Progress::kMore && out.size() < kFlushOctets)) continue;
        co_await asio::async_write(connection.stream, asio::buffer(out),
                                   asio::redirect_error(kAwait, failed));
        out.clear();
        usable = !failed;
      }
      usable = usable && progress != Progress::kMalformed;
      std::copy(buffer.data() + used, buffer.data() + filled, buffer.data());
      filled -= used;
      connection.last_active = SteadyClock::now();
      connection.answering = false;
    }
  }

  // Answers requests from the beginning of `unread` as long as answers are at hand.
  Progress AnswerReady(std::string_view unread, std::size_t& used, std::string& out,
                       std::optional<MapRequest>& missing) {
    const Time now = resolver_.Now();
    while (out.size() < kFlushOctets) {
      const NetstringScan scan = ScanNetstring(unread);
      if (scan.state == NetstringScan::State::kIncomplete) return Progress::kDone;
      if (scan.state == NetstringScan::State::kMalformed) return Progress::kMalformed;
      if (!answers_.AppendReady(scan.data, now, out, missing)) return Progress::kMissing;
      used += scan.consumed;
      unread.remove_prefix(scan.consumed);
    }
    return Progress::kMore;
  }

  // Waits for the resolver, at most until the deadline, and answers the request that `unread`
  // begins with.
  LoopAwaitable<void> AnswerMissing(std::string_view unread, MapRequest request, std::string& out,
                                    std::size_t& used) {
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
    co_await waiting->timer.async_wait(asio::redirect_error(kAwait, ignored));
    const auto took =
        std::chrono::duration_cast<std::chrono::microseconds>(SteadyClock::now() - start);
    const NetstringScan scan = ScanNetstring(unread);
    answers_.AppendJudged(scan.data, request, waiting->evidence, false, took, out);
    used += scan.consumed;
  }

  asio::io_context io_{1};
  const SocketmapOptions options_;
  Resolver& resolver_;
  Answers answers_;
  LoopTimer sweep_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::list<Connection> connections_;
  bool stopping_ = false;
};

SocketmapServer::SocketmapServer(SocketmapOptions options, Resolver& resolver,
                                 const CurrentOrders& orders, RecordSink& sink)
    : impl_(std::make_unique<Impl>(std::move(options), resolver, orders, sink)) {}

SocketmapServer::~SocketmapServer() = default;

void SocketmapServer::Run() { impl_->Run(); }

void SocketmapServer::Stop(std::chrono::milliseconds most) { impl_->Stop(most); }

}  // namespace tlswarden
