#include "support.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>

namespace tlswarden::bench {
namespace {

[[noreturn]] void Usage(const std::string& problem, const std::vector<std::string>& known) {
  std::fprintf(stderr, "%s; flags:", problem.c_str());
  for (const std::string& name : known) std::fprintf(stderr, " --%s", name.c_str());
  std::fprintf(stderr, "\n");
  std::exit(2);
}

std::uint64_t Nanoseconds(const timespec& time) {
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000U +
         static_cast<std::uint64_t>(time.tv_nsec);
}

int ConnectTo(const sockaddr* address, socklen_t length, const std::string& name) {
  const int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || connect(fd, address, length) != 0) {
    Die("connect to %s: %s", name.c_str(), std::strerror(errno));
  }
  return fd;
}

int ConnectInet(const std::string& host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  if (inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) {
    Die("not an IPv4 address: %s", host.c_str());
  }
  const int fd = ConnectTo(reinterpret_cast<const sockaddr*>(&address), sizeof address,
                           host + ":" + std::to_string(port));
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

int ConnectUnix(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) Die("socket path too long: %s", path.c_str());
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return ConnectTo(reinterpret_cast<const sockaddr*>(&address), sizeof address, path);
}

}  // namespace

void Die(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  std::vfprintf(stderr, format, arguments);
  va_end(arguments);
  std::fputc('\n', stderr);
  std::exit(1);
}

Flags::Flags(int argc, char** argv, const std::vector<std::string>& known) {
  for (int i = 1; i < argc; i += 2) {
    const std::string flag = argv[i];
    const std::string name = flag.rfind("--", 0) == 0 ? flag.substr(2) : "";
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      Usage("unknown flag " + flag, known);
    }
    if (i + 1 == argc) Usage(flag + " needs a value", known);
    values_[name] = argv[i + 1];
  }
}

std::string Flags::Text(const std::string& name, const std::string& fallback) const {
  const auto found = values_.find(name);
  return found == values_.end() ? fallback : found->second;
}

std::uint64_t Flags::Number(const std::string& name, std::uint64_t min, std::uint64_t max,
                            std::uint64_t fallback) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return fallback;
  char* end = nullptr;
  errno = 0;
  const unsigned long long value = std::strtoull(found->second.c_str(), &end, 0);
  if (errno != 0 || end == found->second.c_str() || *end != '\0' || value < min || value > max) {
    std::fprintf(stderr, "--%s: a number from %llu to %llu, not %s\n", name.c_str(),
                 static_cast<unsigned long long>(min), static_cast<unsigned long long>(max),
                 found->second.c_str());
    std::exit(2);
  }
  return value;
}

std::uint64_t NowNs() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return Nanoseconds(now);
}

std::uint64_t ProcessCpuNs(pid_t pid) {
  // The process's own CPU clock counts in nanoseconds; /proc/PID/stat only in ticks of 10 ms.
  clockid_t clock{};
  timespec used{};
  if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0) {
    Die("no CPU clock for process %d", static_cast<int>(pid));
  }
  return Nanoseconds(used);
}

double PercentileUs(std::vector<std::uint32_t>& samples_ns, double fraction) {
  if (samples_ns.empty()) return 0;
  const auto last = static_cast<double>(samples_ns.size() - 1);
  const auto nth = samples_ns.begin() + static_cast<std::ptrdiff_t>(last * fraction);
  std::nth_element(samples_ns.begin(), nth, samples_ns.end());
  return *nth / 1000.0;
}

std::uint32_t SampleNs(std::uint64_t begin_ns, std::uint64_t end_ns) {
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint32_t>::max();
  return static_cast<std::uint32_t>(std::min(end_ns - begin_ns, kMax));
}

int ConnectTcp(std::uint16_t port) { return ConnectInet("127.0.0.1", port); }

int WatchTcp(std::uint16_t port, int epoll, void* data) {
  const int fd = ConnectTcp(port);
  fcntl(fd, F_SETFL, O_NONBLOCK);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = data;
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) Die("epoll: %m");
  return fd;
}

int ConnectMilter(const std::string& address) {
  int fd = -1;
  const std::size_t at = address.find('@');
  if (address.rfind("unix:", 0) == 0) {
    fd = ConnectUnix(address.substr(5));
  } else if (address.rfind("inet:", 0) == 0 && at != std::string::npos) {
    const int port = std::atoi(address.c_str() + 5);
    if (port < 1 || port > 65535) Die("not a port: %s", address.c_str());
    fd = ConnectInet(address.substr(at + 1), static_cast<std::uint16_t>(port));
  } else {
    Die("not unix:PATH or inet:PORT@IPV4: %s", address.c_str());
  }
  const timeval silence{5, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &silence, sizeof silence);
  return fd;
}

}  // namespace tlswarden::bench
