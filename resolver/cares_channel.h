// CaresChannel: a c-ares channel on an io_context: a DNS message goes out, a DNS message comes in.
//
// Beneath dns_cares, which knows what to ask and what the answer means. Here are the sockets, the
// timer and the lifetimes; c-ares repeats questions and changes to TCP by itself.
#ifndef TLSWARDEN_RESOLVER_CARES_CHANNEL_H_
#define TLSWARDEN_RESOLVER_CARES_CHANNEL_H_

#include <ares.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "policy/result.h"
#include "resolver/dns_servers.h"

namespace tlswarden {

// A message, or why there is none.
struct RawDnsReply {
  std::vector<std::uint8_t> message;
  std::string failure;  // for a person, when there is no message: "timeout", "cancelled"
  int timeouts = 0;     // attempts at servers that didn't answer in time
};

// Not thread-safe: one thread for everything after Open.
class CaresChannel : public std::enable_shared_from_this<CaresChannel> {
 public:
  explicit CaresChannel(boost::asio::io_context& io) : io_(io), timer_(io) {}
  ~CaresChannel() { Close(); }
  CaresChannel(const CaresChannel&) = delete;
  CaresChannel& operator=(const CaresChannel&) = delete;

  // To be called once. `timeout` is that of the first attempt at a server, c-ares doubles it for
  // each next; both numbers are above zero. Returns a reason if c-ares can't start.
  std::string Open(const std::vector<DnsServer>& servers, std::chrono::milliseconds timeout,
                   int attempts);

  // Ends all questions with the failure "cancelled".
  void Close();

  // Sends a query with one question and an OPT record as its last one. The coroutine shares the
  // channel, so that it may outlive the object that asks.
  static boost::asio::awaitable<RawDnsReply> Ask(std::shared_ptr<CaresChannel> channel,
                                                 std::vector<std::uint8_t> query);

 private:
  using Descriptor = boost::asio::posix::stream_descriptor;
  struct Flight;

  // A socket of c-ares, which also closes it. Lives as long as a wait on it.
  struct Socket {
    explicit Socket(boost::asio::io_context& io) : descriptor(io) {}
    Descriptor descriptor;
    bool open = true;
    bool want_read = false, want_write = false;
    bool reading = false, writing = false;  // a wait is under way
  };

  static void OnSocketState(void* channel, int fd, int readable, int writable);
  static void OnReply(void* flight, int status, int timeouts, unsigned char* octets, int count);

  std::shared_ptr<Flight> Send(const std::vector<std::uint8_t>& query);
  void SetSocketState(int fd, bool readable, bool writable);
  void WaitFor(int fd, const std::shared_ptr<Socket>& socket);
  void Wait(int fd, const std::shared_ptr<Socket>& socket, Descriptor::wait_type type);
  void Process(int readable_fd, int writable_fd);
  void SetTimer();
  void ArmTimer();

  boost::asio::io_context& io_;
  boost::asio::steady_timer timer_;
  bool armed_ = false;  // the timer runs
  std::chrono::milliseconds timeout_{0};
  std::size_t under_way_ = 0;       // questions that c-ares has
  ares_channel channel_ = nullptr;  // null before Open and after Close
  std::map<int, std::shared_ptr<Socket>> sockets_;
  std::thread::id thread_;  // of the first question
};

}  // namespace tlswarden

#endif  // TLSWARDEN_RESOLVER_CARES_CHANNEL_H_
