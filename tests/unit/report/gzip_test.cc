#include "report/gzip.h"

#include <gtest/gtest.h>

#include <random>

namespace tlswarden {
namespace {

constexpr std::size_t kMost = 1 << 20;

std::string Noise(std::size_t octets) {
  std::mt19937 random(1);
  std::string noise(octets, '\0');
  for (char& c : noise) c = static_cast<char>(random() & 0xffU);
  return noise;
}

TEST(Gzip, UnpacksToWhatWasPacked) {
  for (const std::string& text :
       {std::string(), std::string("a"), std::string(kMost, 'a'), Noise(300000)}) {
    const std::string packed = Gzip(text);
    EXPECT_TRUE(IsGzip(packed));
    EXPECT_EQ(packed, Gzip(text)) << "the same at each try";
    const Result<std::string> unpacked = Gunzip(packed, kMost);
    ASSERT_TRUE(unpacked.ok()) << unpacked.error();
    EXPECT_EQ(*unpacked, text);
  }
}

TEST(Gunzip, TakesMembersAndLeavesWhatFollows) {
  const std::string two = Gzip("one ") + Gzip("two");
  EXPECT_EQ(Gunzip(two, kMost).value(), "one two");
  EXPECT_EQ(Gunzip(two + "\r\n-- \r\na list's footer", kMost).value(), "one two");
  EXPECT_EQ(Gunzip(two + std::string(100, '\0'), kMost).value(), "one two");
}

TEST(Gunzip, SaysWhatIsWrong) {
  const std::string good = Gzip(Noise(1000));
  std::string flipped = good;
  flipped[good.size() / 2] = static_cast<char>(~flipped[good.size() / 2]);
  std::string bad_sum = good;
  bad_sum[good.size() - 6] = static_cast<char>(~bad_sum[good.size() - 6]);
  const struct {
    std::string octets;
    const char* problem;
  } cases[] = {
      {"", "it isn't gzip data"},
      {"PK\x03\x04", "it isn't gzip data"},
      {"\x1f\x8b", "the gzip data is cut off"},
      {good.substr(0, good.size() - 1), "the gzip data is cut off"},
      {good.substr(0, 20), "the gzip data is cut off"},
      {good + good.substr(0, 50), "the gzip data is cut off"},
      {bad_sum, "the gzip data is damaged"},
      {"\x1f\x8b\x07garbage", "the gzip data is damaged"},
  };
  for (const auto& c : cases) {
    const Result<std::string> result = Gunzip(c.octets, kMost);
    ASSERT_FALSE(result.ok()) << c.problem;
    EXPECT_EQ(result.error(), c.problem);
  }
  EXPECT_FALSE(Gunzip(flipped, kMost).ok());
}

TEST(Gunzip, ABombIsAnError) {
  const std::string million(1000000, '\0');
  EXPECT_TRUE(Gunzip(Gzip(million), million.size()).ok());
  const Result<std::string> one_less = Gunzip(Gzip(million), million.size() - 1);
  ASSERT_FALSE(one_less.ok());
  EXPECT_EQ(one_less.error(), "it unpacks to more than 999999 octets");
  std::string many;
  for (int i = 0; i < 10; ++i) many += Gzip(million);
  EXPECT_FALSE(Gunzip(many, 5 * million.size()).ok()) << "all members count";
}

}  // namespace
}  // namespace tlswarden
