#include "resolver/cares_channel.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cassert>
#include <cstring>
#include <utility>

#include "resolver/dns_wire.h"

namespace tlswarden {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// All questions at once share one UDP socket. The kernel's default holds some 90 full replies, and
// what doesn't fit costs a timeout each. It grants as much of this as net.core.rmem_max allows.
constexpr int kReceiveBufferOctets = 1024 * 1024;

int SetServers(ares_channel channel, const std::vector<DnsServer>& servers) {
  std::vector<ares_addr_port_node> nodes(servers.size());
  for (std::size_t i = 0; i < servers.size(); ++i) {
    ares_addr_port_node& node = nodes[i];
    node.next = i + 1 < servers.size() ? &nodes[i + 1] : nullptr;
    node.udp_port = node.tcp_port = servers[i].port();
    const asio::ip::address address = servers[i].address();
    node.family = address.is_v4() ? AF_INET : AF_INET6;
    if (address.is_v4()) {
      const auto octets = address.to_v4().to_bytes();
      std::memcpy(&node.addr.addr4, octets.data(), octets.size());
    } else {
      const auto octets = address.to_v6().to_bytes();
      std::memcpy(&node.addr.addr6, octets.data(), octets.size());
    }
  }
  return ares_set_servers_ports(channel, nodes.data());
}

std::string StatusText(int status) {
  switch (status) {
    case ARES_ETIMEOUT:
      return "timeout";
    case ARES_ECONNREFUSED:
      return "the resolver can't be reached";
    case ARES_ECANCELLED:
    case ARES_EDESTRUCTION:
      return "cancelled";
    default:
      return ares_strerror(status);
  }
}

}  // namespace

// One question on its way. Shared by the coroutine that waits and by c-ares, which always calls
// back, at its destruction at the latest.
struct CaresChannel::Flight {
  explicit Flight(CaresChannel& by)
      : channel(by), landed(by.io_, asio::steady_timer::time_point::max()) {}

  CaresChannel& channel;      // outlives the question, not the flight
  asio::steady_timer landed;  // never expires: cancelled when there is an outcome
  bool done = false;
  int status = ARES_ECANCELLED;
  int timeouts = 0;
  std::vector<std::uint8_t> message;  // what came, if status is ARES_SUCCESS
};

std::string CaresChannel::Open(const std::vector<DnsServer>& servers,
                               std::chrono::milliseconds timeout, int attempts) {
  static const int library = ares_library_init(ARES_LIB_INIT_ALL);  // once, and thread-safe
  if (library != ARES_SUCCESS) return StatusText(library);

  // Everything that resolv.conf and the environment could set is set here, so that they can't.
  ares_options values{};
  char lookups[] = "b";
  char resolv_conf[] = "/dev/null";
  values.flags = ARES_FLAG_NOCHECKRESP |  // a SERVFAIL is for us to see
                 ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES |
                 ARES_FLAG_EDNS;  // else it asks by TCP again for a reply of over 512 octets
  values.ednspsz = kEdnsUdpOctets;
  values.socket_receive_buffer_size = kReceiveBufferOctets;
  values.timeout = static_cast<int>(timeout.count());
  timeout_ = timeout;
  values.tries = attempts;
  values.lookups = lookups;
  values.resolvconf_path = resolv_conf;
  values.sock_state_cb = &OnSocketState;
  values.sock_state_cb_data = this;
  const int mask = ARES_OPT_FLAGS | ARES_OPT_EDNSPSZ | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
                   ARES_OPT_LOOKUPS | ARES_OPT_RESOLVCONF | ARES_OPT_DOMAINS |
                   ARES_OPT_SOCK_STATE_CB | ARES_OPT_SOCK_RCVBUF | ARES_OPT_NOROTATE;
  int status = ares_init_options(&channel_, &values, mask);
  if (status != ARES_SUCCESS) {
    channel_ = nullptr;
  } else {
    status = SetServers(channel_, servers);
  }
  return status == ARES_SUCCESS ? std::string() : StatusText(status);
}

void CaresChannel::Close() {
  if (channel_ == nullptr) return;
  ares_destroy(std::exchange(channel_, nullptr));  // calls OnReply and OnSocketState
  timer_.cancel();
}

asio::awaitable<RawDnsReply> CaresChannel::Ask(std::shared_ptr<CaresChannel> channel,
                                               std::vector<std::uint8_t> query) {
  const std::shared_ptr<Flight> flight = channel->Send(query);
  if (!flight->done) {
    const auto token = asio::as_tuple(asio::use_awaitable);
    auto landing = flight->landed.async_wait(token);
    [[maybe_unused]] const auto cancelled = co_await std::move(landing);
  }
  RawDnsReply reply;
  reply.timeouts = flight->timeouts;
  if (flight->done && flight->status == ARES_SUCCESS) {
    reply.message = std::move(flight->message);
  } else {
    reply.failure = StatusText(flight->status);
  }
  co_return reply;
}

