// How fast the collector of TLSRPT datagrams takes in what one sender sends, side by side with a
// loop that only receives: in the same run, in turns, since the machine is never the same twice.
//
//   bench_datagram [--count N] [--rounds N]
//
// As root, the collector's receiving thread has its priority; as another user (`setpriv`) it
// hasn't.
//
// Three senders, each a process of its own: one that waits for room (no loss, by nature: the rate
// is what counts), one that doesn't wait at full speed, and ones that don't wait but keep a pace,
// as an MTA does that has a TLS handshake between two datagrams. libtlsrpt never waits: what such a
// sender finds no room for is lost. Medians of the rounds.

#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "report/collector.h"
#include "support.h"

namespace tlswarden::bench {
namespace {

constexpr char kDatagram[] =
    R"({"dpv": "1","d": "sts-name.test","pr": "v=TLSRPTv1; rua=mailto:tls@sts-name.test",)"
    R"("policies":[{"policy-type":2,"policy-domain": "sts-name.test","policy-string":)"
    R"(["version: STSv1","mode: enforce","mx: mx.sts-name.test","max_age: 86400"],)"
    R"("mx-host":["mx.sts-name.test"],"failure-details":[{"c":202,"s": "127.0.0.1",)"
    R"("n": "mx.sts-name.test","h": "250-mx.name.test\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n)"
    R"(250-VRFY\r\n250-ETRN\r\n250-STARTTLS\r\n250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n)"
    R"(250-SMTPUTF8\r\n250 CHUNKING","r": "127.0.1.16"}],"t":1,"f":1}]})";

constexpr std::uint64_t kNsPerSecond = 1000000000;

sockaddr_un Address() {
  // An abstract name: no file is left behind.
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "tlswarden-bench-%d", getpid());
  return address;
}

int BoundSocket(const sockaddr_un& address) {
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    Die("bind: %s", std::strerror(errno));
  }
  return fd;
}

class Receiver {
 public:
  virtual ~Receiver() = default;
  virtual std::uint64_t received() const = 0;
  virtual std::uint64_t handed_on() const = 0;
};

// The yardstick: nothing but recv.
class BareLoop : public Receiver {
 public:
  explicit BareLoop(int fd) : fd_(fd), thread_([this] { Loop(); }) {}
  ~BareLoop() override {
    shutdown(fd_, SHUT_RD);
    thread_.join();
    close(fd_);
  }
  std::uint64_t received() const override { return count_; }
  std::uint64_t handed_on() const override { return count_; }

 private:
  void Loop() {
    std::vector<char> buffer(kMaxDatagramOctets);
    while (recv(fd_, buffer.data(), buffer.size(), 0) > 0) ++count_;
  }
  int fd_;
  std::atomic<std::uint64_t> count_{0};
  std::thread thread_;
};

class OurCollector : public Receiver {
 public:
  explicit OurCollector(int fd)
      : collector_(
            fd, [](const TlsEvent&) {}, [] { return Time(); },
            [](const std::string& what) { Die("%s", what.c_str()); },
            // What waits for the reading must not be lost here.
            std::size_t{128} << 20) {}
  std::uint64_t received() const override { return collector_.counts().received; }
  std::uint64_t handed_on() const override { return collector_.counts().events; }

 private:
  Collector collector_;
};

struct Pace {
  std::string name;
  bool waits = false;
  std::uint64_t per_second = 0;  // 0: as fast as it can
};

// In the child. Returns how many the kernel took.
std::uint64_t Send(const sockaddr_un& address, const Pace& pace, std::uint64_t count) {
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const std::uint64_t begin = NowNs();
  std::uint64_t taken = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (pace.per_second > 0) {
      const std::uint64_t due = begin + i * kNsPerSecond / pace.per_second;
      while (NowNs() < due) {
      }
    }
    const ssize_t sent = sendto(fd, kDatagram, sizeof kDatagram - 1, pace.waits ? 0 : MSG_DONTWAIT,
                                reinterpret_cast<const sockaddr*>(&address), sizeof address);
    if (sent < 0 && errno != EAGAIN) _exit(1);
    taken += sent > 0 ? 1 : 0;
  }
  return taken;
}

