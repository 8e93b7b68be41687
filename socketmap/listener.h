// Listener: accepts connections on a descriptor that daemon/ has bound, TCP and UNIX alike.
#ifndef TLSWARDEN_SOCKETMAP_LISTENER_H_
#define TLSWARDEN_SOCKETMAP_LISTENER_H_

#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

namespace tlswarden {

// Owns the descriptor. For the thread that runs the io_context.
class Listener {
 public:
  Listener(boost::asio::io_context& io, int fd);

  // The next connection, with TCP_NODELAY where that exists: an answer must not wait for an ACK.
  boost::asio::awaitable<boost::asio::generic::stream_protocol::socket> Accept(
      boost::system::error_code& failed);

  void Close();

 private:
  boost::asio::io_context& io_;
  boost::asio::posix::stream_descriptor descriptor_;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_SOCKETMAP_LISTENER_H_
