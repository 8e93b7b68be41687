#include "report/log_follower.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <condition_variable>
#include <map>
#include <memory>
#include <set>

#include "tests/unit/report/log_files.h"

namespace tlswarden {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class FileFollowerTest : public testing::Test {
 protected:
  FileFollowerOptions Options() {
    return {files.log, state, milliseconds(1000), {seconds(5), milliseconds(200), seconds(10)}};
  }
  Result<std::unique_ptr<FileFollower>> Open() {
    return FileFollower::Open(Options(),
                              [this](std::string_view line) {
                                const std::lock_guard lock(mutex);
                                lines.emplace_back(line);
                                changed.notify_all();
                              },
                              {[this] { saved_after = counted(); },
                               [this](const std::string& what) {
                                 const std::lock_guard lock(mutex);
                                 complaints.push_back(what);
                                 changed.notify_all();
                               }});
  }
  void Start() {
    Result<std::unique_ptr<FileFollower>> opened = Open();
    ASSERT_TRUE(opened.ok()) << opened.error();
    follower = std::move(opened).value();
  }
  std::size_t counted() {
    const std::lock_guard lock(mutex);
    return lines.size();
  }
  void WaitFor(std::size_t count) {
    std::unique_lock lock(mutex);
    EXPECT_TRUE(changed.wait_for(lock, seconds(20), [&] { return lines.size() >= count; }))
        << lines.size();
  }
  // Compared by number first: a difference of ten thousand lines helps nobody.
  void ExpectLines(int first, int end) {
    const std::lock_guard lock(mutex);
    const std::vector<std::string> expected = NumberedLines(first, end);
    ASSERT_EQ(lines.size(), expected.size());
    const auto [got, wanted] = std::mismatch(lines.begin(), lines.end(), expected.begin());
    EXPECT_TRUE(got == lines.end()) << *got << " instead of " << *wanted;
  }

  // Until the place at the log's end is saved.
  void WaitUntilSaved() {
    const auto is_saved = [&] {
      const auto text = StateKeeper(state, {}).Load();
      if (!text || !*text) return false;
      const auto position = ParseLogPosition(**text);
      struct stat status {};
      return position && stat(files.log.c_str(), &status) == 0 &&
             position->inode == status.st_ino &&
             position->offset == static_cast<std::uint64_t>(status.st_size);
    };
    for (int i = 0; i < 2000 && !is_saved(); ++i) std::this_thread::sleep_for(milliseconds(10));
    EXPECT_TRUE(is_saved());
  }

  LogFiles files;
  const std::string state = files.dir / "place";
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::string> lines;
  std::vector<std::string> complaints;
  std::atomic<std::size_t> saved_after = 0;
  std::unique_ptr<FileFollower> follower;
};

TEST_F(FileFollowerTest, HandsOnWithinMomentsAndSavesWithinASecond) {
  files.WriteLines(10);
  Start();
  files.WriteLines(10);
  const auto begin = std::chrono::steady_clock::now();
  WaitFor(10);
  WaitUntilSaved();
  // A second until it is due, one that an idle follower sleeps; the rest is for a busy machine.
  EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds(6));
  EXPECT_EQ(saved_after, 10u) << "the hook is called after the lines are handed on";
  EXPECT_EQ(follower->counts().lines, 10u);
  ExpectLines(10, 20);
}

TEST_F(FileFollowerTest, NothingTwiceAfterStop) {
  files.WriteLines(10);
  for (int i = 0; i < 5; ++i) {
    Start();
    files.WriteLines(1000);
    if (i % 2 == 0) WaitFor(1);
    if (i == 3) files.Rotate();
    follower->Stop();
    follower->Stop();
  }
  Start();
  files.WriteLines(1);
  WaitFor(5001);
  follower.reset();
  ExpectLines(10, 5011);
}

TEST_F(FileFollowerTest, RenameAndCreateUnderAFastWriter) {
  files.Create();
  Start();
  for (int i = 0; i < 40; ++i) {
    for (int k = 0; k < 50; ++k) files.WriteLines(20);
    files.Rotate();
    if (i % 10 == 9) std::this_thread::sleep_for(milliseconds(500));
  }
  files.WriteLines(1);
  WaitFor(40001);
  follower.reset();
  ExpectLines(0, 40001);
  EXPECT_TRUE(complaints.empty());
}

