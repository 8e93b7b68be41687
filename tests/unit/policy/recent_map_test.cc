#include "policy/recent_map.h"

#include <gtest/gtest.h>

#include <string>

namespace tlswarden {
namespace {

std::string Names(const RecentMap<int>& map) {
  std::string names;
  for (const auto& [name, value] : map) names += name + std::to_string(value) + ' ';
  return names;
}

TEST(RecentMap, TheOneThatWasTouchedLongestAgoGoes) {
  RecentMap<int> map(3);
  map.Touch("a") = 1;
  map.Touch("b") = 2;
  map.Touch("c") = 3;
  EXPECT_EQ(map.Touch("a"), 1) << "kept, and now the latest";
  EXPECT_EQ(map.Touch("d"), 0) << "new";
  EXPECT_EQ(Names(map), "c3 a1 d0 ");
  EXPECT_EQ(map.Find("b"), nullptr);
  EXPECT_EQ(map.size(), 3u);
}

TEST(RecentMap, FindTouchesNothing) {
  RecentMap<int> map(2);
  map.Touch("a");
  map.Touch("b");
  *map.Find("a") = 5;
  map.Touch("c");
  EXPECT_EQ(Names(map), "b0 c0 ");
}

TEST(RecentMap, Erase) {
  RecentMap<int> map(9);
  for (const char* name : {"a", "b", "c"}) map.Touch(name);
  EXPECT_TRUE(map.Erase("b"));
  EXPECT_FALSE(map.Erase("b"));
  EXPECT_EQ(map.Erase(map.begin())->name, "c");
  EXPECT_EQ(Names(map), "c0 ");
  EXPECT_EQ(map.Find("a"), nullptr);
  map.Erase(map.begin());
  EXPECT_TRUE(map.empty());
}

}  // namespace
}  // namespace tlswarden
