#include "daemon/list_watcher.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "daemon/wiring.h"

namespace tlswarden {
namespace {

class Notices : public RecordSink {
 public:
  void Write(Record record) override {
    const std::lock_guard lock(mutex_);
    const auto& notice = std::get<Notice>(record);
    const char* level = notice.level == Notice::Level::kError     ? "error: "
                        : notice.level == Notice::Level::kWarning ? "warning: "
                                                                  : "info: ";
    lines_.push_back(level + notice.text);
  }

  std::vector<std::string> Take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(lines_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> lines_;
};

class ListWatcherTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "/lists-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    path_ = folder_ / "list";
    Put("a.example\nb.example\n");
    loaded_ = ParseSettings("[rule.a]\nrequire = encrypt\nrecipient-domain = @" + path_, "f",
                            RealSurroundings());
    ASSERT_TRUE(loaded_.errors.empty()) << loaded_.errors.front();
    orders_ = std::make_unique<CurrentOrders>(MakeOrders(loaded_.settings, loaded_.rules));
    watcher_ = std::make_unique<ListWatcher>(loaded_.settings, loaded_.lists, *orders_, notices_);
  }
  void TearDown() override {
    watcher_.reset();
    std::filesystem::remove_all(folder_);
  }

  // As editors do it: a new file takes the old one's place.
  void Put(const std::string& text) {
    std::ofstream(folder_ / "new") << text;
    std::filesystem::rename(folder_ / "new", path_);
  }

  bool Matches(const std::string& name) const {
    const Domain domain{name};
    Facts facts;
    facts.recipient_domain = &domain;
    return orders_->Get()->outbound.rules.Match(facts, Time()).rule != nullptr;
  }

  void LookTwice() {
    watcher_->Look(false);
    watcher_->Look(false);
  }

  std::filesystem::path folder_;
  std::string path_;
  Loaded loaded_;
  std::unique_ptr<CurrentOrders> orders_;
  Notices notices_;
  std::unique_ptr<ListWatcher> watcher_;
};

TEST_F(ListWatcherTest, WithoutAChangeNothingHappens) {
  LookTwice();
  EXPECT_EQ(orders_->version(), 0U);
  EXPECT_EQ(notices_.Take(), std::vector<std::string>{});
}

TEST_F(ListWatcherTest, AChangeIsReadWhenItHasSettled) {
  LookTwice();
  Put("b.example\nc.example\nd.example\n");
  watcher_->Look(false);
  EXPECT_FALSE(Matches("c.example"));
  watcher_->Look(false);
  EXPECT_TRUE(Matches("c.example"));
  EXPECT_FALSE(Matches("a.example"));
  EXPECT_EQ(notices_.Take(), std::vector<std::string>{"info: " + path_ +
                                                      ": read again, 3 entries, 2 added, 1 "
                                                      "removed"});
  LookTwice();
  EXPECT_EQ(orders_->version(), 1U);
}

TEST_F(ListWatcherTest, AtOnce) {
  Put("c.example\n");
  watcher_->Look(true);
  EXPECT_TRUE(Matches("c.example"));
  notices_.Take();
  watcher_->Look(true);  // without a change: it says so
  EXPECT_EQ(notices_.Take(), std::vector<std::string>{"info: " + path_ +
                                                      ": read again, 1 entry, 0 added, 0 "
                                                      "removed"});
  EXPECT_EQ(orders_->version(), 1U);
}

TEST_F(ListWatcherTest, AnErrorIsSaidOnceAndTheOldListStays) {
  LookTwice();
  Put("c.example\na..b\n");
  for (int i = 0; i < 5; ++i) watcher_->Look(false);
  EXPECT_EQ(notices_.Take(), std::vector<std::string>{"error: " + path_ +
                                                      ":2: a..b: empty label; the list read before "
                                                      "stays in force"});
  EXPECT_TRUE(Matches("a.example"));
  std::filesystem::remove(path_);
  for (int i = 0; i < 5; ++i) watcher_->Look(false);
  EXPECT_EQ(notices_.Take(), std::vector<std::string>{"error: " + path_ +
                                                      ": No such file or directory; the list "
                                                      "read before stays in force"});
  EXPECT_TRUE(Matches("a.example"));
  Put("c.example\n");
  LookTwice();
  EXPECT_TRUE(Matches("c.example"));
}

TEST_F(ListWatcherTest, AnEmptiedListMatchesNothing) {
  LookTwice();
  Put("");
  LookTwice();
  EXPECT_FALSE(Matches("a.example"));
  EXPECT_FALSE(Matches("c.example"));
  EXPECT_EQ(notices_.Take().back(),
            "warning: " + path_ + ": no entry, so [rule.a] matches nothing");
}

TEST_F(ListWatcherTest, TheThreadReadsAtOnceWhenAsked) {
  Put("c.example\n");
  watcher_->Start();
  watcher_->ReadNow();
  for (int i = 0; i < 500 && !Matches("c.example"); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_TRUE(Matches("c.example"));
}

}  // namespace
}  // namespace tlswarden
