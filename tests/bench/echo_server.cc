// The yardstick of the socketmap benchmark: one thread, epoll, TCP on 127.0.0.1, and the same
// answer to whatever is asked. A real server can't be faster than this, so a benchmark states
// its rate as a share of this program's rate, measured in the same minutes on the same machine.
//
//   bench_echo_server --port P
//
// Pipelining: all complete requests of one read are answered by one write. Runs until killed.

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <unordered_map>

#include "netstring_scan.h"
#include "support.h"

namespace tlswarden::bench {
namespace {

constexpr std::string_view kAnswer = "OK secure match=mx.sts.test servername=hostname";
constexpr std::size_t kReadSize = 65536;  // bytes for one read

int Listen(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      listen(fd, 512) != 0) {
    Die("listen on 127.0.0.1:%d: %s", static_cast<int>(port), std::strerror(errno));
  }
  return fd;
}

class EchoServer {
 public:
  explicit EchoServer(std::uint16_t port)
      : listener_(Listen(port)), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    Watch(listener_);
    frame_ = std::to_string(kAnswer.size()) + ":" + std::string(kAnswer) + ",";
  }

  [[noreturn]] void Run() {
    std::array<epoll_event, 64> events;
    for (;;) {
      const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < count; ++i) {
        const int fd = events[static_cast<std::size_t>(i)].data.fd;
        if (fd == listener_) {
          Accept();
        } else if (!Serve(fd)) {
          partial_.erase(fd);
          close(fd);
        }
      }
    }
  }

 private:
  void Watch(int fd) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) Die("epoll: %s", std::strerror(errno));
  }

  void Accept() {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    Watch(fd);
  }

  // False when the connection is at its end: closed by the client, or malformed.
  bool Serve(int fd) {
    const ssize_t got = recv(fd, buffer_.data(), buffer_.size(), 0);
    if (got < 0) return errno == EAGAIN;
    if (got == 0) return false;
    std::string_view input(buffer_.data(), static_cast<std::size_t>(got));
    std::string joined;
    if (const auto found = partial_.find(fd); found != partial_.end()) {
      joined = found->second.append(input);
      partial_.erase(found);
      input = joined;
    }
    return Answer(fd, input);
  }

  bool Answer(int fd, std::string_view input) {
    std::size_t count = 0;
    NetstringScan scan = ScanNetstring(input);
    for (; scan.result == NetstringScan::Result::kComplete; scan = ScanNetstring(input)) {
      ++count;
      input.remove_prefix(scan.size);
      if (input.empty()) break;
    }
    if (scan.result == NetstringScan::Result::kMalformed) return false;
    if (!input.empty()) partial_[fd] = input;
    while (answers_.size() < count * frame_.size()) answers_ += frame_;
    // The clients keep few requests in flight, so the socket's buffer never fills: a short write
    // means a client that doesn't read, and ends its connection.
    const std::size_t size = count * frame_.size();
    return size == 0 || send(fd, answers_.data(), size, MSG_NOSIGNAL) == static_cast<ssize_t>(size);
  }

  int listener_;
  int epoll_;
  std::string frame_;    // one answer
  std::string answers_;  // as many answers as the largest batch so far needed
  std::unordered_map<int, std::string> partial_;  // the incomplete end of what a client sent
  std::array<char, kReadSize> buffer_;
};

}  // namespace
}  // namespace tlswarden::bench

int main(int argc, char** argv) {
  const tlswarden::bench::Flags flags(argc, argv, {"port"});
  const auto port = static_cast<std::uint16_t>(flags.Number("port", 1, 65535, 8640));
  tlswarden::bench::EchoServer(port).Run();
}
