// SlowWrite: sends a text whole, or an octet at a time as a server does that wears a client out.
#ifndef TLSWARDEN_TESTS_UNIT_RESOLVER_SLOW_WRITE_H_
#define TLSWARDEN_TESTS_UNIT_RESOLVER_SLOW_WRITE_H_

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace tlswarden {

// `pause` before each octet, if it isn't zero. False: the client has gone. `stream` must live on.
template <typename Stream>
boost::asio::awaitable<bool> SlowWrite(Stream& stream, std::string text,
                                       std::chrono::milliseconds pause) {
  constexpr auto token = boost::asio::as_tuple(boost::asio::use_awaitable);
  const bool slow = pause.count() != 0;
  std::string_view rest = text;
  boost::asio::steady_timer timer(stream.get_executor());
  while (!rest.empty()) {
    if (slow) {
      timer.expires_after(pause);
      auto pausing = timer.async_wait(token);
      [[maybe_unused]] const auto paused = co_await std::move(pausing);
    }
    const std::string_view piece = slow ? rest.substr(0, 1) : rest;
    const auto buffer = boost::asio::buffer(piece);
    auto writing = boost::asio::async_write(stream, buffer, token);
    const auto written = co_await std::move(writing);
    if (std::get<0>(written)) co_return false;
    rest.remove_prefix(piece.size());
  }
  co_return true;
}

}  // namespace tlswarden

#endif  // TLSWARDEN_TESTS_UNIT_RESOLVER_SLOW_WRITE_H_