std::shared_ptr<CaresChannel::Flight> CaresChannel::Send(const std::vector<std::uint8_t>& query) {
  if (thread_ == std::thread::id()) thread_ = std::this_thread::get_id();
  assert(thread_ == std::this_thread::get_id());
  auto flight = std::make_shared<Flight>(*this);
  if (channel_ == nullptr) {
    flight->done = true;
    return flight;
  }
  auto* argument = new std::shared_ptr<Flight>(flight);  // OnReply deletes it
  ++under_way_;
  ares_send(channel_, query.data(), static_cast<int>(query.size()), &OnReply, argument);
  SetTimer();
  return flight;
}

// Only notes the outcome: whoever waits goes on from the io_context, never inside c-ares.
void CaresChannel::OnReply(void* argument, int status, int timeouts, unsigned char* octets,
                           int count) {
  const std::unique_ptr<std::shared_ptr<Flight>> owner(
      static_cast<std::shared_ptr<Flight>*>(argument));
  Flight& flight = **owner;
  --flight.channel.under_way_;
  flight.done = true;
  flight.status = status;
  flight.timeouts = timeouts;
  if (octets != nullptr && count > 0) flight.message.assign(octets, octets + count);
  flight.landed.cancel();
}

void CaresChannel::OnSocketState(void* channel, int fd, int readable, int writable) {
  static_cast<CaresChannel*>(channel)->SetSocketState(fd, readable != 0, writable != 0);
}

void CaresChannel::SetSocketState(int fd, bool readable, bool writable) {
  const auto known = sockets_.find(fd);
  if (!readable && !writable) {
    if (known == sockets_.end()) return;
    known->second->open = false;
    known->second->descriptor.release();  // c-ares closes it next
    sockets_.erase(known);
    return;
  }
  std::shared_ptr<Socket>& entry = sockets_[fd];
  if (entry == nullptr) {
    entry = std::make_shared<Socket>(io_);
    error_code error;  // nothing may throw through c-ares; what can't be watched times out
    entry->descriptor.assign(fd, error);
  }
  const std::shared_ptr<Socket> socket = entry;
  socket->want_read = readable;
  socket->want_write = writable;
  WaitFor(fd, socket);
}

void CaresChannel::WaitFor(int fd, const std::shared_ptr<Socket>& socket) {
  if (socket->want_read && !socket->reading) Wait(fd, socket, Descriptor::wait_read);
  if (socket->want_write && !socket->writing) Wait(fd, socket, Descriptor::wait_write);
}

void CaresChannel::Wait(int fd, const std::shared_ptr<Socket>& socket, Descriptor::wait_type type) {
  const bool reads = type == Descriptor::wait_read;
  bool Socket::*const waiting = reads ? &Socket::reading : &Socket::writing;
  (*socket).*waiting = true;
  socket->descriptor.async_wait(
      type, [channel = weak_from_this(), socket, fd, reads, waiting](const error_code& error) {
        (*socket).*waiting = false;
        const std::shared_ptr<CaresChannel> self = channel.lock();
        if (!self || error || !socket->open) return;
        self->Process(reads ? fd : ARES_SOCKET_BAD, reads ? ARES_SOCKET_BAD : fd);
        if (socket->open) self->WaitFor(fd, socket);
      });
}

void CaresChannel::Process(int readable_fd, int writable_fd) {
  if (channel_ == nullptr) return;
  ares_process_fd(channel_, readable_fd, writable_fd);
  SetTimer();
}

// A timer that rings too early does no harm: c-ares finds nothing due, and it is set anew. So it is
// left alone unless it may ring too late; asking c-ares means a walk through all questions, and
// each change of the timer a system call. Nothing is due earlier than a new question's first
// timeout.
void CaresChannel::SetTimer() {
  if (under_way_ == 0) {
    timer_.cancel();
    armed_ = false;
    return;
  }
  if (armed_ && timer_.expiry() <= std::chrono::steady_clock::now() + timeout_) return;
  ArmTimer();
}

void CaresChannel::ArmTimer() {
  timeval left{};
  armed_ = ares_timeout(channel_, nullptr, &left) != nullptr;
  if (!armed_) return;
  // c-ares compares whole milliseconds: to come a little late is better than twice.
  timer_.expires_after(std::chrono::seconds(left.tv_sec) + std::chrono::microseconds(left.tv_usec) +
                       std::chrono::milliseconds(1));
  timer_.async_wait([channel = weak_from_this()](const error_code& error) {
    const std::shared_ptr<CaresChannel> self = channel.lock();
    if (!self || error) return;
    self->armed_ = false;
    self->Process(ARES_SOCKET_BAD, ARES_SOCKET_BAD);
  });
}

}  // namespace tlswarden
