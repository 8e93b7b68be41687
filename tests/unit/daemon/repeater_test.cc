#include "daemon/repeater.h"

#include <gtest/gtest.h>

#include <atomic>

namespace tlswarden {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

void WaitFor(const std::atomic<int>& calls, int count) {
  for (int i = 0; i < 2000 && calls < count; ++i) std::this_thread::sleep_for(milliseconds(5));
}

TEST(Repeater, CallsAgainAndAgain) {
  std::atomic<int> calls{0};
  const Repeater repeater(milliseconds(0), milliseconds(1), [&] { ++calls; });
  WaitFor(calls, 3);
  EXPECT_GE(calls, 3);
}

TEST(Repeater, TheFirstCallHasAWaitOfItsOwn) {
  std::atomic<int> at_once{0}, later{0};
  {
    const Repeater first(milliseconds(0), hours(1), [&] { ++at_once; });
    const Repeater second(hours(1), milliseconds(1), [&] { ++later; });
    WaitFor(at_once, 1);
  }
  EXPECT_EQ(at_once, 1);
  EXPECT_EQ(later, 0) << "and nobody waited an hour for its end";
}

}  // namespace
}  // namespace tlswarden
