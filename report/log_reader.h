// LogReader: reads a log file's lines in the order they were written, through all that becomes of
// the file: renamed and made anew, copied and truncated, removed, edited.
//
// For one thread at a time; time is an argument. Holds one block and one unfinished line, whatever
// the size of the log.
//
// Rotated files are held open from the moment they are noticed, so that they may be compressed or
// removed before they are read. What came between two looks is found in the directory (PATH.1,
// PATH-20261125; not compressed ones), in the order of the files' last writes.
//
// Copytruncate: what was written between logrotate's copying and its truncating is in no file, and
// lost to everybody. What wasn't read before the truncation is read from the copy, which is known
// by its first octets; when it is compressed by then, it is lost too.
#ifndef TLSWARDEN_REPORT_LOG_READER_H_
#define TLSWARDEN_REPORT_LOG_READER_H_

#include <chrono>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "report/line_splitter.h"
#include "report/log_file.h"
#include "report/log_position.h"
#include "report/log_source.h"

namespace tlswarden {

struct LogPatience {
  // How long a line's end is waited for. After that the line is handed on without, and what still
  // comes of it is dropped.
  std::chrono::milliseconds newline{5000};
  // How long the writer may still write to a file that has a successor with content.
  std::chrono::milliseconds successor{1000};
  // How long a file may be missing, or unreadable, before somebody is told.
  std::chrono::milliseconds missing{10000};
};

class LogReader {
 public:
  using Clock = std::chrono::steady_clock;
  using Complain = std::function<void(const std::string&)>;

  LogReader(std::string path, LineSink line, Complain complain, LogPatience patience = {});

  // Goes to what was saved; without, to the file's end: the past isn't counted. What was saved for
  // a file that can't be found any more begins at the front of the present one. A file that isn't
  // there yet is waited for, with a complaint. Returns why it can't be followed at all.
  std::optional<std::string> Begin(const std::optional<LogPosition>& saved);

  // Reads a block and hands on its lines. False: nothing more, just now.
  bool Pass(Clock::time_point now);

  // After the last line that was handed on.
  LogPosition position() const;
  FollowedCounts counts() const;

 private:
  struct Followed {
    LogFile file;
    bool at_line = true;   // a line begins where it begins to be read
    bool is_copy = false;  // nobody writes to it
  };

  bool Look(Clock::time_point now);
  bool ReadFront(Clock::time_point now);
  bool CanLeaveFront(Clock::time_point now) const;
  void LeaveFront();
  void AfterCut();
  std::optional<Followed> FindAgain(const LogPosition& position) const;
  struct Later {
    std::vector<Followed> files;
    bool is_all = true;
  };
  Later WrittenAfter(const LogFile& file, const LogFile* before = nullptr);
  bool TakeLaterCopies(std::string_view begin);
  bool IsOpen(FileId id) const;
  LogPosition PositionIn(const LogFile& file, std::uint64_t offset) const;
  void Follow(Followed followed);

  const std::string path_;
  const Complain complain_;
  const LogPatience patience_;
  LineSplitter splitter_;
  std::vector<char> buffer_;
  std::deque<Followed> files_;       // in the order of writing; the first is read
  std::optional<LogPosition> left_;  // the file that was read to its end before the first
  std::optional<LogFile> last_;      // likewise, as long as nothing was read of the first
  FollowedCounts counts_;
  Clock::time_point grown_{};  // when the first gave octets
  std::optional<Clock::time_point> missing_since_;
  std::string problem_;  // of this pass
  bool complained_ = false;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_LOG_READER_H_
