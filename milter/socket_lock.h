// SocketLock: says which process serves a UNIX-domain socket.
//
// libmilter takes a socket away from an instance that still serves it; the lock beside the socket
// lets the second instance fail instead.
#ifndef TLSWARDEN_MILTER_SOCKET_LOCK_H_
#define TLSWARDEN_MILTER_SOCKET_LOCK_H_

#include <string>
#include <utility>

#include "policy/result.h"

namespace tlswarden {

// Whether a program accepts connections or datagrams on this UNIX-domain socket, or would if it
// weren't busy. The socket of a process that died refuses them. Never waits.
bool IsServed(const std::string& path);

// Held until destroyed, or until the process ends however it ends.
class SocketLock {
 public:
  // Locks PATH.lock, and looks whether another program serves PATH. The lock file stays for good:
  // removing it would let two instances lock two files of that name.
  static Result<SocketLock> Take(const std::string& path);

  ~SocketLock();
  SocketLock(SocketLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  SocketLock& operator=(SocketLock&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }

 private:
  explicit SocketLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_MILTER_SOCKET_LOCK_H_
