// Listener: accepts connections on a descriptor that daemon/ has bound, TCP and UNIX alike.
#ifndef TLSWARDEN_SOCKETMAP_LISTENER_H_
#define TLSWARDEN_SOCKETMAP_LISTENER_H_

#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <chrono>

namespace tlswarden {

// The executor by its type: a type-erased one costs a few per cent of each answer.
using LoopExecutor = boost::asio::io_context::executor_type;
template <typename T>
using LoopAwaitable = boost::asio::awaitable<T, LoopExecutor>;
using LoopTimer = boost::asio::basic_waitable_timer<
    std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>, LoopExecutor>;
using Stream =
    boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol, LoopExecutor>;

// Owns the descriptor. For the thread that runs the io_context.
class Listener {
 public:
  Listener(boost::asio::io_context& io, int fd);

  // The next connection, with TCP_NODELAY where that exists: an answer must not wait for an ACK.
  LoopAwaitable<Stream> Accept(boost::system::error_code& failed);

  void Close();

 private:
  boost::asio::io_context& io_;
  boost::asio::posix::basic_stream_descriptor<LoopExecutor> descriptor_;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_SOCKETMAP_LISTENER_H_
