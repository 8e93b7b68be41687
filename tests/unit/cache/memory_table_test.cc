#include "cache/memory_table.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>

#include "tests/unit/cache/build.h"

namespace tlswarden {
namespace {

std::string Key(const char* prefix, int number) {
  return std::string(prefix) + std::to_string(number) + ".test";
}

TEST(MemoryTable, FindsWhatWasPut) {
  MemoryTable table(10);
  EXPECT_EQ(table.Find("a.test"), nullptr);
  const EvidencePtr first = Plain("a.test"), second = Plain("a.test");
  table.Put("a.test", first, kNow);
  EXPECT_EQ(table.Find("a.test"), first);
  EXPECT_EQ(table.Find("A.test"), nullptr) << "keys are canonical";
  table.Put("a.test", second, kNow);
  EXPECT_EQ(table.Find("a.test"), second);
  EXPECT_EQ(table.size(), 1u);
}

TEST(MemoryTable, NeverHoldsMoreThanItsCapacity) {
  for (std::size_t capacity : {std::size_t{1}, std::size_t{2}, std::size_t{100}}) {
    MemoryTable table(capacity);
    for (int i = 0; i < 1000; ++i) {
      const EvidencePtr evidence = i % 2 == 0 ? Plain("a.test") : WithPolicy("a.test");
      table.Put(Key("d", i), evidence, kNow);
      ASSERT_LE(table.size(), capacity);
    }
    EXPECT_EQ(table.size(), capacity);
  }
}

TEST(MemoryTable, ReplacesWithoutEvicting) {
  MemoryTable table(2);
  table.Put("a.test", Plain("a.test"), kNow);
  table.Put("b.test", Plain("b.test"), kNow);
  for (int i = 0; i < 100; ++i) table.Put("a.test", Plain("a.test"), kNow);
  EXPECT_NE(table.Find("b.test"), nullptr);
}

// How many of `policies` are left of a table for 1000 after a flood of names without policies.
int LeftAfterFlood(int policies) {
  MemoryTable table(1000);
  const EvidencePtr kept = WithPolicy("a.test"), flood = Plain("a.test");
  for (int i = 0; i < policies; ++i) table.Put(Key("policy", i), kept, kNow);
  for (int i = 0; i < 100000; ++i) table.Put(Key("flood", i), flood, kNow);
  int left = 0;
  for (int i = 0; i < policies; ++i) left += table.Find(Key("policy", i)) != nullptr ? 1 : 0;
  return left;
}

// Its loss would open the first contact anew (RFC 8461 section 10.2).
TEST(MemoryTable, AFloodOfNamesPushesNoPolicyOut) {
  EXPECT_EQ(LeftAfterFlood(10), 10);
  EXPECT_EQ(LeftAfterFlood(500), 500);
  EXPECT_EQ(LeftAfterFlood(950), 950);
}

// A policy may have 64 KiB: what counts is what it takes.
TEST(MemoryTable, CountsOctets) {
  std::string long_policy = PolicyText("enforce", {"a.test"});
  for (int i = 0; i < 600; ++i)
    long_policy += "x" + std::to_string(i) + ": " + std::string(90, 'y') + '\n';
  Evidence large = *WithPolicy("a.test");
  large.sts.learned->policy = Policy(long_policy);
  MemoryTable table(1000);
  for (int i = 0; i < 1000; ++i) {
    table.Put(Key("large", i), Shared(large), kNow);
    ASSERT_LE(table.octets(), 1000 * kOctetsPerEntry);
  }
  EXPECT_GT(table.size(), 5u);
  EXPECT_LT(table.size(), 30u);
  for (int i = 0; i < 1000; ++i) table.Erase(Key("large", i));
  EXPECT_EQ(table.octets(), 0u);
  MemoryTable tiny(10);
  tiny.Put("large.test", Shared(large), kNow);
  EXPECT_EQ(tiny.size(), 0u) << "larger than the whole table";
}

// The one that nobody asked for goes first, though it came last.
TEST(MemoryTable, WhatIsAskedForStaysLonger) {
  MemoryTable table(10);
  for (int i = 0; i < 10; ++i) table.Put(Key("d", i), WithPolicy("a.test"), kNow);
  for (int i = 0; i < 5; ++i) table.Use(Key("d", i), kNow + std::chrono::seconds(1));
  for (int i = 0; i < 5; ++i) {
    table.Put(Key("new", i), WithPolicy("a.test"), kNow + std::chrono::seconds(2));
  }
  for (int i = 0; i < 10; ++i) EXPECT_EQ(table.Find(Key("d", i)) != nullptr, i < 5) << i;
}

TEST(MemoryTable, AnExpiredPolicyIsWorthNothing) {
  MemoryTable table(2);
  table.Put("expired.test", WithPolicy("a.test"), kNow + kWeek);
  table.Put("live.test", WithPolicy("a.test"), kNow);
  table.Put("plain.test", Plain("a.test"), kNow);
  EXPECT_EQ(table.Find("expired.test"), nullptr);
  EXPECT_NE(table.Find("live.test"), nullptr);
}

// Many who were asked for lately: one of them goes all the same.
TEST(MemoryTable, SecondChancesEnd) {
  MemoryTable table(100);
  for (int i = 0; i < 100; ++i) table.Put(Key("d", i), WithPolicy("a.test"), kNow);
  for (int i = 0; i < 100; ++i) table.Use(Key("d", i), kNow + std::chrono::seconds(1));
  table.Put("new.test", WithPolicy("a.test"), kNow + std::chrono::seconds(2));
  EXPECT_NE(table.Find("new.test"), nullptr);
  EXPECT_EQ(table.size(), 100u);
}

TEST(MemoryTable, AWalkSeesEverything) {
  MemoryTable table(1000);
  for (int i = 0; i < 777; ++i) table.Put(Key("d", i), Plain(Key("d", i)), kNow);
  table.Use(Key("d", 5), kNow);
  std::set<std::string> seen;
  for (int share = 0; share < 10; ++share) {
    for (const MemoryTable::Entry& entry : table.Walk(10)) {
      const std::string key = ToString(entry.evidence->next_hop);
      EXPECT_TRUE(seen.insert(key).second) << key << " twice in one round";
      EXPECT_EQ(entry.last_used, key == Key("d", 5) ? kNow : Time{});
    }
  }
  EXPECT_EQ(seen.size(), 777u);
  EXPECT_TRUE(MemoryTable(5).Walk(10).empty());
}

TEST(MemoryTable, PoliciesReplacePoliciesWhenThereIsNothingElse) {
  MemoryTable table(10);
  for (int i = 0; i < 100; ++i) table.Put(Key("policy", i), WithPolicy("a.test"), kNow);
  EXPECT_EQ(table.size(), 10u);
  EXPECT_NE(table.Find(Key("policy", 99)), nullptr);
}

TEST(MemoryTable, ReadersAndWritersAtOnce) {
  MemoryTable table(100);
  const EvidencePtr plain = Plain("a.test"), policy = WithPolicy("a.test");
  std::atomic<int> found{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 2000; ++i) {
        if (t < 2) table.Put(Key("d", (i * 7 + t) % 300), i % 3 == 0 ? policy : plain, kNow);
        const EvidencePtr evidence = table.Find(Key("d", i % 300));
        if (evidence != nullptr && evidence->next_hop == Hop("a.test")) ++found;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(table.size(), 100u);
  EXPECT_GT(found.load(), 0);
}

}  // namespace
}  // namespace tlswarden
