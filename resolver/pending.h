// Pending: the outcome of a coroutine that runs beside the one that waits for it, and that may come
// later than patience lasts.
//
// For the engine: an inquiry's parts go on though their askers have been answered.
#ifndef TLSWARDEN_RESOLVER_PENDING_H_
#define TLSWARDEN_RESOLVER_PENDING_H_

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

namespace tlswarden {

// On the io_context's thread only.
template <typename T>
class Pending {
 public:
  Pending(boost::asio::io_context& io, std::chrono::milliseconds patience) : timer_(io, patience) {}

  // Until the outcome is here, or patience is over. True: it is here.
  boost::asio::awaitable<bool> Wait() {
    boost::system::error_code ignored;
    if (!Arrived()) {
      co_await timer_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
    }
    co_return Arrived();
  }

  boost::asio::awaitable<void> WaitForEver() {
    timer_.expires_at(boost::asio::steady_timer::time_point::max());
    co_await Wait();
  }

  // Both throw what the coroutine threw. REQUIRES: the outcome is here.
  const T& Look() const {
    if (thrown_ != nullptr) std::rethrow_exception(thrown_);
    return *found_;
  }
  T Take() {
    Look();
    return std::move(*found_);
  }

  void Arrive(const std::exception_ptr& thrown, T found) {
    thrown_ = thrown;
    found_ = std::move(found);
    timer_.cancel();
  }

 private:
  bool Arrived() const { return found_.has_value(); }

  boost::asio::steady_timer timer_;
  std::optional<T> found_;
  std::exception_ptr thrown_;
};

// Starts the coroutine.
template <typename T>
std::shared_ptr<Pending<T>> Start(boost::asio::io_context& io, boost::asio::awaitable<T> work,
                                  std::chrono::milliseconds patience) {
  auto pending = std::make_shared<Pending<T>>(io, patience);
  boost::asio::co_spawn(io, std::move(work), [pending](const std::exception_ptr& thrown, T found) {
    pending->Arrive(thrown, std::move(found));
  });
  return pending;
}

}  // namespace tlswarden

#endif  // TLSWARDEN_RESOLVER_PENDING_H_
