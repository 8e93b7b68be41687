#include "report/smtp_socket.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace tlswarden {
namespace {

constexpr const char* kTooLate = "no answer in time";

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

template <typename T>
SocketAddress Stored(const T& address) {
  SocketAddress stored;
  static_assert(sizeof(address) <= sizeof(stored.storage));
  std::memcpy(&stored.storage, &address, sizeof(address));
  stored.size = sizeof(address);
  return stored;
}

std::optional<SocketAddress> AddressOf(const SmtpRelay& relay) {
  if (relay.address.empty()) {
    sockaddr_un local{};
    local.sun_family = AF_UNIX;
    if (relay.path.size() >= sizeof(local.sun_path)) return std::nullopt;
    std::copy(relay.path.begin(), relay.path.end(), local.sun_path);
    return Stored(local);
  }
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(relay.port);
  if (inet_pton(AF_INET, relay.address.c_str(), &v4.sin_addr) == 1) return Stored(v4);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(relay.port);
  if (inet_pton(AF_INET6, relay.address.c_str(), &v6.sin6_addr) == 1) return Stored(v6);
  return std::nullopt;
}

}  // namespace

Result<SmtpSocket> SmtpSocket::Connect(const SmtpRelay& relay, Deadline end) {
  const std::optional<SocketAddress> address = AddressOf(relay);
  if (!address) return Error{"no address"};
  SmtpSocket socket(
      ::socket(address->storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (socket.fd_ < 0) return Error{std::string(std::strerror(errno))};
  const auto* raw = reinterpret_cast<const sockaddr*>(&address->storage);
  if (connect(socket.fd_, raw, address->size) == 0) return socket;
  if (errno != EINPROGRESS) return Error{std::string(std::strerror(errno))};
  if (auto why = socket.WaitFor(POLLOUT, end)) return Error{*why};
  int failed = 0;
  socklen_t size = sizeof(failed);
  getsockopt(socket.fd_, SOL_SOCKET, SO_ERROR, &failed, &size);
  if (failed != 0) return Error{std::string(std::strerror(failed))};
  return socket;
}

SmtpSocket::SmtpSocket(SmtpSocket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

SmtpSocket::~SmtpSocket() {
  if (fd_ >= 0) close(fd_);
}

std::optional<std::string> SmtpSocket::WaitFor(short events, Deadline end) const {
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    if (left.count() <= 0) return kTooLate;
    pollfd waited{fd_, events, 0};
    const int ready = poll(&waited, 1, static_cast<int>(std::min<long>(left.count(), 600'000)));
    if (ready > 0) return std::nullopt;
    if (ready < 0 && errno != EINTR) return std::strerror(errno);
  }
}

std::optional<std::string> SmtpSocket::Write(std::string_view octets, Deadline end) {
  while (!octets.empty()) {
    const ssize_t sent = send(fd_, octets.data(), octets.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      octets.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      if (auto why = WaitFor(POLLOUT, end)) return why;
    } else if (errno != EINTR) {
      return std::strerror(errno);
    }
  }
  return std::nullopt;
}

std::optional<std::string> SmtpSocket::ReadMore(std::string& octets, Deadline end) {
  std::array<char, 4096> block;
  while (true) {
    const ssize_t got = recv(fd_, block.data(), block.size(), 0);
    if (got > 0) {
      octets.append(block.data(), static_cast<std::size_t>(got));
      return std::nullopt;
    }
    if (got == 0) return "it closed the connection";
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
      if (auto why = WaitFor(POLLIN, end)) return why;
    } else if (errno != EINTR) {
      return std::strerror(errno);
    }
  }
}

std::string SmtpSocket::OwnLiteral() const {
  sockaddr_storage own{};
  socklen_t size = sizeof(own);
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (getsockname(fd_, reinterpret_cast<sockaddr*>(&own), &size) == 0) {
    const void* raw = &own;
    if (own.ss_family == AF_INET) {
      inet_ntop(AF_INET, &static_cast<const sockaddr_in*>(raw)->sin_addr, text.data(), text.size());
      return '[' + std::string(text.data()) + ']';
    }
    if (own.ss_family == AF_INET6) {
      inet_ntop(AF_INET6, &static_cast<const sockaddr_in6*>(raw)->sin6_addr, text.data(),
                text.size());
      return "[IPv6:" + std::string(text.data()) + ']';
    }
  }
  return "[127.0.0.1]";
}

}  // namespace tlswarden
