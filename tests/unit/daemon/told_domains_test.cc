#include "daemon/told_domains.h"

#include <gtest/gtest.h>

namespace tlswarden {
namespace {

constexpr Time kAt{std::chrono::seconds(1'800'000'000)};

TEST(ToldDomains, ForADaySinceTheLastDatagram) {
  ToldDomains told;
  EXPECT_FALSE(told.IsTold("a.test", kAt));
  told.Note("a.test", kAt);
  EXPECT_TRUE(told.IsTold("a.test", kAt + kToldFor));
  EXPECT_FALSE(told.IsTold("a.test", kAt + kToldFor + std::chrono::seconds(1)));
  EXPECT_FALSE(told.IsTold("b.test", kAt));
}

TEST(ToldDomains, AFloodOfNamesIsBounded) {
  ToldDomains told;
  for (std::size_t i = 0; i < kMostToldDomains; ++i) told.Note(std::to_string(i), kAt);
  told.Note("one-more", kAt);
  EXPECT_FALSE(told.IsTold("one-more", kAt));
  EXPECT_TRUE(told.IsTold("7", kAt)) << "those that were first stay";
  told.Note("later", kAt + kToldFor + std::chrono::seconds(1));
  EXPECT_TRUE(told.IsTold("later", kAt + kToldFor + std::chrono::seconds(1))) << "room again";
}

}  // namespace
}  // namespace tlswarden
