// What happens to the ledger's counts when things go wrong around it.
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <thread>

#include "report/ledger.h"
#include "tests/unit/report/ledger_build.h"

namespace tlswarden {
namespace {

using std::chrono::days;
using std::chrono::milliseconds;

bool Exists(const std::string& path) { return std::filesystem::exists(path); }

void Overwrite(const std::string& path, std::size_t from, std::size_t octets) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(from));
  file << std::string(octets, 'x');
}

TEST_F(LedgerTest, ManyThreadsAddAndNothingIsLost) {
  auto ledger = Open();
  constexpr int kThreads = 4;
  constexpr int kEvents = 5000;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEvents; ++i) {
        const std::string domain = std::to_string(i % 50) + ".test";
        ledger->Add(i % 10 == 0 ? Failed(domain, Detail("certificate-expired")) : Success(domain));
        if (i % 1000 == t) ledger->Flush();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  ledger->Flush();
  EXPECT_EQ(Totals(), "18000/2000");
  EXPECT_EQ(Got(Reader().Failures(kToday, kToday)).at(0).sessions, 2000);
  EXPECT_EQ(ledger->counts(), (LedgerCounts{kThreads * kEvents, 0}));
}

TEST_F(LedgerTest, IsWrittenWithinASecondWithoutBeingAsked) {
  auto ledger = Open();
  ledger->Add(Success("a.test"));
  std::this_thread::sleep_for(milliseconds(1000));
  EXPECT_EQ(Totals(), "1/0");
}

TEST_F(LedgerTest, AReaderBesideTheWriterSeesWhatIsWritten) {
  auto ledger = Open();
  ledger->Add(Success("a.test"));
  ledger->Flush();
  LedgerReader reader = Reader();
  for (int i = 2; i < 20; ++i) {
    ledger->Add(Success("a.test"));
    ledger->Flush();
    ASSERT_EQ(Got(reader.Tallies(kToday, "a.test")).at(0).successes, i);
  }
}

TEST_F(LedgerTest, AReaderThatWasThereFirstFollowsTheWriter) {
  {
    auto ledger = Open();
    ledger->Add(Success("a.test"));
  }
  LedgerReader reader = Reader();
  EXPECT_EQ(Got(reader.Tallies(kToday, "a.test")).at(0).successes, 1);
  auto ledger = Open();
  ledger->Add(Success("a.test"));
  ledger->Flush();
  EXPECT_EQ(Got(reader.Tallies(kToday, "a.test")).at(0).successes, 2);
  ledger.reset();
  EXPECT_EQ(Got(reader.Tallies(kToday, "a.test")).at(0).successes, 2);
}

TEST_F(LedgerTest, AReaderMakesNoFiles) {
  const Result<LedgerReader> missing = LedgerReader::Open(path);
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error(), path + ": No such file or directory");
  EXPECT_FALSE(Exists(path));
  { Open(); }
  EXPECT_FALSE(Exists(path)) << "nor does a ledger without events";
  {
    auto ledger = Open();
    ledger->Add(Success("a.test"));
  }
  LedgerReader reader = Reader();
  EXPECT_EQ(Got(reader.Domains(kToday)).size(), 1u);
  EXPECT_FALSE(Exists(path + "-wal"));
  EXPECT_FALSE(Exists(path + "-shm"));
}

TEST_F(LedgerTest, AReaderOfAnotherFile) {
  for (const std::string& text : {std::string(), std::string(5000, 'x')}) {
    std::ofstream(path) << text;
    const Result<LedgerReader> reader = LedgerReader::Open(path);
    ASSERT_FALSE(reader.ok());
    EXPECT_EQ(reader.error().find(path), 0u) << reader.error();
    EXPECT_EQ(std::filesystem::file_size(path), text.size());
  }
  std::filesystem::remove(path);
  {
    Result<SqliteDb> other = SqliteDb::Open(path);
    std::move(other).value().Execute("CREATE TABLE tally(day)");
  }
  EXPECT_FALSE(LedgerReader::Open(path).ok());
}