// The writer waits while logrotate copies and truncates: else what it writes in between is lost.
TEST_F(FileFollowerTest, CopyTruncateUnderAFastWriter) {
  files.WriteLines(10);
  Start();
  for (int i = 0; i < 20; ++i) {
    for (int k = 0; k < 50; ++k) files.WriteLines(20);
    files.CopyTruncate();
    files.WriteLines(5);
    std::this_thread::sleep_for(milliseconds(60));
  }
  WaitFor(20100);
  follower.reset();
  ExpectLines(10, 20110);
}

TEST_F(FileFollowerTest, RestartsBetweenRotations) {
  files.Create();
  for (int i = 0; i < 20; ++i) {
    Start();
    for (int k = 0; k < 20; ++k) files.WriteLines(10);
    if (i % 3 != 0) files.Rotate();
    for (int k = 0; k < 20; ++k) files.WriteLines(10);
    follower.reset();
    if (i % 3 != 1) files.Rotate();
    files.WriteLines(10);
  }
  Start();
  WaitFor(20 * 410);
  follower.reset();
  ExpectLines(0, 20 * 410);
  EXPECT_TRUE(complaints.empty());
}

// A child that follows and writes each line's number to a pipe; what came through was handed on.
class Child {
 public:
  explicit Child(const FileFollowerOptions& options) {
    int ends[2];
    if (pipe(ends) != 0) return;
    pid_ = fork();
    if (pid_ != 0) {
      close(ends[1]);
      read_ = ends[0];
      return;
    }
    const auto hand_on = [to = ends[1]](std::string_view line) {
      const int number = std::atoi(std::string(line.substr(line.size() - 8)).c_str());
      if (write(to, &number, sizeof number) < 0) _exit(2);
    };
    const auto follower = FileFollower::Open(options, hand_on, {[] {}, [](const std::string&) {}});
    if (!follower) _exit(1);
    const int ready = -1;
    if (write(ends[1], &ready, sizeof ready) < 0) _exit(2);
    while (true) pause();
  }
  ~Child() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    close(read_);
  }
  // The next number; -1: it is ready.
  int Next() const {
    int number = -2;
    EXPECT_EQ(read(read_, &number, sizeof number), static_cast<ssize_t>(sizeof number));
    return number;
  }
  // All that it handed on before its end.
  std::vector<int> KillAndDrain() const {
    kill(pid_, SIGKILL);
    std::vector<int> numbers;
    int number = 0;
    while (read(read_, &number, sizeof number) == static_cast<ssize_t>(sizeof number)) {
      numbers.push_back(number);
    }
    return numbers;
  }

 private:
  pid_t pid_ = -1;
  int read_ = -1;
};

// Nothing is lost; what comes twice was handed on after the last save, some two seconds ago at
// most: one until the next save is due, one that an idle follower sleeps.
TEST_F(FileFollowerTest, KilledItLosesNothingAndRepeatsLittle) {
  files.WriteLines(10);
  std::map<int, int> times;
  int killed_at = 10;
  for (int round = 0; round < 4; ++round) {
    const Child child(Options());
    // Lines may come before it says that it is ready.
    bool is_ready = false;
    const auto take = [&](int number) {
      if (number < 0)
        is_ready = true;
      else
        ++times[number];
    };
    while (!is_ready) take(child.Next());
    files.WriteLines(300);
    if (round % 2 == 1) {
      files.Rotate();
      files.WriteLines(10);
    }
    WaitUntilSaved();
    killed_at = files.written();
    files.WriteLines(300);
    std::this_thread::sleep_for(milliseconds(100));
    for (const int number : child.KillAndDrain()) take(number);
    for (int i = 10; i < killed_at; ++i) ASSERT_GE(times[i], 1) << i << " in round " << round;
  }
  Start();
  files.WriteLines(1);
  {
    std::unique_lock lock(mutex);
    EXPECT_TRUE(changed.wait_for(lock, seconds(20), [&] {
      return !lines.empty() && lines.back() == Numbered(files.written() - 1);
    }));
  }
  follower.reset();
  for (const std::string& line : lines) ++times[std::atoi(line.substr(line.size() - 8).c_str())];
  int twice = 0;
  for (int i = 10; i < files.written(); ++i) {
    ASSERT_GE(times[i], 1) << i;
    ASSERT_LE(times[i], 2) << i;
    twice += times[i] - 1;
  }
  EXPECT_LE(twice, 4 * 300) << "only what was written in the moments before each kill";
}

