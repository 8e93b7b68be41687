// LogFile: one open file of a log, how far it was read, and where its brothers are: what logrotate
// made of it.
//
// For one thread at a time. An open file keeps its inode from being used again.
#ifndef TLSWARDEN_REPORT_LOG_FILE_H_
#define TLSWARDEN_REPORT_LOG_FILE_H_

#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/result.h"
#include "report/log_position.h"

namespace tlswarden {

struct FileId {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  bool operator==(const FileId&) const = default;
};

FileId IdOf(const struct stat& status);

struct OpenFailure {
  std::string text;         // with the path
  bool is_missing = false;  // nothing is there
};

class LogFile {
 public:
  // Begins at offset 0. Error: errno's text, or what it is instead of a file. A FIFO isn't touched:
  // opening it would wake its writer.
  static Result<LogFile, OpenFailure> Open(const std::string& path);

  LogFile(LogFile&& other) noexcept;
  LogFile& operator=(LogFile&& other) noexcept;
  ~LogFile();

  FileId id() const { return id_; }
  std::uint64_t offset() const { return offset_; }
  std::string_view head() const { return head_; }

  struct stat Status() const;
  std::uint64_t Size() const { return static_cast<std::uint64_t>(Status().st_size); }

  // Goes to `offset`, which lies within the file, and reads the head up to there. Returns whether
  // a line begins there.
  bool GoTo(std::uint64_t offset);

  struct Block {
    std::string_view octets;  // empty: nothing more, just now
    bool is_cut = false;      // the file isn't what was read before: shorter, or begins otherwise
    int error = 0;            // errno
  };
  // The next octets, as many as `buffer` takes. What was cut meanwhile gives no octets.
  Block Read(std::span<char> buffer);

  // Whether the file begins with these octets.
  bool BeginsWith(std::string_view head) const;
  bool BeginsWith(std::uint64_t octets, std::uint64_t fingerprint) const;
  // Whether `text` begins with what the file begins with: the file may be shorter.
  bool IsBeginOf(std::string_view text) const;

 private:
  LogFile(int file, FileId id) : file_(file), id_(id) {}
  std::string FirstOctets(std::size_t octets) const;

  int file_ = -1;
  FileId id_;
  std::uint64_t offset_ = 0;
  std::string head_;  // what was read, up to kMostLogHead
};

// A rotated file of the log PATH: PATH.N or PATH-DATE in the same directory, with digits (and, in
// dates, '-' or '_') after the dot or dash. Compressed ones aren't such.
struct RotatedFile {
  std::string path{};
  FileId id{};
  std::uint64_t size = 0;
  timespec written{};  // by the last write
};

// From the one written first to the one written last; of those written at the same time the higher
// number, or the earlier date, first. Files that are at `log` itself are left out. At most 1,000.
std::vector<RotatedFile> RotatedFiles(const std::string& log);

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_LOG_FILE_H_
