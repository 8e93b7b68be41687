// Closed-loop load for a socketmap server on 127.0.0.1: each connection keeps a fixed number of
// requests in flight and sends a new one for each answer.
//
//   bench_socketmap_load --port P --connections N --pipeline D --seconds S --key "MAP KEY" [--pid
//   PID]
//
// One thread, epoll. The first answer is printed; each later one must be the same, byte for byte,
// and none may be missing at the end. Prints one line of name=value: answers per second, the
// 50th and 99th percentile of the time to an answer in µs, and with --pid the server's CPU time
// in µs per answer.

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "netstring_scan.h"
#include "support.h"

namespace tlswarden::bench {
namespace {

constexpr std::uint64_t kSecondNs = 1'000'000'000;
constexpr std::uint64_t kWarmUpNs = kSecondNs / 5;  // not measured: connections, caches, clocks
constexpr std::uint64_t kDrainNs = 5 * kSecondNs;   // how long the last answers may take
constexpr std::size_t kMaxPipeline = 256;           // keeps each batch far below a socket buffer

struct Connection {
  int fd = -1;
  std::string input;               // the incomplete end of what came
  std::deque<std::uint64_t> sent;  // when each request in flight went out, oldest first
};

// Asks once and returns the whole frame of the answer: what every other answer has to be.
std::string FirstAnswer(std::uint16_t port, const std::string& request) {
  const int fd = ConnectTcp(port);
  const timeval limit{10, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  if (send(fd, request.data(), request.size(), MSG_NOSIGNAL) < 0) Die("send: %m");
  std::string input;
  std::array<char, 4096> buffer;
  for (;;) {
    const NetstringScan scan = ScanNetstring(input);
    if (scan.result == NetstringScan::Result::kComplete) break;
    if (scan.result == NetstringScan::Result::kMalformed) Die("malformed: %s", input.c_str());
    const ssize_t got = recv(fd, buffer.data(), buffer.size(), 0);
    if (got <= 0) Die("no answer to the first request");
    input.append(buffer.data(), static_cast<std::size_t>(got));
  }
  close(fd);
  return input;
}

class Load {
 public:
  Load(std::uint16_t port, std::size_t connections, std::size_t pipeline, const std::string& key)
      : epoll_(epoll_create1(EPOLL_CLOEXEC)), connections_(connections) {
    const std::string request = std::to_string(key.size()) + ":" + key + ",";
    expected_ = FirstAnswer(port, request);
    for (std::size_t i = 0; i < pipeline; ++i) requests_ += request;
    request_size_ = request.size();
    samples_.reserve(std::size_t{1} << 22);
    for (Connection& connection : connections_) Open(port, connection);
  }

  // Runs the load and prints the result. `pid` 0: no CPU time.
  void Run(std::uint64_t seconds, pid_t pid, std::size_t pipeline) {
    for (Connection& connection : connections_) Ask(connection, pipeline, NowNs());
    const std::uint64_t warm = NowNs() + kWarmUpNs;
    while (NowNs() < warm) Step();
    samples_.clear();
    const std::uint64_t cpu_before = pid != 0 ? ProcessCpuNs(pid) : 0;
    const std::uint64_t begin = NowNs();
    std::uint64_t now = begin;
    for (; now < begin + seconds * kSecondNs; now = NowNs()) Step();
    const std::uint64_t cpu = pid != 0 ? ProcessCpuNs(pid) - cpu_before : 0;
    const double answers = static_cast<double>(samples_.size());
    Drain();
    if (samples_.empty()) Die("no answers");
    std::printf("rate=%.0f p50_us=%.1f p99_us=%.1f",
                answers * 1e9 / static_cast<double>(now - begin), PercentileUs(samples_, 0.50),
                PercentileUs(samples_, 0.99));
    if (pid != 0) std::printf(" cpu_us=%.2f", static_cast<double>(cpu) / 1000 / answers);
    std::printf(" answer=%s\n", expected_.c_str());
  }

 private:
  void Open(std::uint16_t port, Connection& connection) {
    connection.fd = WatchTcp(port, epoll_, &connection);
  }

  void Ask(Connection& connection, std::size_t count, std::uint64_t now) {
    const auto size = static_cast<ssize_t>(count * request_size_);
    if (send(connection.fd, requests_.data(), count * request_size_, MSG_NOSIGNAL) != size) {
      Die("send: %m");
    }
    connection.sent.insert(connection.sent.end(), count, now);
  }

  // Waits for answers, for 0.1 s at most, and sends as many requests as came back.
  void Step() {
    std::array<epoll_event, 64> events;
    const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 100);
    for (int i = 0; i < count; ++i) {
      auto& connection = *static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
      const std::size_t answered = Read(connection);
      if (answered > 0 && !draining_) Ask(connection, answered, NowNs());
    }
  }

  // Checks what came and returns the number of complete answers in it.
  std::size_t Read(Connection& connection) {
    const ssize_t got = recv(connection.fd, buffer_.data(), buffer_.size(), 0);
    if (got < 0 && errno == EAGAIN) return 0;
    if (got <= 0) Die("the server closed a connection");
    const std::uint64_t now = NowNs();
    connection.input.append(buffer_.data(), static_cast<std::size_t>(got));
    std::string_view input = connection.input;
    std::size_t answered = 0;
    for (; input.size() >= expected_.size(); ++answered) {
      if (input.substr(0, expected_.size()) != expected_) {
        Die("an answer differs from the first: %.100s", std::string(input).c_str());
      }
      if (connection.sent.empty()) Die("more answers than requests");
      samples_.push_back(SampleNs(connection.sent.front(), now));
      connection.sent.pop_front();
      input.remove_prefix(expected_.size());
    }
    connection.input.erase(0, connection.input.size() - input.size());
    return answered;
  }

  void Drain() {
    draining_ = true;
    const std::uint64_t limit = NowNs() + kDrainNs;
    for (const Connection& connection : connections_) {
      while (!connection.sent.empty()) {
        if (NowNs() > limit) Die("%zu answers never came", connection.sent.size());
        Step();
      }
      if (!connection.input.empty()) Die("half an answer at the end");
    }
  }

  int epoll_;
  std::vector<Connection> connections_;
  std::string expected_;
  std::string requests_;  // as many requests as one connection keeps in flight
  std::size_t request_size_ = 0;
  bool draining_ = false;
  std::vector<std::uint32_t> samples_;  // ns, one for each answer
  std::array<char, 65536> buffer_;
};

}  // namespace
}  // namespace tlswarden::bench

int main(int argc, char** argv) {
  using namespace tlswarden::bench;
  const Flags flags(argc, argv, {"port", "connections", "pipeline", "seconds", "key", "pid"});
  const auto port = static_cast<std::uint16_t>(flags.Number("port", 1, 65535, 8642));
  const std::size_t pipeline = flags.Number("pipeline", 1, kMaxPipeline, 1);
  Load load(port, flags.Number("connections", 1, 1000, 1), pipeline,
            flags.Text("key", "QUERY sts.test"));
  load.Run(flags.Number("seconds", 1, 60, 3),
           static_cast<pid_t>(flags.Number("pid", 1, 1U << 30, 0)), pipeline);
}
