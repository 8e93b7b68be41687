#include "report/datagram_queue.h"

#include <gtest/gtest.h>

#include <array>
#include <thread>

namespace tlswarden {
namespace {

std::size_t Push(DatagramQueue& queue, std::string_view datagram) {
  const std::array<std::string_view, 1> one{datagram};
  return queue.Push(one);
}

// All that comes until the end.
std::vector<std::string> Drain(DatagramQueue& queue) {
  std::vector<std::string> all;
  for (auto some = queue.Take(); !some.empty(); some = queue.Take()) {
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

TEST(DatagramQueueTest, HandsOnInOrderAndEnds) {
  DatagramQueue queue(1 << 20);
  const std::array<std::string_view, 3> three{"a", "", "c"};
  EXPECT_EQ(queue.Push(three), 0u);
  EXPECT_EQ(Push(queue, "d"), 0u);
  queue.End();
  EXPECT_EQ(Drain(queue), (std::vector<std::string>{"a", "", "c", "d"}));
  EXPECT_TRUE(queue.Take().empty());
}

TEST(DatagramQueueTest, IsBounded) {
  DatagramQueue queue(3 * (1 + DatagramQueue::kLengthOctets));
  const std::array<std::string_view, 5> five{"a", "b", "c", "d", "e"};
  EXPECT_EQ(queue.Push(five), 2u);
  EXPECT_EQ(Push(queue, ""), 1u);
  EXPECT_EQ(queue.Take().size(), 3u);
  EXPECT_EQ(Push(queue, "g"), 0u) << "what was taken makes room";
  EXPECT_EQ(Push(queue, "1234567"), 1u);
  EXPECT_EQ(Push(queue, "123456"), 0u);
  EXPECT_EQ(Push(queue, ""), 1u);
  queue.End();
  EXPECT_EQ(Drain(queue), (std::vector<std::string>{"g", "123456"}));
}

// Lengths and texts lie across the ring's end in every way.
TEST(DatagramQueueTest, GoesRound) {
  DatagramQueue queue(23);
  for (std::size_t i = 0; i < 200; ++i) {
    const std::string text(i % 20, static_cast<char>('a' + i % 26));
    ASSERT_EQ(Push(queue, text), 0u);
    ASSERT_EQ(queue.Take(), std::vector<std::string>{text});
  }
}

// Large ones are taken one by one, so that little memory lies beside the queue.
TEST(DatagramQueueTest, TakesFewAtOnce) {
  DatagramQueue queue(1 << 20);
  for (int i = 0; i < 1000; ++i) Push(queue, "x");
  EXPECT_LE(queue.Take().size(), 64u);
  DatagramQueue large(std::size_t{16} << 20);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(Push(large, std::string(1 << 20, 'x')), 0u);
  EXPECT_EQ(large.Take().size(), 1u);
}

TEST(DatagramQueueTest, WhoeverTakesWaits) {
  DatagramQueue queue(1 << 20);
  std::thread pusher([&queue] {
    for (int i = 0; i < 10000; ++i) EXPECT_EQ(Push(queue, std::to_string(i)), 0u);
    queue.End();
  });
  const std::vector<std::string> all = Drain(queue);
  pusher.join();
  ASSERT_EQ(all.size(), 10000u);
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i], std::to_string(i));
}

}  // namespace
}  // namespace tlswarden