TEST_F(LedgerTest, AReaderOfAPathThatLooksLikeAUri) {
  const std::string odd = dir / "a%20b?mode=memory#x";
  std::filesystem::create_directory(odd);
  {
    auto ledger = OpenAt(odd + "/tls.db");
    ledger->Add(Success("a.test"));
  }
  Result<LedgerReader> reader = LedgerReader::Open(odd + "/tls.db");
  ASSERT_TRUE(reader.ok()) << reader.error();
  LedgerReader opened = std::move(reader).value();
  EXPECT_EQ(Got(opened.Domains(kToday)).size(), 1u);
}

// Adds events until it is killed, and says in shared memory how many.
[[noreturn]] void AddForEver(const std::string& path, std::atomic<std::int64_t>& added) {
  Ledger ledger(
      path, [](const std::string&) {}, [] { return kNow; });
  while (true) {
    for (int i = 0; i < 100; ++i) {
      ledger.Add(Success(std::to_string(i) + ".test"));
      ++added;
    }
    usleep(1000);
  }
}

TEST_F(LedgerTest, KillingTheProcessLosesASecondAtMost) {
  void* shared = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(shared, MAP_FAILED);
  auto& added = *new (shared) std::atomic<std::int64_t>(0);
  std::int64_t before = 0;
  for (int run = 1; run <= 3; ++run) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) AddForEver(path, added);
    std::this_thread::sleep_for(milliseconds(300 * run));
    const std::int64_t a_second_ago = added;
    std::this_thread::sleep_for(milliseconds(1000));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    std::int64_t kept = 0;
    for (const auto& total : Got(Reader().DomainTotals(kToday, kToday, 1000))) {
      kept += total.successes;
    }
    EXPECT_GT(a_second_ago, 0);
    EXPECT_GE(kept, before + a_second_ago) << "read after the kill";
    EXPECT_LE(kept, before + added);
    before = kept;
    added = 0;
  }
  auto ledger = Open();
  ledger->Add(Success("a.test"));
  ledger->Flush();
  EXPECT_EQ(Totals(), std::to_string(before + 1) + "/0");
  EXPECT_TRUE(complaints().empty()) << "the file is whole";
  munmap(shared, 4096);
}

TEST_F(LedgerTest, AMissingFolderIsWaitedFor) {
  const std::string missing = dir / "later";
  auto ledger = OpenAt(missing + "/tls.db");
  for (int i = 0; i < 3; ++i) {
    ledger->Add(Failed("a.test", Detail("certificate-expired")));
    ledger->Flush();
  }
  ASSERT_EQ(complaints().size(), 1u) << "once";
  EXPECT_EQ(complaints()[0].find(missing), 0u) << complaints()[0];
  std::filesystem::create_directory(missing);
  ledger->Flush();
  Result<LedgerReader> reader = LedgerReader::Open(missing + "/tls.db");
  ASSERT_TRUE(reader.ok()) << reader.error();
  LedgerReader opened = std::move(reader).value();
  const PolicyTally tally = Got(opened.Tallies(kToday, "a.test")).at(0);
  EXPECT_EQ(tally.failures, 3);
  EXPECT_EQ(tally.details.at(0).sessions, 3);
  EXPECT_EQ(ledger->counts(), (LedgerCounts{3, 0}));
}

TEST_F(LedgerTest, AFileThatIsNoDatabaseIsMovedAside) {
  std::ofstream(path) << std::string(5000, 'x');
  auto ledger = Open();
  ledger->Add(Success("a.test"));
  ledger->Flush();
  ASSERT_EQ(complaints().size(), 1u);
  EXPECT_NE(complaints()[0].find("moved to " + path + ".corrupt-"), std::string::npos)
      << complaints()[0];
  EXPECT_EQ(Totals(), "1/0");
}

