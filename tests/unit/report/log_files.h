// LogFiles: a mail log in a directory of its own, and all that befalls it.
#ifndef TLSWARDEN_TESTS_UNIT_REPORT_LOG_FILES_H_
#define TLSWARDEN_TESTS_UNIT_REPORT_LOG_FILES_H_

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/unit/cache/build.h"

namespace tlswarden {

inline std::string Numbered(int number) {
  char line[100];
  std::snprintf(line, sizeof line, "Nov 25 10:00:00 mx postfix/smtp[4711]: line %08d", number);
  return line;
}

class LogFiles {
 public:
  ~LogFiles() { Close(); }

  // Appends, as syslog's daemons do: to the file that was opened, whatever its name is now.
  void Write(std::string_view text) {
    if (file_ < 0) file_ = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    ASSERT_EQ(write(file_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  // Numbered lines, going on from those before.
  void WriteLines(int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += Numbered(written_++) + '\n';
    Write(text);
  }
  int written() const { return written_; }

  // The writer lets go of the file; the next Write opens the path anew.
  void Close() {
    if (file_ >= 0) close(file_);
    file_ = -1;
  }

  // PATH.1 to PATH.2 and so on, PATH to PATH.1, without a new file.
  void Shift(int kept = 50) {
    for (int i = kept; i > 0; --i) {
      std::rename(Rotated(i).c_str(), Rotated(i + 1).c_str());
    }
    std::rename(log.c_str(), Rotated(1).c_str());
  }
  void Create() { std::ofstream(log, std::ios::app); }
  // As logrotate does it, with a daemon that is told at once.
  void Rotate() {
    Shift();
    Create();
    Close();
  }
  void CopyTruncate(int kept = 50) {
    for (int i = kept; i > 0; --i) std::rename(Rotated(i).c_str(), Rotated(i + 1).c_str());
    std::filesystem::copy_file(log, Rotated(1));
    std::filesystem::resize_file(log, 0);
  }
  std::string Rotated(int number) const { return log + '.' + std::to_string(number); }

  TempDir dir;
  const std::string log = dir / "mail.log";

 private:
  int file_ = -1;
  int written_ = 0;
};

inline std::vector<std::string> NumberedLines(int first, int end) {
  std::vector<std::string> lines;
  for (int i = first; i < end; ++i) lines.push_back(Numbered(i));
  return lines;
}

}  // namespace tlswarden

#endif  // TLSWARDEN_TESTS_UNIT_REPORT_LOG_FILES_H_
