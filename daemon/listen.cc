#include "daemon/listen.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "milter/socket_lock.h"

namespace tlswarden {
namespace {

constexpr int kBacklog = 1024;

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;
};

template <typename Sockaddr>
SocketAddress Pack(const Sockaddr& address) {
  SocketAddress packed;
  std::memcpy(&packed.storage, &address, sizeof(address));
  packed.length = sizeof(address);
  return packed;
}

// listen_address has checked hosts and the length of paths.
SocketAddress ToSockaddr(const ListenAddress& address) {
  if (address.family == ListenAddress::Family::kUnix) {
    sockaddr_un un{};
    un.sun_family = AF_UNIX;
    std::memcpy(un.sun_path, address.path.c_str(),
                std::min(address.path.size(), sizeof(un.sun_path) - 1));
    return Pack(un);
  }
  if (address.family == ListenAddress::Family::kInet) {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_port = htons(address.port);
    inet_pton(AF_INET, address.host.c_str(), &in.sin_addr);
    return Pack(in);
  }
  sockaddr_in6 in6{};
  in6.sin6_family = AF_INET6;
  in6.sin6_port = htons(address.port);
  inet_pton(AF_INET6, address.host.c_str(), &in6.sin6_addr);
  return Pack(in6);
}

Error<std::string> Failed(const std::string& what) {
  const std::string why = std::strerror(errno);
  const bool taken = errno == EADDRINUSE;
  return Error{what + ": " + why + (taken ? "; does another tlswarden or policy daemon run?" : "")};
}

// Removes the socket of a process that died. One that is served is left alone, and bind() fails.
void RemoveStaleSocket(const std::string& path) {
  struct stat status {};
  const bool is_socket = lstat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode);
  if (is_socket && !IsServed(path)) unlink(path.c_str());
}

// Datagrams come without a connection.
bool Bind(int fd, const SocketAddress& address, int type) {
  return bind(fd, reinterpret_cast<const sockaddr*>(&address.storage), address.length) == 0 &&
         (type == SOCK_DGRAM || listen(fd, kBacklog) == 0);
}

Result<int> Open(const ListenAddress& address, int type, unsigned unix_mode,
                 const std::string& what) {
  const SocketAddress socket_address = ToSockaddr(address);
  const bool is_unix = address.family == ListenAddress::Family::kUnix;
  if (is_unix) RemoveStaleSocket(address.path);
  const int fd = socket(socket_address.storage.ss_family, type | SOCK_CLOEXEC, 0);
  if (fd < 0) return Failed(what);
  const int on = 1;
  if (!is_unix) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (!Bind(fd, socket_address, type) || (is_unix && chmod(address.path.c_str(), unix_mode) != 0)) {
    const Error<std::string> error = Failed(what);
    close(fd);
    return error;
  }
  return fd;
}

}  // namespace

Result<int> Listen(const ListenAddress& address, unsigned unix_mode) {
  return Open(address, SOCK_STREAM, unix_mode, "[socketmap] listen: " + ToString(address));
}

Result<int> TakeDatagrams(const std::string& path, unsigned unix_mode) {
  ListenAddress address;
  address.family = ListenAddress::Family::kUnix;
  address.path = path;
  return Open(address, SOCK_DGRAM, unix_mode, "[tlsrpt] socket: " + path);
}

}  // namespace tlswarden
