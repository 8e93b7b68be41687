// What a blocking thread gets from the loop, also when the loop gives nothing.
#include "resolver/wait_for.h"

#include <gtest/gtest.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <stdexcept>
#include <thread>

namespace tlswarden {
namespace {

using std::chrono::milliseconds;

boost::asio::awaitable<int> Seven() { co_return 7; }
boost::asio::awaitable<int> Thrown() {
  throw std::runtime_error("x");
  co_return 7;
}
boost::asio::awaitable<int> Late(milliseconds wait) {
  const auto executor = co_await boost::asio::this_coro::executor;
  boost::asio::steady_timer timer(executor, wait);
  auto waiting = timer.async_wait(boost::asio::use_awaitable);
  co_await std::move(waiting);
  co_return 7;
}

TEST(WaitFor, ValuesErrorsAndTime) {
  boost::asio::io_context io;
  auto work = boost::asio::make_work_guard(io);
  std::thread loop([&io] { io.run(); });
  EXPECT_EQ(WaitFor(io, Seven(), milliseconds(5000)), 7);
  EXPECT_EQ(WaitFor(io, Thrown(), milliseconds(5000)), std::nullopt);
  EXPECT_EQ(WaitFor(io, Late(milliseconds(10)), milliseconds(5000)), 7);
  EXPECT_EQ(WaitFor(io, Late(milliseconds(300)), milliseconds(20)), std::nullopt);
  io.stop();
  loop.join();
  EXPECT_EQ(WaitFor(io, Seven(), milliseconds(20)), std::nullopt) << "nobody runs it";
}

TEST(TextsOf, NoRecordIsAnAnswerAndNoAnswerIsNone) {
  DnsReply reply;
  reply.rcode = Rcode::kNxDomain;
  EXPECT_TRUE(TextsOf(reply).ok());
  reply.rcode = Rcode::kNoError;
  reply.txt = {"a", "b"};
  EXPECT_EQ(*TextsOf(reply), reply.txt);
  EXPECT_EQ(TextsOf(FailedReply("a.test", "SERVFAIL")).error(), "SERVFAIL");
  EXPECT_EQ(TextsOf(std::nullopt).error(), "timeout");
}

}  // namespace
}  // namespace tlswarden
