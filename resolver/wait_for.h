// wait_for: a question of the resolver's, asked from a thread that may block.
#ifndef TLSWARDEN_RESOLVER_WAIT_FOR_H_
#define TLSWARDEN_RESOLVER_WAIT_FOR_H_

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "policy/result.h"
#include "resolver/dns.h"

namespace tlswarden {

// Runs `work` on `io`, which another thread runs, and waits. Nothing: it took longer than `most`
// (and goes on, so what it uses must outlive io's run), it threw, or io was stopped and destroyed.
template <typename T>
std::optional<T> WaitFor(boost::asio::io_context& io, boost::asio::awaitable<T> work,
                         std::chrono::milliseconds most) {
  const auto promise = std::make_shared<std::promise<std::optional<T>>>();
  std::future<std::optional<T>> future = promise->get_future();
  boost::asio::co_spawn(io, std::move(work), [promise](std::exception_ptr thrown, T value) {
    if (thrown) {
      promise->set_value(std::nullopt);
    } else {
      promise->set_value(std::move(value));
    }
  });
  // This function's own share of the promise stays: a loop that is destroyed ends in a time-out.
  if (future.wait_for(most) != std::future_status::ready) return std::nullopt;
  return future.get();
}

// The TXT records of an answer; no record and no such name are one, and empty. Errors: why there is
// no answer. As MakerDoors::lookup wants it.
inline Result<std::vector<std::string>> TextsOf(const std::optional<DnsReply>& reply) {
  if (!reply) return Error{std::string("timeout")};
  if (reply->rcode == Rcode::kFailure) return Error{reply->failure};
  return reply->txt;
}

}  // namespace tlswarden

#endif  // TLSWARDEN_RESOLVER_WAIT_FOR_H_
