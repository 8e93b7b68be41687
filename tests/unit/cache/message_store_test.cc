#include "cache/message_store.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "tests/unit/cache/build.h"

namespace tlswarden {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

const std::string kEncrypt = "encrypt";
const std::string kRule = "rule-bank";

class MessageStoreTest : public testing::Test {
 protected:
  std::unique_ptr<MessageStore> Open(std::size_t max_rows = 1000) {
    Result<std::unique_ptr<MessageStore>> store = MessageStore::Open(
        path_, sink_, [this] { return now_; }, max_rows);
    EXPECT_TRUE(store.ok()) << (store ? "" : store.error());
    return store ? std::move(store).value() : nullptr;
  }

  // "-" for none, "?" when the store can't be read.
  static std::string Tag(MessageStore& store, std::string_view queue_id, std::string_view address) {
    const Result<std::optional<std::string>> tag = store.Tag(queue_id, address);
    if (!tag) return "?";
    return *tag ? **tag : "-";
  }

  void Sql(const char* sql) {
    SqliteDb db = SqliteDb::Open(path_).value();
    const std::optional<std::string> error = db.Execute(sql);
    EXPECT_FALSE(error) << *error;
  }

  std::int64_t Rows() {
    SqliteDb db = SqliteDb::Open(path_).value();
    SqliteStatement count(db, "SELECT count(*) FROM message");
    return count.Step() ? count.Number(0) : -1;
  }

  TempDir dir_;
  const std::string path_ = dir_ / "messages.db";
  NoticeSink sink_;
  Time now_ = kNow;
};

TEST_F(MessageStoreTest, EachRecipientHasItsOwn) {
  const std::unique_ptr<MessageStore> store = Open();
  ASSERT_TRUE(store->Put("6AP4", {{"<a@B.test>", kEncrypt}, {"c@d.test", kRule}}));
  EXPECT_EQ(Tag(*store, "6AP4", "a@b.test"), "encrypt");
  EXPECT_EQ(Tag(*store, "6AP4", "c@D.TEST."), "rule-bank");
  EXPECT_EQ(Tag(*store, "6AP4", "A@b.test"), "-") << "local parts are the receiver's business";
  EXPECT_EQ(Tag(*store, "6AP4", "x@b.test"), "-");
  EXPECT_EQ(Tag(*store, "6ap4", "a@b.test"), "-") << "another queue id";
  EXPECT_EQ(Tag(*store, "", ""), "-");
}

// What an alias turns into is known to the MTA alone.
TEST_F(MessageStoreTest, OneRowForAllOthers) {
  const std::unique_ptr<MessageStore> store = Open();
  ASSERT_TRUE(store->Put("q", {{"", kEncrypt}, {"a@b.test", kRule}}));
  EXPECT_EQ(Tag(*store, "q", "a@b.test"), "rule-bank");
  EXPECT_EQ(Tag(*store, "q", "from@alias.test"), "encrypt");
  EXPECT_EQ(Tag(*store, "other", "from@alias.test"), "-");
}

TEST_F(MessageStoreTest, AQueueIdUsedAnewForgets) {
  const std::unique_ptr<MessageStore> store = Open();
  ASSERT_TRUE(store->Put("q", {{"a@b.test", kEncrypt}}));
  ASSERT_TRUE(store->Put("q", {{"c@d.test", kEncrypt}}));
  EXPECT_EQ(Tag(*store, "q", "a@b.test"), "-");
  EXPECT_EQ(Tag(*store, "q", "c@d.test"), "encrypt");
}

TEST_F(MessageStoreTest, RemembersWhatAKilledProcessWrote) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const std::unique_ptr<MessageStore> store = Open();
    if (!store->Put("q", {{"a@b.test", kEncrypt}})) _exit(1);
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(Tag(*Open(), "q", "a@b.test"), "encrypt");
}

// All or nothing: the milter defers the message then.
TEST_F(MessageStoreTest, WhatCantBeKeptIsRefused) {
  const std::unique_ptr<MessageStore> store = Open();
  const std::string too_long = std::string(kMaxKeptRecipientOctets, 'a') + "@b.test";
  EXPECT_FALSE(store->Put("q", {{"a@b.test", kEncrypt}, {too_long, kEncrypt}}));
  EXPECT_FALSE(store->Put("", {{"a@b.test", kEncrypt}}));
  EXPECT_FALSE(store->Put(std::string(kMaxQueueIdKept + 1, 'q'), {{"a@b.test", kEncrypt}}));
  EXPECT_FALSE(store->Put("q", {{"a@b.test", "no name"}}));
  EXPECT_EQ(Rows(), 0);
  EXPECT_EQ(sink_.notices().size(), 4u);
  EXPECT_TRUE(store->Put("q", {{"a@b.test", kEncrypt}})) << "and the next one is kept";
}

