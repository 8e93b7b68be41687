#include "report/would_ledger.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/cache/build.h"

namespace tlswarden {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

WouldKey Key(const std::string& domain, const std::string& rule = "default") {
  return {"outbound", domain, rule, "validation-failure", "defer", "observe"};
}

class WouldLedgerTest : public testing::Test {
 protected:
  std::vector<WouldRow> Rows() {
    const Result<std::vector<WouldRow>> rows = ReadWouldLedger(path, 1000000);
    EXPECT_TRUE(rows.ok()) << rows.error();
    return rows ? *rows : std::vector<WouldRow>();
  }
  // "DOMAIN:COUNT", in the order of the ledger.
  std::string Counts() {
    std::string text;
    for (const WouldRow& row : Rows()) {
      text += (text.empty() ? "" : " ") + row.key.domain + ':' + std::to_string(row.count);
    }
    return text;
  }

  TempDir dir;
  const std::string path = dir / "would.db";
  std::vector<std::string> complaints;
  std::function<void(const std::string&)> complain = [this](const std::string& what) {
    complaints.push_back(what);
  };
};

TEST_F(WouldLedgerTest, CountsAndSumsUpOverDays) {
  WouldLedger ledger(path, complain);
  ledger.Add(Key("b.test"), kNow);
  for (int day = 0; day < 3; ++day) ledger.Add(Key("a.test", "bank"), kNow + hours(24 * day));
  ledger.Flush();
  ledger.Add(Key("a.test", "bank"), kNow + hours(50));
  ledger.Flush();
  const std::vector<WouldRow> rows = Rows();
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].key, Key("a.test", "bank")) << "the most frequent first";
  EXPECT_EQ(rows[0].count, 4);
  EXPECT_EQ(rows[0].first, kNow);
  EXPECT_EQ(rows[0].last, kNow + hours(50));
  EXPECT_EQ(rows[1].key, Key("b.test"));
  EXPECT_TRUE(complaints.empty());
}

TEST_F(WouldLedgerTest, EveryPartOfTheKeyCounts) {
  WouldLedger ledger(path, complain);
  std::vector<WouldKey> keys(7, Key("a.test"));
  keys[1].direction = "inbound";
  keys[2].domain = "b.test";
  keys[3].rule = "bank";
  keys[4].result_type = "certificate-expired";
  keys[5].would = "reject";
  keys[6].because = "testing";
  for (const WouldKey& key : keys) ledger.Add(key, kNow);
  ledger.Flush();
  EXPECT_EQ(Rows().size(), keys.size());
}

TEST_F(WouldLedgerTest, IsWrittenWithinASecondAndOutlivesARestart) {
  {
    WouldLedger ledger(path, complain);
    ledger.Add(Key("a.test"), kNow);
    std::this_thread::sleep_for(std::chrono::milliseconds(1000));
    EXPECT_EQ(Counts(), "a.test:1") << "read while the daemon runs";
    ledger.Add(Key("a.test"), kNow);
  }
  EXPECT_EQ(Counts(), "a.test:2") << "what waited at the end";
  WouldLedger again(path, complain);
  again.Add(Key("a.test"), kNow);
  again.Flush();
  EXPECT_EQ(Counts(), "a.test:3");
}

TEST_F(WouldLedgerTest, NoFileBeforeThereIsSomethingToCount) {
  { WouldLedger ledger(path, complain); }
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_FALSE(ReadWouldLedger(path, 10).ok());
}

TEST_F(WouldLedgerTest, TheLeastCountsGo) {
  WouldLedger ledger(path, complain, {.a_day = 3, .in_all = 4});
  for (int i = 0; i < 2; ++i) ledger.Add(Key("often.test"), kNow);
  ledger.Add(Key("once.test"), kNow);
  ledger.Add(Key("later.test"), kNow + seconds(1));
  ledger.Flush();
  ledger.Add(Key("last.test"), kNow + seconds(2));
  ledger.Flush();
  EXPECT_EQ(Counts(), "often.test:2 last.test:1 later.test:1");
  ledger.Add(Key("x.test"), kNow + hours(24));
  ledger.Add(Key("y.test"), kNow + hours(24));
  ledger.Flush();
  EXPECT_EQ(Counts(), "often.test:2 x.test:1 y.test:1 last.test:1");
}

TEST_F(WouldLedgerTest, AFloodOfNamesIsBounded) {
  WouldLedger ledger(path, complain, {.a_day = 100, .in_all = 1000});
  for (std::size_t i = 0; i < 2 * kMostWaitingWouldKeys; ++i) {
    ledger.Add(Key(std::to_string(i) + ".test"), kNow);
  }
  ledger.Flush();
  EXPECT_EQ(Rows().size(), 100u);
}

TEST_F(WouldLedgerTest, ComplainsOnceAndRecovers) {
  const std::string missing = dir / "later";
  WouldLedger ledger(missing + "/would.db", complain);
  ledger.Add(Key("a.test"), kNow);
  ledger.Flush();
  ledger.Add(Key("a.test"), kNow);
  ledger.Flush();
  ASSERT_EQ(complaints.size(), 1u);
  EXPECT_NE(complaints[0].find(missing), std::string::npos) << complaints[0];
  std::filesystem::create_directory(missing);
  ledger.Add(Key("a.test"), kNow);
  ledger.Flush();
  const Result<std::vector<WouldRow>> rows = ReadWouldLedger(missing + "/would.db", 10);
  ASSERT_TRUE(rows.ok()) << rows.error();
  EXPECT_EQ(rows->at(0).count, 3) << "nothing was lost meanwhile";
}

TEST_F(WouldLedgerTest, AFileThatIsNoDatabase) {
  std::ofstream(path) << std::string(5000, 'x');
  EXPECT_FALSE(ReadWouldLedger(path, 10).ok());
  {
    WouldLedger ledger(path, complain);
    ledger.Add(Key("a.test"), kNow);
    ledger.Flush();
  }
  EXPECT_EQ(complaints.size(), 1u);
  EXPECT_EQ(std::filesystem::file_size(path), 5000u) << "it may be somebody's";
}

}  // namespace
}  // namespace tlswarden
