#include "report/journal_follower.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

#include "tests/unit/cache/build.h"

namespace tlswarden {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// The one program that makes journal files without a running journald: Debian's package
// systemd-journal-remote.
constexpr char kWriter[] = "/lib/systemd/systemd-journal-remote";

class JournalFollowerTest : public testing::Test {
 protected:
  void SetUp() override {
    if (access(kWriter, X_OK) != 0) {
      GTEST_SKIP() << kWriter << " is missing: install Debian's package systemd-journal-remote";
    }
    std::filesystem::create_directory(journal);
  }

  // Entries in the journal's export format, one second after the other, appended to a journal file.
  void Write(const std::vector<std::string>& written, const std::string& fields = kMail,
             const std::string& file = "system") {
    std::string text;
    for (const std::string& message : written) {
      ++second;
      text += "__REALTIME_TIMESTAMP=" + std::to_string(Seconds(kNow) + second) + "000000\n";
      text += "__MONOTONIC_TIMESTAMP=" + std::to_string(second) + "000000\n";
      text += "_BOOT_ID=0123456789abcdef0123456789abcdef\n" + fields;
      const std::uint64_t octets = message.size();
      text += "MESSAGE\n";
      for (int i = 0; i < 8; ++i) text += static_cast<char>(octets >> (8 * i));
      text += message + "\n\n";
    }
    std::ofstream(dir / "export", std::ios::binary) << text;
    const std::string command = std::string(kWriter) + " -o " + journal + '/' + file + ".journal " +
                                (dir / "export") + " 2>/dev/null";
    ASSERT_EQ(std::system(command.c_str()), 0);
  }

  void Start() {
    Result<std::unique_ptr<JournalFollower>> opened = JournalFollower::Open(
        {state, journal, milliseconds(1000)},
        [this](const JournalEntry& entry) {
          const std::lock_guard lock(mutex);
          entries.push_back(ToString(entry.at) + ' ' + std::string(entry.identifier) + '[' +
                            std::string(entry.pid) + ']');
          messages.emplace_back(entry.message);
          changed.notify_all();
        },
        {[this] { ++saves; },
         [this](const std::string& what) {
           const std::lock_guard lock(mutex);
           complaints.push_back(what);
         }});
    ASSERT_TRUE(opened.ok()) << opened.error();
    follower = std::move(opened).value();
  }
  void WaitFor(std::size_t count) {
    std::unique_lock lock(mutex);
    EXPECT_TRUE(changed.wait_for(lock, seconds(20), [&] { return messages.size() >= count; }))
        << messages.size();
  }

  static constexpr char kMail[] =
      "SYSLOG_FACILITY=2\nSYSLOG_IDENTIFIER=postfix/smtp\nSYSLOG_PID=4711\n_PID=1\n";