TEST_F(MessageStoreTest, AFileThatIsGoneIsNoConsent) {
  const std::unique_ptr<MessageStore> store = Open();
  ASSERT_TRUE(store->Put("q", {{"a@b.test", kEncrypt}}));
  Sql("DROP TABLE message");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Tag(*store, "q", "a@b.test"), "?");
  EXPECT_EQ(sink_.notices().size(), 1u) << "not for each delivery";
  EXPECT_FALSE(store->Put("q", {{"a@b.test", kEncrypt}}));
}

TEST_F(MessageStoreTest, ARowOfSomebodyElseWaitsAndIsToldOf) {
  const std::unique_ptr<MessageStore> store = Open();
  ASSERT_TRUE(store->Put("q", {{"a@b.test", kEncrypt}}));
  for (const char* sql :
       {"UPDATE message SET tag = 'OK none'", "UPDATE message SET tag = ''",
        "UPDATE message SET tag = x'00ff'", "UPDATE message SET tag = hex(zeroblob(1000000))"}) {
    Sql(sql);
    EXPECT_EQ(Tag(*store, "q", "a@b.test"), "?") << sql;
    EXPECT_EQ(Tag(*store, "q", "other@b.test"), "-") << sql;
  }
  EXPECT_EQ(sink_.notices().size(), 4u);
}

TEST_F(MessageStoreTest, ADamagedFileIsMovedAside) {
  std::ofstream(path_, std::ios::binary) << std::string(100'000, 'x');
  const std::unique_ptr<MessageStore> store = Open();
  ASSERT_NE(store, nullptr);
  EXPECT_TRUE(std::filesystem::exists(path_ + ".corrupt-1800000000"));
  ASSERT_EQ(sink_.notices().size(), 1u);
  EXPECT_TRUE(store->Put("q", {{"a@b.test", kEncrypt}}));
}

TEST_F(MessageStoreTest, NoFolderIsAnError) {
  EXPECT_FALSE(MessageStore::Open(
                   dir_ / "missing/messages.db", sink_, [] { return kNow; }, 1000)
                   .ok());
}

TEST_F(MessageStoreTest, RowsEndAfterThirtyDays) {
  const std::unique_ptr<MessageStore> store = Open();
  ASSERT_TRUE(store->Put("old", {{"a@b.test", kEncrypt}}));
  now_ += kMessageAge - seconds(1);
  EXPECT_EQ(Tag(*store, "old", "a@b.test"), "encrypt");
  now_ += seconds(1);
  EXPECT_EQ(Tag(*store, "old", "a@b.test"), "-");
  ASSERT_TRUE(store->Put("new", {{"a@b.test", kEncrypt}}));
  EXPECT_EQ(Rows(), 1);
}

TEST_F(MessageStoreTest, TheOldestGoWhenItIsFull) {
  const std::unique_ptr<MessageStore> store = Open(100);
  for (int i = 0; i < 300; ++i) {
    ASSERT_TRUE(store->Put("q" + std::to_string(i), {{"a@b.test", kEncrypt}}));
    now_ += hours(2);
  }
  EXPECT_LE(Rows(), 100);
  EXPECT_GE(Rows(), 90);
  EXPECT_EQ(Tag(*store, "q299", "a@b.test"), "encrypt");
  EXPECT_EQ(Tag(*store, "q0", "a@b.test"), "-");
  EXPECT_TRUE(sink_.notices().empty()) << "they were older than any queue";
  for (int i = 0; i < 300; ++i) {
    ASSERT_TRUE(store->Put("r" + std::to_string(i), {{"a@b.test", kEncrypt}}));
  }
  EXPECT_EQ(sink_.notices().size(), 1u) << "a loss is told of once";
}

TEST_F(MessageStoreTest, ManyThreads) {
  const std::unique_ptr<MessageStore> store = Open();
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&store, i] {
      for (int j = 0; j < 10; ++j) {
        const std::string id = "q" + std::to_string(i) + "x" + std::to_string(j);
        EXPECT_TRUE(store->Put(id, {{"a@b.test", kEncrypt}}));
        EXPECT_EQ(Tag(*store, id, "a@b.test"), "encrypt");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Rows(), 80);
}

}  // namespace
}  // namespace tlswarden
