#include "daemon/let_go.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

namespace tlswarden {
namespace {

constexpr Time kAt{std::chrono::seconds(1'800'000'000)};

TEST(LetGo, LinesThatAreNoneArePassedOver) {
  const LetGoTimes times = ParseLetGo(
      "2027-01-15T08:00:00Z a.test\nnonsense\n\n2027-01-15 08:00 b.test\n"
      "2027-01-16T08:00:00Z A.test\n2027-01-15T08:00:00Z not a domain\n2027-01-15T08:00:00Z "
      "c.test");
  ASSERT_EQ(times.size(), 2u);
  EXPECT_EQ(ToString(times.at("a.test")), "2027-01-16T08:00:00Z") << "the later line counts";
  EXPECT_EQ(ToString(times.at("c.test")), "2027-01-15T08:00:00Z");
  EXPECT_TRUE(ParseLetGo(std::string("\0\xff 2027", 7)).empty());
}

TEST(LetGo, IsKeptInAFileBesideTheLedger) {
  char name[] = "/tmp/tlswarden-letgo-XXXXXX";
  const std::string folder = mkdtemp(name);
  const std::string path = LetGoPath(folder + "/ledger.db");
  EXPECT_EQ(path, folder + "/let-go");
  EXPECT_TRUE(ReadLetGo(path).value().empty()) << "no file yet";
  EXPECT_EQ(AddLetGo(path, ParseDomain("a.test").value(), kAt), std::nullopt);
  EXPECT_EQ(AddLetGo(path, ParseDomain("b.test").value(), kAt), std::nullopt);
  EXPECT_EQ(ReadLetGo(path).value(), (LetGoTimes{{"a.test", kAt}, {"b.test", kAt}}));
  EXPECT_TRUE(AddLetGo(folder + "/none/let-go", ParseDomain("a.test").value(), kAt));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace tlswarden
