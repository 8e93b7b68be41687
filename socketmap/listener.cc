#include "socketmap/listener.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>

namespace tlswarden {

namespace asio = boost::asio;

Listener::Listener(asio::io_context& io, int fd) : io_(io), descriptor_(io, fd) {
  descriptor_.non_blocking(true);
}

// Asio's acceptor wants to know the protocol beforehand; the kernel knows it anyway.
LoopAwaitable<Stream> Listener::Accept(boost::system::error_code& failed) {
  Stream stream(io_);
  while (true) {
    co_await descriptor_.async_wait(
        asio::posix::descriptor_base::wait_read,
        asio::redirect_error(asio::use_awaitable_t<LoopExecutor>(), failed));
    if (failed) co_return stream;
    sockaddr_storage peer{};
    socklen_t length = sizeof(peer);
    const int fd = accept4(descriptor_.native_handle(), reinterpret_cast<sockaddr*>(&peer), &length,
                           SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0 && (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED)) continue;
    if (fd < 0) {
      failed.assign(errno, boost::system::system_category());
      co_return stream;
    }
    const int on = 1;
    const int family = peer.ss_family;
    if (family != AF_UNIX) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    stream.assign(asio::generic::stream_protocol(family, 0), fd, failed);
    co_return stream;
  }
}

void Listener::Close() {
  boost::system::error_code ignored;
  descriptor_.close(ignored);
}

}  // namespace tlswarden