  TempDir dir;
  const std::string journal = dir / "journal";
  const std::string state = dir / "cursor";
  int second = 0;
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::string> entries, messages, complaints;
  std::atomic<int> saves = 0;
  std::unique_ptr<JournalFollower> follower;
};

using Texts = std::vector<std::string>;

TEST_F(JournalFollowerTest, BeginsAtTheTailAndHandsOnMailAlone) {
  Write({"the past"});
  Start();
  Write({"a cron job"}, "SYSLOG_FACILITY=9\nSYSLOG_IDENTIFIER=cron\n");
  Write({"first"});
  Write({"second"}, "SYSLOG_FACILITY=2\nSYSLOG_IDENTIFIER=sm-mta\n_PID=815\n");
  Write({"third"}, "SYSLOG_FACILITY=2\n");
  WaitFor(3);
  follower.reset();
  EXPECT_EQ(messages, (Texts{"first", "second", "third"}));
  EXPECT_EQ(entries, (Texts{ToString(kNow + seconds(3)) + " postfix/smtp[4711]",
                            ToString(kNow + seconds(4)) + " sm-mta[815]",
                            ToString(kNow + seconds(5)) + " []"}));
  EXPECT_TRUE(complaints.empty());
}

TEST_F(JournalFollowerTest, GoesOnWhereItStopped) {
  Write({"the past"});
  Start();
  Write({"one", "two"});
  WaitFor(2);
  follower.reset();
  EXPECT_GE(saves, 1);
  Write({"three"});
  Start();
  Write({"four"});
  WaitFor(4);
  follower.reset();
  Start();
  follower.reset();
  EXPECT_EQ(messages, (Texts{"one", "two", "three", "four"}));
  EXPECT_TRUE(complaints.empty());
}

TEST_F(JournalFollowerTest, WithoutAnyMailItBeginsWithTheFirst) {
  Write({"a cron job"}, "SYSLOG_FACILITY=9\n");
  Start();
  follower.reset();
  Write({"one"});
  Start();
  Write({"two"});
  WaitFor(2);
  follower.reset();
  EXPECT_EQ(messages, (Texts{"one", "two"}));
}

TEST_F(JournalFollowerTest, ANewJournalFileIsNoticed) {
  Write({"the past"});
  Start();
  Write({"one"});
  WaitFor(1);
  std::filesystem::rename(journal + "/system.journal", journal + "/system@1.journal");
  Write({"two"});
  WaitFor(2);
  std::filesystem::remove(journal + "/system@1.journal");
  Write({"three"});
  WaitFor(3);
  follower.reset();
  EXPECT_EQ(messages, (Texts{"one", "two", "three"}));
  EXPECT_TRUE(complaints.empty());
}

TEST_F(JournalFollowerTest, AVacuumedJournalIsFollowedFromItsEndWithOneComplaint) {
  Write({"the past"});
  Start();
  Write({"one"});
  WaitFor(1);
  follower.reset();
  std::filesystem::remove(journal + "/system.journal");
  Write({"unseen"});
  Start();
  Write({"two"});
  WaitFor(2);
  follower.reset();
  EXPECT_EQ(messages, (Texts{"one", "two"}));
  ASSERT_EQ(complaints.size(), 1u);
  EXPECT_NE(complaints[0].find("gone"), std::string::npos) << complaints[0];
}

TEST_F(JournalFollowerTest, ADamagedCursorIsAsNone) {
  Write({"the past"});
  for (const char* bad : {"", "no cursor", "tlswarden journal cursor 1\nnonsense\n",
                          "tlswarden journal cursor 1\na\nb\n", "tlswarden journal cursor 1\n"}) {
    complaints.clear();
    std::ofstream(state) << bad;
    Start();
    follower.reset();
    EXPECT_EQ(complaints.size(), 1u) << bad;
  }
  EXPECT_TRUE(messages.empty());
}

TEST_F(JournalFollowerTest, LongAndBinaryMessages) {
  Write({"the past"});
  Start();
  const std::string binary("\x01\xff\0\n\x80 b", 7);
  // The journal compresses the repeated one, which is another way through libsystemd.
  std::string random;
  for (unsigned i = 0; random.size() < 40000; ++i) random += std::to_string(i * 2654435761u);
  Write({std::string(100000, 'x'), random, binary});
  WaitFor(3);
  follower->Stop();
  const FollowedCounts counts = follower->counts();
  EXPECT_EQ(messages,
            (Texts{std::string(kMostLogLine, 'x'), random.substr(0, kMostLogLine), binary}));
  EXPECT_EQ(counts.long_lines, 2u);
}

TEST_F(JournalFollowerTest, ManyEntriesComeInOrder) {
  Write({"the past"});
  Start();
  Texts expected;
  for (int i = 0; i < 2000; ++i) expected.push_back("entry " + std::to_string(i));
  Write(expected);
  WaitFor(2000);
  follower.reset();
  EXPECT_EQ(messages, expected);
}

TEST(JournalOpenTest, WithoutAJournalItSaysSo) {
  const TempDir dir;
  const auto open = [](const std::string& directory) {
    return JournalFollower::Open({"", directory, milliseconds(1000)}, [](const JournalEntry&) {},
                                 {nullptr, [](const std::string&) {}})
        .error();
  };
  EXPECT_NE(open(dir / "").find("no journal file can be read"), std::string::npos);
  EXPECT_NE(open(dir / "missing").find("No such file"), std::string::npos);
}

}  // namespace
}  // namespace tlswarden
