// Asks a socketmap server on 127.0.0.1 each of a list of questions once: what it doesn't know yet.
//
//   bench_cold_load --port P --connections C --asks N [--domains D] [--name d] [--first F] [--pid
//   PID]
//
// The questions are "QUERY <name><F + i % D>.test" for i from 0 to N-1 (D is N unless given), so
// that D = 1 asks N times for the same. Each connection takes the next question when it has its
// answer. One thread, epoll. Prints one line of name=value: answers per second, how many answers
// begin with OK, NOTFOUND and TEMP, the time of the whole, and the 50th percentile and the most of
// the time to an answer, all in ms; with --pid the server's CPU time in µs per answer.

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "netstring_scan.h"
#include "support.h"

namespace tlswarden::bench {
namespace {

constexpr int kSilenceMs = 60'000;

struct Plan {
  std::string name;
  std::uint64_t first = 0, domains = 0, asks = 0;
};

struct Connection {
  int fd = -1;
  std::string input;
  std::uint64_t sent = 0;  // when the question went out
};

class ColdLoad {
 public:
  ColdLoad(std::uint16_t port, std::size_t connections, Plan plan)
      : plan_(std::move(plan)), epoll_(epoll_create1(EPOLL_CLOEXEC)), connections_(connections) {
    for (Connection& connection : connections_) {
      connection.fd = WatchTcp(port, epoll_, &connection);
    }
  }

  void Run(pid_t pid) {
    const std::uint64_t cpu_before = pid != 0 ? ProcessCpuNs(pid) : 0;
    const std::uint64_t begin = NowNs();
    for (Connection& connection : connections_) Ask(connection);
    while (times_ms_.size() < plan_.asks) Step();
    const double seconds = static_cast<double>(NowNs() - begin) / 1e9;
    const auto count = static_cast<double>(plan_.asks);
    std::sort(times_ms_.begin(), times_ms_.end());
    std::printf("rate=%.1f ok=%d notfound=%d temp=%d all_ms=%.0f p50_ms=%.2f max_ms=%.2f",
                count / seconds, ok_, not_found_, temp_, seconds * 1000,
                times_ms_[times_ms_.size() / 2], times_ms_.back());
    if (pid != 0) {
      std::printf(" cpu_us=%.1f",
                  static_cast<double>(ProcessCpuNs(pid) - cpu_before) / 1000 / count);
    }
    std::printf("\n");
  }

 private:
  void Ask(Connection& connection) {
    if (asked_ == plan_.asks) return;
    const std::uint64_t number = plan_.first + asked_++ % plan_.domains;
    const std::string key = "QUERY " + plan_.name + std::to_string(number) + ".test";
    const std::string request = std::to_string(key.size()) + ":" + key + ",";
    connection.sent = NowNs();
    if (send(connection.fd, request.data(), request.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(request.size())) {
      Die("send: %m");
    }
  }

  void Step() {
    std::array<epoll_event, 64> events;
    const int count =
        epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), kSilenceMs);
    if (count <= 0) Die("no answer within %d ms", kSilenceMs);
    for (int i = 0; i < count; ++i) {
      Read(*static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr));
    }
  }

  void Read(Connection& connection) {
    std::array<char, 4096> buffer;
    const ssize_t got = recv(connection.fd, buffer.data(), buffer.size(), 0);
    if (got <= 0) Die("the server closed a connection");
    connection.input.append(buffer.data(), static_cast<std::size_t>(got));
    const NetstringScan scan = ScanNetstring(connection.input);
    if (scan.result == NetstringScan::Result::kIncomplete) return;
    if (scan.size != connection.input.size()) Die("more than one answer to a question");
    Count(scan.payload);
    times_ms_.push_back(static_cast<double>(NowNs() - connection.sent) / 1e6);
    connection.input.clear();
    Ask(connection);
  }

  void Count(std::string_view answer) {
    if (answer.starts_with("OK ")) {
      ++ok_;
    } else if (answer.starts_with("NOTFOUND ")) {
      ++not_found_;
    } else if (answer.starts_with("TEMP ")) {
      ++temp_;
    } else {
      Die("answer \"%s\"", std::string(answer).c_str());
    }
  }

  const Plan plan_;
  const int epoll_;
  std::vector<Connection> connections_;
  std::uint64_t asked_ = 0;
  std::vector<double> times_ms_;
  int ok_ = 0, not_found_ = 0, temp_ = 0;
};

}  // namespace
}  // namespace tlswarden::bench

int main(int argc, char** argv) {
  using namespace tlswarden::bench;
  const Flags flags(argc, argv, {"port", "connections", "asks", "domains", "name", "first", "pid"});
  Plan plan;
  plan.name = flags.Text("name", "d");
  plan.asks = flags.Number("asks", 1, 1'000'000, 2000);
  plan.domains = flags.Number("domains", 1, 1'000'000, plan.asks);
  plan.first = flags.Number("first", 0, 1'000'000, 0);
  ColdLoad load(static_cast<std::uint16_t>(flags.Number("port", 1, 65535, 8642)),
                flags.Number("connections", 1, 1000, 50), plan);
  load.Run(static_cast<pid_t>(flags.Number("pid", 1, 1U << 30, 0)));
}