struct Figures {
  double rate = 0;       // datagrams a second, until the last was received
  double read_rate = 0;  // until the last was handed on
  double lost = 0;       // share of those sent
};

Figures Measure(const std::function<std::unique_ptr<Receiver>(int)>& make, const Pace& pace,
                std::uint64_t count) {
  const sockaddr_un address = Address();
  int go[2];
  int result[2];
  if (pipe(go) != 0 || pipe(result) != 0) Die("pipe: %s", std::strerror(errno));
  // Before the receiver is made: memory that a child shares is copied when it is written to.
  const pid_t child = fork();
  if (child == 0) {
    char octet = 0;
    if (read(go[0], &octet, 1) != 1) _exit(1);
    const std::uint64_t taken = Send(address, pace, count);
    _exit(write(result[1], &taken, sizeof taken) == sizeof taken ? 0 : 1);
  }
  const std::unique_ptr<Receiver> receiver = make(BoundSocket(address));
  const std::uint64_t begin = NowNs();
  if (write(go[1], "", 1) != 1) Die("pipe: %s", std::strerror(errno));
  std::uint64_t taken = 0;
  if (read(result[0], &taken, sizeof taken) != sizeof taken) Die("the sender failed");
  const auto wait_until = [&](auto reached) {
    while (!reached()) std::this_thread::sleep_for(std::chrono::microseconds(50));
    return static_cast<double>(NowNs() - begin) / kNsPerSecond;
  };
  Figures figures;
  figures.rate =
      static_cast<double>(taken) / wait_until([&] { return receiver->received() >= taken; });
  figures.read_rate =
      static_cast<double>(taken) / wait_until([&] { return receiver->handed_on() >= taken; });
  figures.lost = static_cast<double>(count - taken) / static_cast<double>(count);
  waitpid(child, nullptr, 0);
  for (const int fd : {go[0], go[1], result[0], result[1]}) close(fd);
  return figures;
}

double Median(std::vector<Figures> figures, double Figures::*which) {
  const auto middle = figures.begin() + static_cast<std::ptrdiff_t>(figures.size() / 2);
  std::nth_element(figures.begin(), middle, figures.end(),
                   [which](const Figures& a, const Figures& b) { return a.*which < b.*which; });
  return *middle.*which;
}

void Compare(const Pace& pace, std::uint64_t count, std::uint64_t rounds) {
  std::vector<Figures> bare;
  std::vector<Figures> ours;
  for (std::uint64_t i = 0; i < rounds; ++i) {
    bare.push_back(Measure([](int fd) { return std::make_unique<BareLoop>(fd); }, pace, count));
    ours.push_back(Measure([](int fd) { return std::make_unique<OurCollector>(fd); }, pace, count));
  }
  const double bare_rate = Median(bare, &Figures::rate);
  const double our_rate = Median(ours, &Figures::rate);
  std::printf(
      "%-22s bare %8.0f/s lost %6.3f %%   collector %8.0f/s lost %6.3f %%   ratio %.2f"
      "   read and handed on %8.0f/s\n",
      pace.name.c_str(), bare_rate, 100 * Median(bare, &Figures::lost), our_rate,
      100 * Median(ours, &Figures::lost), our_rate / bare_rate, Median(ours, &Figures::read_rate));
  std::fflush(stdout);
}

}  // namespace
}  // namespace tlswarden::bench

int main(int argc, char** argv) {
  using namespace tlswarden::bench;
  const Flags flags(argc, argv, {"count", "rounds"});
  const std::uint64_t count = flags.Number("count", 1, 100000, 100000);
  const std::uint64_t rounds = flags.Number("rounds", 1, 1000, 5);
  Compare({"waits for room", true, 0}, count, rounds);
  Compare({"full speed", false, 0}, count, rounds);
  for (const std::uint64_t per_second : {1000, 10000, 50000, 100000}) {
    Compare({std::to_string(per_second) + " a second", false, per_second},
            std::min(count, per_second), rounds);
  }
  return 0;
}
