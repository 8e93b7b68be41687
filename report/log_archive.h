// LogArchive: the lines of a log file and of those it was rotated to, the oldest first.
//
// Reads files, packed ones too; for one thread at a time. Bounded in memory.
#ifndef TLSWARDEN_REPORT_LOG_ARCHIVE_H_
#define TLSWARDEN_REPORT_LOG_ARCHIVE_H_

#include <zlib.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/result.h"

namespace tlswarden {

class LogArchive {
 public:
  // PATH.N.gz, PATH.N … PATH.1, PATH, as logrotate names them; what isn't there is passed over.
  // Errors: PATH itself can't be read.
  static Result<LogArchive> Open(const std::string& path);

  // The next line, without its end, until the next call; nothing: there is none. What is longer
  // than kMostArchiveLine is cut there.
  std::optional<std::string_view> Next();

 private:
  struct Close {
    void operator()(gzFile file) const { gzclose(file); }
  };
  explicit LogArchive(std::vector<std::string> files) : files_(std::move(files)) {}
  bool OpenNext();
  bool ReadBlock();
  bool TakeLine();

  std::vector<std::string> files_;  // the next one is the last
  std::unique_ptr<gzFile_s, Close> file_;
  std::string rest_;    // a block of the file
  std::size_t at_ = 0;  // of it, what is read
  std::string line_;
};

inline constexpr std::size_t kMostArchiveLine = 16384;
inline constexpr int kMostArchiveFiles = 100;

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_LOG_ARCHIVE_H_