TEST_F(LedgerTest, DamageDeepInALargeFileIsFoundWhenItIsMet) {
  auto ledger = Open();
  FailureDetail large = Detail("certificate-expired");
  large.receiving_mx_helo = large.additional_information = std::string(1000, 'x');
  for (int domain = 0; domain < 60; ++domain) {
    for (int i = 0; i < 100; ++i) {
      large.receiving_ip = std::to_string(i);
      ledger->Add(Failed(std::to_string(domain) + ".test", large));
    }
  }
  ledger.reset();
  const std::uintmax_t size = std::filesystem::file_size(path);
  ASSERT_GT(size, 8u << 20) << "it isn't checked as a whole";
  Overwrite(path, 4096 * 10, size - 4096 * 20);
  ledger = Open();
  for (int domain = 0; domain < 60; ++domain) {
    ledger->Add(Failed(std::to_string(domain) + ".test", large));
  }
  ledger->Flush();
  ledger->Flush();  // what couldn't be written
  ASSERT_EQ(complaints().size(), 2u);
  EXPECT_NE(complaints()[0].find("moved to " + path + ".corrupt-"), std::string::npos);
  EXPECT_EQ(Totals(), "0/60") << "what came since";
  EXPECT_EQ(ledger->counts(), (LedgerCounts{60, 0}));
}

// A disk that is full: a small file system of its own where that can be had, and in any case a
// limit of the process's files.
class SmallDisk {
 public:
  SmallDisk(const std::string& folder, bool mounted) : folder_(folder) {
    std::filesystem::create_directory(folder);
    mounted_ = mounted && mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=300k") == 0;
    if (!mounted_) {
      std::signal(SIGXFSZ, SIG_IGN);
      Limit(150 * 1024);
    }
  }
  ~SmallDisk() {
    if (mounted_) umount2(folder_.c_str(), MNT_DETACH);
    if (!mounted_) Limit(RLIM_INFINITY);
  }
  void Grow() {
    if (mounted_) mount("tmpfs", folder_.c_str(), "tmpfs", MS_REMOUNT, "size=20m");
    if (!mounted_) Limit(RLIM_INFINITY);
  }

 private:
  static void Limit(rlim_t octets) {
    rlimit limit{};
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = std::min(octets, limit.rlim_max);
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  std::string folder_;
  bool mounted_ = false;
};

class LedgerDiskTest : public LedgerTest, public testing::WithParamInterface<bool> {};

TEST_P(LedgerDiskTest, AFullDisk) {
  const std::string folder = dir / "small";
  SmallDisk disk(folder, GetParam());
  auto ledger = OpenAt(folder + "/tls.db", {.waiting_octets = 2'000'000});
  ledger->Add(Success("0.test"));
  ledger->Flush();
  ASSERT_TRUE(complaints().empty()) << complaints()[0];
  std::uint64_t added = 1;
  FailureDetail large = Detail("certificate-expired");
  large.receiving_mx_helo = std::string(1000, 'x');
  for (int batch = 0; batch < 5; ++batch) {
    for (int i = 0; i < 1000; ++i) {
      large.receiving_ip = std::to_string(batch);
      ledger->Add(Failed(std::to_string(i) + ".test", large));
      ++added;
    }
    ledger->Flush();
  }
  ASSERT_EQ(complaints().size(), 1u) << "once";
  const std::uint64_t lost = ledger->counts().lost;
  EXPECT_GT(lost, 0u);
  EXPECT_LT(lost, added - 1000);
  EXPECT_EQ(ledger->counts().events, added);
  Result<LedgerReader> reader = LedgerReader::Open(folder + "/tls.db");
  ASSERT_TRUE(reader.ok()) << reader.error();
  LedgerReader opened = std::move(reader).value();
  EXPECT_EQ(Got(opened.DayTotals(kToday, kToday)).at(0).successes, 1) << "it can still be read";

  disk.Grow();
  ledger->Add(Success("0.test"));
  ++added;
  ledger->Flush();
  EXPECT_EQ(complaints().size(), 1u);
  const DayTotal total = Got(opened.DayTotals(kToday, kToday)).at(0);
  EXPECT_EQ(ledger->counts().lost, lost);
  EXPECT_EQ(static_cast<std::uint64_t>(total.successes + total.failures), added - lost)
      << "each is either in the file or counted as lost";
  ledger.reset();
}

INSTANTIATE_TEST_SUITE_P(Kinds, LedgerDiskTest, testing::Values(true, false),
                         [](const auto& kind) { return kind.param ? "FileSystem" : "FileSize"; });

}  // namespace
}  // namespace tlswarden
