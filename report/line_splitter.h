// LineSplitter: lines out of blocks of octets that are cut anywhere.
//
// Pure. Holds one unfinished line, bounded; complete ones are handed on where they lie, uncopied.
#ifndef TLSWARDEN_REPORT_LINE_SPLITTER_H_
#define TLSWARDEN_REPORT_LINE_SPLITTER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "report/log_source.h"

namespace tlswarden {

// A line without its newline, valid during the call. Any octets; never more than kMostLogLine.
using LineSink = std::function<void(std::string_view)>;

class LineSplitter {
 public:
  explicit LineSplitter(LineSink sink) : sink_(std::move(sink)) {}

  // NULs at a line's begin are skipped: where a file was truncated under a writer that doesn't
  // append, they fill the hole before its next line. An empty line is handed on like others.
  void Feed(std::string_view block);

  // Octets since the last line's end: what a reader that starts anew has to read again.
  std::uint64_t unfinished() const { return unfinished_; }

  // Hands on the unfinished line, if any, as it is. What still comes of it isn't handed on.
  void GiveUp();

  // Forgets the unfinished line. With `inside` the next octets belong to a line whose begin wasn't
  // seen: they are dropped up to its newline.
  void Reset(bool inside);

  std::uint64_t lines() const { return lines_; }
  std::uint64_t long_lines() const { return long_lines_; }

 private:
  void Keep(std::string_view part);
  void HandOn(std::string_view line);

  const LineSink sink_;
  std::string kept_;              // the unfinished line's first octets
  std::uint64_t unfinished_ = 0;  // of it, with those that were dropped
  bool skipping_ = false;         // up to the next newline
  bool is_cut_ = false;           // the unfinished line is longer than what is kept
  std::uint64_t lines_ = 0;
  std::uint64_t long_lines_ = 0;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_LINE_SPLITTER_H_
