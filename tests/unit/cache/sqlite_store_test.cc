#include "cache/sqlite_store.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "cache/evidence_codec.h"
#include "tests/unit/cache/build.h"

namespace tlswarden {
namespace {

class SqliteStoreTest : public testing::Test {
 protected:
  std::unique_ptr<SqliteStore> Open() {
    Result<std::unique_ptr<SqliteStore>> store = SqliteStore::Open(path_, sink_, kNow, max_rows_);
    EXPECT_TRUE(store.ok()) << (store ? "" : store.error());
    return store ? std::move(store).value() : nullptr;
  }

  // Runs SQL on the file, beside any store.
  void Sql(const std::string& sql) {
    SqliteDb db = SqliteDb::Open(path_).value();
    const std::optional<std::string> error = db.Execute(sql.c_str());
    EXPECT_FALSE(error) << *error;
  }

  void WriteFile(const std::string& content) { std::ofstream(path_, std::ios::binary) << content; }

  // The damaged file is kept under another name, the store is new, and a notice tells of both.
  void ExpectMovedAside() {
    const std::unique_ptr<SqliteStore> store = Open();
    ASSERT_NE(store, nullptr);
    const std::string aside = path_ + ".corrupt-1800000000";
    EXPECT_TRUE(std::filesystem::exists(aside));
    const std::vector<Notice> notices = sink_.notices();
    ASSERT_EQ(notices.size(), 1u);
    EXPECT_EQ(notices[0].level, Notice::Level::kWarning);
    EXPECT_NE(notices[0].text.find(path_), std::string::npos) << notices[0].text;
    EXPECT_NE(notices[0].text.find(aside), std::string::npos) << notices[0].text;
    store->Save(Plain("a.test"));
    store->Flush();
    EXPECT_NE(store->Load("a.test"), nullptr);
  }

