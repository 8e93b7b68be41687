#include "report/log_reader.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <memory>

#include "tests/unit/report/log_files.h"

namespace tlswarden {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Lines = std::vector<std::string>;

class LogReaderTest : public testing::Test {
 protected:
  void Begin(const std::optional<LogPosition>& saved = std::nullopt) {
    reader = std::make_unique<LogReader>(
        files.log, [this](std::string_view line) { lines.emplace_back(line); },
        [this](const std::string& what) { complaints.push_back(what); });
    EXPECT_EQ(reader->Begin(saved), std::nullopt);
  }
  // As after a stop, through the text that is saved.
  void Restart() {
    const std::optional<LogPosition> saved = ParseLogPosition(ToText(reader->position()));
    ASSERT_TRUE(saved);
    Begin(saved);
  }
  // All there is, then what is left after all waiting.
  void Read(seconds later = seconds(3)) {
    for (const seconds wait : {seconds(0), later}) {
      now += wait;
      while (reader->Pass(now)) {
      }
    }
  }
  void ExpectLines(int first, int end) { EXPECT_EQ(lines, NumberedLines(first, end)); }

  LogFiles files;
  Lines lines;
  Lines complaints;
  std::unique_ptr<LogReader> reader;
  LogReader::Clock::time_point now{std::chrono::hours(1)};
};

TEST_F(LogReaderTest, BeginsAtTheEndAndHandsOnWhatIsNew) {
  files.WriteLines(10);
  Begin();
  Read();
  EXPECT_TRUE(lines.empty());
  files.WriteLines(5);
  Read();
  ExpectLines(10, 15);
  EXPECT_EQ(reader->counts().lines, 5u);
  EXPECT_TRUE(complaints.empty());
}

TEST_F(LogReaderTest, ALineThatWasHalfThereAtTheBeginIsThePast) {
  files.Write("a line that is being wri");
  Begin();
  files.Write("tten\n");
  files.WriteLines(1);
  Read();
  ExpectLines(0, 1);
}

TEST_F(LogReaderTest, GoesOnWhereItStopped) {
  files.WriteLines(10);
  Begin();
  files.WriteLines(10);
  files.Write("unfini");
  Read(seconds(0));
  Restart();
  files.Write("shed\n");
  files.WriteLines(10);
  Read();
  Lines expected = NumberedLines(10, 20);
  expected.push_back("unfinished");
  for (const std::string& line : NumberedLines(20, 30)) expected.push_back(line);
  EXPECT_EQ(lines, expected);
}

TEST_F(LogReaderTest, RenameAndCreateWithALateWriter) {
  files.WriteLines(10);
  Begin();
  files.Shift();
  files.WriteLines(10);  // to the renamed file
  Read();
  files.Create();
  files.WriteLines(10);
  Read();
  ExpectLines(10, 30);
  files.Close();
  files.WriteLines(10);
  Read();
  ExpectLines(10, 40);
  EXPECT_EQ(reader->counts().files, 1u);
  EXPECT_TRUE(complaints.empty());
}

TEST_F(LogReaderTest, RotationsThatNobodySaw) {
  files.WriteLines(10);
  Begin();
  for (int i = 0; i < 5; ++i) {
    files.WriteLines(10);
    files.Rotate();
  }
  files.WriteLines(10);
  Read();
  ExpectLines(10, 70);
}

// More than are held open at once.
TEST_F(LogReaderTest, FortyRotationsThatNobodySaw) {
  files.Create();
  Begin();
  for (int i = 0; i < 40; ++i) {
    files.WriteLines(10);
    files.Rotate();
  }
  files.WriteLines(10);
  Read();
  ExpectLines(0, 410);
}

TEST_F(LogReaderTest, DatesAsNames) {
  files.WriteLines(10);
  Begin();
  for (const char* date : {"-20261123", "-20261124", "-20261125-1764028800"}) {
    files.WriteLines(10);
    std::filesystem::rename(files.log, files.log + date);
    files.Close();
  }
  std::ofstream(files.log + ".bak") << "not a rotated file\n";
  std::ofstream(files.log + ".1.gz") << "not a rotated file\n";
  std::ofstream(files.log + "-old.1") << "not a rotated file\n";
  files.WriteLines(10);
  Read();
  ExpectLines(10, 50);
}

TEST_F(LogReaderTest, ARestartFinishesTheRotatedFilesFirst) {
  files.WriteLines(10);
  Begin();
  files.WriteLines(10);
  Read();
  files.WriteLines(10);
  for (int i = 0; i < 3; ++i) {
    files.Rotate();
    files.WriteLines(10);
  }
  Restart();
  Read();
  ExpectLines(10, 60);
  EXPECT_TRUE(complaints.empty());
}

TEST_F(LogReaderTest, WhatIsHeldOpenMayBeRemoved) {
  files.WriteLines(10);
  Begin();
  files.WriteLines(1000);
  files.Rotate();
  files.WriteLines(10);
  reader->Pass(now);
  files.Rotate();
  std::filesystem::remove(files.Rotated(2));
  files.WriteLines(10);
  reader->Pass(now);
  std::filesystem::remove(files.Rotated(1));
  Read();
  ExpectLines(10, 1030);
}

TEST_F(LogReaderTest, AFileThatIsGoneAfterARestartIsComplainedOf) {
  files.WriteLines(10);
  Begin();
  files.WriteLines(10);
  Read();
  files.WriteLines(10);
  files.Rotate();
  std::filesystem::remove(files.Rotated(1));
  files.WriteLines(10);
  Restart();
  Read();
  Lines expected = NumberedLines(10, 20);
  for (const std::string& line : NumberedLines(30, 40)) expected.push_back(line);
  EXPECT_EQ(lines, expected);
  EXPECT_EQ(complaints.size(), 1u);
}

TEST_F(LogReaderTest, CopyTruncateWithNothingUnread) {
  files.WriteLines(10);
  Begin();
  files.WriteLines(10);
  Read();
  files.CopyTruncate();
  Read();
  files.WriteLines(10);
  Read();
  ExpectLines(10, 30);
  EXPECT_EQ(reader->counts().cuts, 1u);
}

TEST_F(LogReaderTest, CopyTruncateTwiceReadsTheCopies) {
  files.WriteLines(10);
  Begin();
  files.WriteLines(5);
  Read();
  files.WriteLines(10);
  files.CopyTruncate();
  files.WriteLines(100);  // longer than what was there: the size alone doesn't tell
  files.CopyTruncate();
  files.WriteLines(50);
  Read();
  ExpectLines(10, 175);
}

// Before anything was read of what came after the first.
TEST_F(LogReaderTest, CopyTruncateAgainWhileTheCopyIsRead) {
  for (const bool restarts : {false, true}) {
    for (int passes = 1; passes < 6; ++passes) {
      files.WriteLines(20);
      lines.clear();
      Begin();
      const int first = files.written();
      files.WriteLines(10);
      Read();
      files.WriteLines(10);
      files.CopyTruncate();
      for (int i = 0; i < passes; ++i) reader->Pass(now);
      files.WriteLines(10);
      files.CopyTruncate();
      if (restarts) Restart();
      for (int i = 0; i < passes; ++i) reader->Pass(now);
      files.WriteLines(10);
      files.CopyTruncate();
      files.WriteLines(10);
      Read();
      ASSERT_EQ(lines, NumberedLines(first, files.written())) << restarts << passes;
      EXPECT_TRUE(complaints.empty());
    }
  }
}

// logrotate has copied, and not truncated yet.
TEST_F(LogReaderTest, ACopyInTheMakingIsNotReadTwice) {
  files.WriteLines(20);
  Begin();
  files.WriteLines(10);
  Read();
  files.CopyTruncate();
  files.WriteLines(10);
  std::filesystem::rename(files.Rotated(1), files.Rotated(2));
  std::filesystem::copy_file(files.log, files.Rotated(1));
  Read();
  std::filesystem::resize_file(files.log, 0);
  files.WriteLines(10);
  Read();
  ExpectLines(20, 50);
}

TEST_F(LogReaderTest, CopyTruncateWhileStopped) {
  files.WriteLines(10);
  Begin();
  files.WriteLines(10);
  Read();
  files.WriteLines(10);
  files.CopyTruncate();
  files.WriteLines(100);
  Restart();
  Read();
  ExpectLines(10, 130);
  EXPECT_TRUE(complaints.empty());
}

TEST_F(LogReaderTest, ACutFileWithoutACopyBeginsAnew) {
  files.WriteLines(10);
  Begin();
  files.WriteLines(10);
  Read();
  for (const int count : {1, 100}) {
    std::filesystem::resize_file(files.log, 0);
    files.WriteLines(count);
    Read();
  }
  ExpectLines(10, 121);
  EXPECT_EQ(reader->counts().cuts, 2u);
}

TEST_F(LogReaderTest, AFileThatLosesItsEndHoldsNothingNew) {
  files.WriteLines(100);
  Begin();
  std::filesystem::resize_file(files.log, 70 * (Numbered(0).size() + 1));
  Read();
  files.WriteLines(10);
  Read();
  ExpectLines(100, 110);
}

TEST_F(LogReaderTest, AnEditedFileIsNotReadAgain) {
  files.WriteLines(100);
  Begin();
  files.WriteLines(10);
  Read();
  std::filesystem::copy_file(files.log, files.dir / "edited");
  std::filesystem::rename(files.dir / "edited", files.log);
  files.Close();
  Read();
  files.WriteLines(10);
  Read();
  ExpectLines(100, 120);
}

TEST_F(LogReaderTest, ARotatedFileThatIsRenamedBackIsNotReadAgain) {
  files.WriteLines(10);
  Begin();
  files.WriteLines(10);
  files.Rotate();
  files.WriteLines(10);
  Read();
  std::filesystem::rename(files.Rotated(1), files.log);
  files.Close();
  files.WriteLines(10);
  Read();
  ExpectLines(10, 40);
}

// A writer that doesn't append leaves a hole where it was truncated.
TEST_F(LogReaderTest, AHoleIsPassedOver) {
  files.WriteLines(1000);
  Begin();
  std::filesystem::resize_file(files.log, 0);
  std::filesystem::resize_file(files.log, 3 << 20);
  files.WriteLines(10);
  Read();
  ExpectLines(1000, 1010);
}

// The inode of a removed file is given to the next one, on most file systems.
TEST_F(LogReaderTest, AnotherFileWithTheSameInodeIsReadFromItsBegin) {
  files.WriteLines(50);
  Begin();
  files.WriteLines(50);
  Read();
  LogPosition saved = reader->position();
  reader.reset();
  files.Close();
  std::filesystem::remove(files.log);
  files.WriteLines(200);
  struct stat status {};
  ASSERT_EQ(stat(files.log.c_str(), &status), 0);
  saved.inode = status.st_ino;
  Begin(saved);
  Read();
  ExpectLines(50, 300);
}

// Device numbers of some file systems change when the machine is started anew.
TEST_F(LogReaderTest, AnotherDeviceNumberIsNoOtherFile) {
  files.WriteLines(50);
  Begin();
  LogPosition saved = reader->position();
  saved.device += 1;
  files.WriteLines(5);
  Begin(saved);
  Read();
  ExpectLines(50, 55);
}

TEST_F(LogReaderTest, APartialLineIsHandedOnAfterAWhileAndItsRestIsDropped) {
  files.WriteLines(1);
  Begin();
  files.Write("half");
  Read(seconds(2));
  EXPECT_TRUE(lines.empty());
  Read(seconds(4));
  EXPECT_EQ(lines, Lines{"half"});
  Restart();
  files.Write(" a line\n");
  files.WriteLines(1);
  Read();
  EXPECT_EQ(lines, (Lines{"half", Numbered(1)}));
}

TEST_F(LogReaderTest, TheLastLineOfARotatedFileMayLackItsEnd) {
  files.WriteLines(1);
  Begin();
  files.Write("half");
  files.Rotate();
  files.WriteLines(1);
  Read();
  EXPECT_EQ(lines, (Lines{"half", Numbered(1)}));
}

TEST_F(LogReaderTest, AFileThatAppearsLaterIsReadFromItsBegin) {
  Begin();
  EXPECT_EQ(complaints.size(), 1u);
  Read(seconds(60));
  Restart();
  files.WriteLines(10);
  Read();
  ExpectLines(0, 10);
}

TEST_F(LogReaderTest, MissingForAWhile) {
  files.WriteLines(10);
  Begin();
  files.WriteLines(10);
  std::filesystem::remove(files.log);
  files.Close();
  Read(seconds(5));
  EXPECT_TRUE(complaints.empty()) << "rotations take a moment";
  Read(seconds(10));
  Read(seconds(10));
  EXPECT_EQ(complaints.size(), 1u);
  files.WriteLines(10);
  Read();
  ExpectLines(10, 30);
  std::filesystem::remove(files.log);
  Read();
  Read(seconds(20));
  EXPECT_EQ(complaints.size(), 2u) << "it was well in between";
}

TEST_F(LogReaderTest, TheDirectoryVanishes) {
  files.WriteLines(10);
  Begin();
  files.WriteLines(10);
  std::filesystem::remove_all(files.dir / "");
  files.Close();
  Read(seconds(20));
  ExpectLines(10, 20);
  EXPECT_EQ(complaints.size(), 1u);
  std::filesystem::create_directory(files.dir / "");
  files.WriteLines(10);
  Read();
  ExpectLines(10, 30);
}

TEST_F(LogReaderTest, SomethingElseInItsPlaceIsComplainedOfOnce) {
  files.WriteLines(10);
  Begin();
  for (const bool is_fifo : {true, false}) {
    complaints.clear();
    std::filesystem::remove(files.log);
    files.Close();
    if (is_fifo) {
      ASSERT_EQ(mkfifo(files.log.c_str(), 0644), 0);
    } else {
      std::filesystem::create_directory(files.log);
    }
    Read(seconds(20));
    Read(seconds(20));
    ASSERT_EQ(complaints.size(), 1u);
    EXPECT_NE(complaints[0].find(is_fifo ? "FIFO" : "directory"), std::string::npos);
    std::filesystem::remove(files.log);
    files.WriteLines(10);
    Read();
  }
  ExpectLines(10, 30);
}

TEST_F(LogReaderTest, LongAndBinaryLinesAndAnEmptyFile) {
  files.Create();
  Begin();
  const std::string binary("\x01\xff\0\x80 b", 6);
  files.Write(std::string(1000000, 'x') + '\n' + binary + "\n\n");
  Read();
  EXPECT_EQ(lines, (Lines{std::string(kMostLogLine, 'x'), binary, ""}));
  EXPECT_EQ(reader->counts().long_lines, 1u);
  EXPECT_EQ(reader->counts().octets, 1000009u);
}

}  // namespace
}  // namespace tlswarden