TEST_F(FileFollowerTest, AStatePathThatCannotBeWrittenIsComplainedOfOnceAndItGoesOn) {
  files.WriteLines(10);
  std::filesystem::create_directory(state);
  Start();
  for (int i = 0; i < 3; ++i) {
    files.WriteLines(10);
    WaitFor(10u * static_cast<unsigned>(i + 1));
    std::this_thread::sleep_for(milliseconds(1100));
  }
  follower.reset();
  ExpectLines(10, 40);
  // One for reading it, one for writing it.
  EXPECT_EQ(complaints.size(), 2u);
}

// No inotify watch can be set on what isn't there: this is found by looking each second.
TEST_F(FileFollowerTest, ADirectoryThatAppearsLater) {
  const std::string folder = files.dir / "later";
  FileFollowerOptions options = Options();
  options.path = folder + "/mail.log";
  std::atomic<int> seen = 0;
  const auto opened = FileFollower::Open(options, [&](std::string_view) { ++seen; },
                                         {nullptr, [](const std::string&) {}});
  ASSERT_TRUE(opened.ok());
  std::this_thread::sleep_for(milliseconds(100));
  std::filesystem::create_directory(folder);
  std::ofstream(options.path) << "one\ntwo\n";
  for (int i = 0; i < 2000 && seen < 2; ++i) std::this_thread::sleep_for(milliseconds(10));
  EXPECT_EQ(seen, 2);
}

TEST_F(FileFollowerTest, WhatIsNoLogFileIsAnErrorAtOpen) {
  std::filesystem::create_directory(files.log);
  EXPECT_NE(Open().error().find("is a directory"), std::string::npos);
  std::filesystem::remove(files.log);
  ASSERT_EQ(mkfifo(files.log.c_str(), 0644), 0);
  EXPECT_NE(Open().error().find("is a FIFO"), std::string::npos);
  std::filesystem::remove(files.log);
  std::filesystem::create_symlink(files.log, files.log);
  EXPECT_NE(Open().error().find(files.log), std::string::npos);
}

TEST_F(FileFollowerTest, ADamagedOrForeignPlaceIsAsNone) {
  files.WriteLines(10);
  std::ofstream(state) << "no position";
  Start();
  files.WriteLines(10);
  WaitFor(10);
  follower.reset();
  ExpectLines(10, 20);
  EXPECT_EQ(complaints.size(), 1u);

  complaints.clear();
  LogPosition other = ParseLogPosition(StateKeeper(state, {}).Load().value().value()).value();
  other.path = "/var/log/other";
  other.offset = other.head_octets = 0;
  other.fingerprint = Fingerprint("");
  std::ofstream(state) << ToText(other);
  Start();
  files.WriteLines(10);
  WaitFor(20);
  follower.reset();
  ExpectLines(10, 30);
  EXPECT_TRUE(complaints.empty());
}

TEST_F(FileFollowerTest, ItsThreadAloneIsNice) {
  files.WriteLines(1);
  std::atomic<int> nice = -1;
  const auto hand_on = [&](std::string_view) {
    nice = getpriority(PRIO_PROCESS, static_cast<id_t>(gettid()));
  };
  const auto opened = FileFollower::Open(Options(), hand_on, {nullptr, [](const std::string&) {}});
  ASSERT_TRUE(opened.ok());
  const int own = getpriority(PRIO_PROCESS, 0);
  files.WriteLines(1);
  for (int i = 0; i < 200 && nice < 0; ++i) std::this_thread::sleep_for(milliseconds(10));
  EXPECT_GE(nice, 10);
  EXPECT_EQ(getpriority(PRIO_PROCESS, 0), own);
}

}  // namespace
}  // namespace tlswarden