  TempDir dir_;
  const std::string path_ = dir_ / "policies.db";
  NoticeSink sink_;
  std::size_t max_rows_ = 1000;
};

TEST_F(SqliteStoreTest, RemembersOverAReopening) {
  const Evidence rich = RichEvidence("a.test");
  {
    const std::unique_ptr<SqliteStore> store = Open();
    ASSERT_NE(store, nullptr);
    EXPECT_EQ(store->Load("a.test"), nullptr);
    store->Save(Shared(rich));
    store->Save(Plain("b.test"));
    store->Save(Plain("[mx.c.test]:587"));
    store->Flush();
    ASSERT_NE(store->Load("a.test"), nullptr);
    EXPECT_TRUE(*store->Load("a.test") == rich);
    store->Save(WithPolicy("d.test"));  // the destructor writes it
  }
  const std::unique_ptr<SqliteStore> store = Open();
  ASSERT_NE(store, nullptr);
  for (const char* key : {"a.test", "b.test", "[mx.c.test]:587", "d.test"}) {
    EXPECT_NE(store->Load(key), nullptr) << key;
  }
  EXPECT_EQ(store->Load("c.test"), nullptr);
  EXPECT_EQ(store->Load("mx.c.test"), nullptr);
  EXPECT_TRUE(sink_.notices().empty());
}

// What another process sees.
TEST_F(SqliteStoreTest, PeekReadsWithoutChanging) {
  EXPECT_FALSE(SqliteStore::Peek(path_, "a.test").ok()) << "no file";
  EXPECT_FALSE(std::filesystem::exists(path_)) << "and none is made";
  const std::unique_ptr<SqliteStore> store = Open();
  store->Save(Shared(RichEvidence("a.test")));
  store->Flush();
  const Result<EvidencePtr> known = SqliteStore::Peek(path_, "a.test");
  ASSERT_TRUE(known.ok() && *known != nullptr);
  EXPECT_TRUE(**known == RichEvidence("a.test"));
  const Result<EvidencePtr> unknown = SqliteStore::Peek(path_, "b.test");
  EXPECT_TRUE(unknown.ok() && *unknown == nullptr);
  Sql("UPDATE evidence SET body = '{}'");
  EXPECT_FALSE(SqliteStore::Peek(path_, "a.test").ok());
}

// The domain is asked anew, and a person hears why.
TEST_F(SqliteStoreTest, ADamagedRowIsToldOf) {
  const std::unique_ptr<SqliteStore> store = Open();
  store->Save(Plain("a.test"));
  store->Flush();
  Sql("UPDATE evidence SET body = replace(body, 'good_until', 'bad_until')");
  EXPECT_EQ(store->Load("a.test"), nullptr);
  const std::vector<Notice> notices = sink_.notices();
  ASSERT_EQ(notices.size(), 1u);
  EXPECT_EQ(notices[0].level, Notice::Level::kWarning);
  EXPECT_NE(notices[0].text.find("a.test"), std::string::npos) << notices[0].text;
}

// A flood of names neither fills the disk nor pushes a policy out.
TEST_F(SqliteStoreTest, KeepsWhatIsWorthMost) {
  max_rows_ = 100;
  const std::unique_ptr<SqliteStore> store = Open();
  for (int i = 0; i < 50; ++i) store->Save(WithPolicy("policy" + std::to_string(i) + ".test"));
  for (int batch = 0; batch < 10; ++batch) {
    for (int i = 0; i < 100; ++i) {
      store->Save(Plain("flood" + std::to_string(batch * 100 + i) + ".test"));
    }
    store->Flush();
  }
  SqliteDb db = SqliteDb::Open(path_).value();
  SqliteStatement count(db, "SELECT count(*) FROM evidence");
  ASSERT_TRUE(count.Step());
  EXPECT_LE(count.Number(0), 100);
  for (int i = 0; i < 50; ++i) {
    EXPECT_NE(store->Load("policy" + std::to_string(i) + ".test"), nullptr) << i;
  }
}

// Written before the first release, by a build of another day.
TEST_F(SqliteStoreTest, AnOlderFileIsBegunAnew) {
  Sql("CREATE TABLE evidence(next_hop TEXT PRIMARY KEY, keep_until INTEGER, body TEXT)");
  const std::unique_ptr<SqliteStore> store = Open();
  ASSERT_NE(store, nullptr);
  store->Save(Plain("a.test"));
  store->Flush();
  EXPECT_NE(store->Load("a.test"), nullptr);
}

TEST_F(SqliteStoreTest, KeepsTheLast) {
  const std::unique_ptr<SqliteStore> store = Open();
  store->Save(Plain("a.test"));
  store->Flush();
  store->Save(Plain("a.test"));
  store->Save(WithPolicy("a.test"));
  store->Flush();
  ASSERT_NE(store->Load("a.test"), nullptr);
  EXPECT_TRUE(store->Load("a.test")->sts.learned);
}

TEST_F(SqliteStoreTest, WritesWithinASecondByItself) {
  const std::unique_ptr<SqliteStore> store = Open();
  store->Save(Plain("a.test"));
  for (int i = 0; i < 100 && store->Load("a.test") == nullptr; ++i) usleep(10000);
  EXPECT_NE(store->Load("a.test"), nullptr);
}

TEST_F(SqliteStoreTest, ForgetsRowsThatNobodyNeeds) {
  const std::unique_ptr<SqliteStore> store = Open();
  store->Save(Plain("old.test"));
  store->Save(WithPolicy("policy.test"));
  store->Flush();
  Evidence later = *Plain("new.test");
  later.obtained_at = kNow + std::chrono::hours(24);
  store->Save(Shared(later));
  store->Flush();
  EXPECT_EQ(store->Load("old.test"), nullptr);
  EXPECT_NE(store->Load("policy.test"), nullptr) << "its policy lives for a week";
}

// What was answered more than a second ago survives a kill.
TEST_F(SqliteStoreTest, SurvivesAKill) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const std::unique_ptr<SqliteStore> store = Open();
    store->Save(Shared(RichEvidence("a.test")));
    store->Save(Plain("b.test"));
    usleep(1'100'000);
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  const std::unique_ptr<SqliteStore> store = Open();
  ASSERT_NE(store->Load("a.test"), nullptr);
  EXPECT_TRUE(*store->Load("a.test") == RichEvidence("a.test"));
  EXPECT_NE(store->Load("b.test"), nullptr);
  EXPECT_TRUE(sink_.notices().empty());
}

TEST_F(SqliteStoreTest, GarbageIsMovedAside) {
  WriteFile(std::string(4096, 'x'));
  ExpectMovedAside();
}

TEST_F(SqliteStoreTest, AFewOctetsAreMovedAside) {
  WriteFile("SQLite format 3\n");
  ExpectMovedAside();
}

TEST_F(SqliteStoreTest, ATruncatedFileIsMovedAside) {
  {
    const std::unique_ptr<SqliteStore> store = Open();
    for (int i = 0; i < 200; ++i) store->Save(WithPolicy("d" + std::to_string(i) + ".test"));
  }
  const std::uintmax_t size = std::filesystem::file_size(path_);
  ASSERT_GT(size, 3u * 4096);
  std::filesystem::resize_file(path_, size / 2);
  ExpectMovedAside();
}

TEST_F(SqliteStoreTest, ADamagedPageIsMovedAside) {
  {
    const std::unique_ptr<SqliteStore> store = Open();
    for (int i = 0; i < 200; ++i) store->Save(WithPolicy("d" + std::to_string(i) + ".test"));
  }
  std::fstream file(path_, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(4096);
  file << std::string(3 * 4096, '\xff');
  file.close();
  ExpectMovedAside();
}

TEST_F(SqliteStoreTest, AnEmptyFileIsANewStore) {
  WriteFile("");
  EXPECT_NE(Open(), nullptr);
  EXPECT_TRUE(sink_.notices().empty());
}

TEST_F(SqliteStoreTest, ErrorsNameThePath) {
  const std::string missing = dir_ / "no/such/dir/policies.db";
  const struct {
    std::string path, why;
  } cases[] = {{missing, "no directory"}, {dir_ / "", "is a directory"}};
  for (const auto& c : cases) {
    const Result<std::unique_ptr<SqliteStore>> store = SqliteStore::Open(c.path, sink_, kNow, 1000);
    ASSERT_FALSE(store.ok()) << c.why;
    EXPECT_NE(store.error().find(c.path), std::string::npos) << store.error();
  }
}

TEST_F(SqliteStoreTest, AHostileRowIsAMiss) {
  const std::unique_ptr<SqliteStore> store = Open();
  store->Save(Plain("a.test"));
  store->Save(Plain("b.test"));
  store->Flush();
  for (const char* body : {"''", "'{}'", "x'00ff'", "zeroblob(2000000)", "7"}) {
    Sql(std::string("UPDATE evidence SET body = ") + body + " WHERE next_hop = 'a.test'");
    EXPECT_EQ(store->Load("a.test"), nullptr) << body;
  }
  Sql("UPDATE evidence SET body = (SELECT body FROM evidence WHERE next_hop = 'b.test') "
      "WHERE next_hop = 'a.test'");
  EXPECT_EQ(store->Load("a.test"), nullptr) << "another domain's evidence";
  EXPECT_NE(store->Load("b.test"), nullptr);
}

// `explain` reads the file while the daemon runs.
TEST_F(SqliteStoreTest, TwoOpens) {
  const std::unique_ptr<SqliteStore> one = Open(), two = Open();
  ASSERT_TRUE(one != nullptr && two != nullptr);
  one->Save(Plain("a.test"));
  two->Save(Plain("b.test"));
  one->Flush();
  two->Flush();
  for (const char* key : {"a.test", "b.test"}) {
    EXPECT_NE(one->Load(key), nullptr) << key;
    EXPECT_NE(two->Load(key), nullptr) << key;
  }
  EXPECT_TRUE(sink_.notices().empty());
}

TEST_F(SqliteStoreTest, ComplainsOnceWhenItCannotWrite) {
  const std::unique_ptr<SqliteStore> store = Open();
  Sql("DROP TABLE evidence");
  for (int i = 0; i < 3; ++i) {
    store->Save(Plain("a.test"));
    store->Flush();
  }
  const std::vector<Notice> notices = sink_.notices();
  ASSERT_EQ(notices.size(), 1u);
  EXPECT_EQ(notices[0].level, Notice::Level::kError);
}

TEST_F(SqliteStoreTest, ManyThreadsAtOnce) {
  const std::unique_ptr<SqliteStore> store = Open();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        const std::string key = "d" + std::to_string(t * 50 + i) + ".test";
        store->Save(Plain(key));
        if (i % 10 == t) store->Flush();
        store->Load(key);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  store->Flush();
  for (int i = 0; i < 200; ++i) {
    EXPECT_NE(store->Load("d" + std::to_string(i) + ".test"), nullptr) << i;
  }
  EXPECT_TRUE(sink_.notices().empty());
}

}  // namespace
}  // namespace tlswarden
