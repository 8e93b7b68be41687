#include "policy/orders.h"

#include <gtest/gtest.h>

#include <thread>

namespace tlswarden {
namespace {

Orders With(Mode mode) {
  Orders orders;
  orders.outbound.mode = mode;
  orders.inbound.mode = mode;
  return orders;
}

TEST(CurrentOrders, WhoeverTookTheOldOnesKeepsThem) {
  CurrentOrders current(With(Mode::kEnforce));
  const std::uint64_t version = current.version();
  const OrdersPtr before = current.Get();
  EXPECT_EQ(current.version(), version) << "asking changes nothing";
  current.Replace(With(Mode::kObserve));
  EXPECT_NE(current.version(), version);
  EXPECT_EQ(before->outbound.mode, Mode::kEnforce);
  EXPECT_EQ(current.Get()->outbound.mode, Mode::kObserve);
}

TEST(CurrentOrders, OrdersFromFilesKeepWhatIsRemembered) {
  const auto table = std::make_shared<const RememberedTable>();
  CurrentOrders current(With(Mode::kObserve));
  current.Remember(table);
  EXPECT_EQ(current.version(), 1u);
  EXPECT_EQ(current.Get()->outbound.remembered, table);
  EXPECT_EQ(current.Get()->outbound.mode, Mode::kObserve);
  current.Replace(With(Mode::kEnforce));
  EXPECT_EQ(current.Get()->outbound.remembered, table);
  EXPECT_EQ(current.Get()->outbound.mode, Mode::kEnforce);
  current.Remember(nullptr);
  EXPECT_EQ(current.Get()->outbound.remembered, nullptr);
}

// Never half of one and half of another; and who sees a new number sees orders as new at least.
TEST(CurrentOrders, ManyThreads) {
  CurrentOrders current(With(Mode::kEnforce));
  std::atomic<bool> done = false;
  std::atomic<int> torn = 0;
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!done) {
        const OrdersPtr orders = current.Get();
        if (orders->outbound.mode != orders->inbound.mode) ++torn;
      }
    });
  }
  for (int i = 0; i < 2000; ++i) current.Replace(With(i % 2 == 0 ? Mode::kObserve : Mode::kOff));
  done = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(torn, 0);
  EXPECT_EQ(current.version(), 2000u);
}

}  // namespace
}  // namespace tlswarden
