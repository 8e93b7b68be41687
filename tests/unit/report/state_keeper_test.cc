#include "report/state_keeper.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "tests/unit/cache/build.h"

namespace tlswarden {
namespace {

using std::chrono::milliseconds;

std::string Content(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

class StateKeeperTest : public testing::Test {
 protected:
  TempDir dir;
  const std::string path = dir / "place";
  int waited = 0;
  std::string when_waiting;
  std::vector<std::string> complaints;
  StateKeeper keeper{path,
                     {[this] {
                        ++waited;
                        when_waiting = Content(path);
                      },
                      [this](const std::string& what) { complaints.push_back(what); }}};
  StateKeeper::Clock::time_point now{std::chrono::hours(1)};
};

TEST_F(StateKeeperTest, SavesAfterWhatLiesBeforeIsKept) {
  const Result<std::optional<std::string>> none = keeper.Load();
  ASSERT_TRUE(none.ok());
  EXPECT_EQ(*none, std::nullopt);
  keeper.Save("one", now);
  EXPECT_EQ(when_waiting, "");
  keeper.Save("two", now);
  EXPECT_EQ(when_waiting, "one");
  EXPECT_EQ(keeper.Load().value(), "two");
  EXPECT_FALSE(std::filesystem::exists(path + ".new"));
}

TEST_F(StateKeeperTest, WhatIsSavedIsNotSavedAgain) {
  keeper.Save("one", now);
  std::filesystem::remove(path);
  keeper.Save("one", now);
  EXPECT_EQ(waited, 1);
  EXPECT_FALSE(std::filesystem::exists(path));
}

// What lines become isn't kept yet when they are handed on.
TEST_F(StateKeeperTest, KeepsBackWhatIsYoung) {
  using std::chrono::seconds;
  StateKeeper late{path, {nullptr, nullptr, seconds(10)}};
  late.SaveNow("begin", now);
  for (int second = 1; second <= 30; ++second) {
    late.Save("place " + std::to_string(second), now + seconds(second));
    const int kept = second - 10;
    EXPECT_EQ(Content(path), kept < 1 ? "begin" : "place " + std::to_string(kept)) << second;
  }
  // Without new lines the last one ripens, too.
  late.Save("place 30", now + seconds(39));
  EXPECT_EQ(Content(path), "place 29");
  late.Save("place 30", now + seconds(40));
  EXPECT_EQ(Content(path), "place 30");
  // After a sleep of the machine the youngest that is ripe counts.
  late.Save("place 31", now + seconds(41));
  late.Save("place 32", now + seconds(100));
  EXPECT_EQ(Content(path), "place 31");
  late.SaveNow("end", now + seconds(100));
  EXPECT_EQ(Content(path), "end");
}

TEST_F(StateKeeperTest, IsDueOnceASecond) {
  EXPECT_TRUE(keeper.IsDue(now));
  keeper.Save("one", now);
  EXPECT_FALSE(keeper.IsDue(now + milliseconds(999)));
  EXPECT_TRUE(keeper.IsDue(now + milliseconds(1000)));
}

TEST_F(StateKeeperTest, WhatCannotBeWrittenIsComplainedOfOnceUntilItCan) {
  std::filesystem::create_directory(path);
  for (const char* text : {"one", "two", "three"}) keeper.Save(text, now);
  ASSERT_EQ(complaints.size(), 1u);
  EXPECT_NE(complaints[0].find(path), std::string::npos) << complaints[0];
  std::filesystem::remove(path);
  keeper.Save("three", now);
  EXPECT_EQ(keeper.Load().value(), "three");
  std::filesystem::remove_all(dir / "");
  keeper.Save("four", now);
  EXPECT_EQ(complaints.size(), 2u);
}

// Writes to /dev/full fail as on a full disk.
TEST_F(StateKeeperTest, AFullDiskLeavesTheOldText) {
  keeper.Save("one", now);
  std::filesystem::create_symlink("/dev/full", path + ".new");
  keeper.Save("two", now);
  EXPECT_EQ(complaints.size(), 1u);
  EXPECT_EQ(Content(path), "one");
}

TEST_F(StateKeeperTest, WhatIsTooLongOrNoFileIsAnError) {
  std::ofstream(path) << std::string(kMostStateOctets + 1, 'x');
  EXPECT_FALSE(keeper.Load().ok());
  std::filesystem::remove(path);
  std::filesystem::create_directory(path);
  EXPECT_FALSE(keeper.Load().ok());
}

}  // namespace
}  // namespace tlswarden
