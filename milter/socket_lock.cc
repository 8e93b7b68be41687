#include "milter/socket_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace tlswarden {

bool IsServed(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) return false;
  std::memcpy(address.sun_path, path.c_str(), path.size());
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return false;
  const bool connected =
      connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  // EAGAIN: its backlog is full. EPROTOTYPE: it takes datagrams.
  const bool served = connected || errno == EAGAIN || errno == EPROTOTYPE;
  close(fd);
  return served;
}

Result<SocketLock> SocketLock::Take(const std::string& path) {
  const std::string file = path + ".lock";
  SocketLock lock(open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (lock.fd_ < 0) return Error{file + ": " + std::strerror(errno)};
  if (flock(lock.fd_, LOCK_EX | LOCK_NB) != 0) {
    return Error{"unix:" + path + " is taken: another tlswarden serves it"};
  }
  if (IsServed(path)) return Error{"unix:" + path + " is taken: another program serves it"};
  return lock;
}

SocketLock::~SocketLock() {
  if (fd_ >= 0) close(fd_);
}

}  // namespace tlswarden
