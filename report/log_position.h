// LogPosition: up to where a log was read, and how to know that file again.
//
// Pure. A file is known by its inode and by what it begins with: inodes are used again, and device
// numbers may change with a restart of the machine.
#ifndef TLSWARDEN_REPORT_LOG_POSITION_H_
#define TLSWARDEN_REPORT_LOG_POSITION_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tlswarden {

// Octets of a file's begin that are compared. Several lines: their times and process numbers are
// no other log's.
inline constexpr std::size_t kMostLogHead = 1024;
// With fewer, the begin alone doesn't show that two files are one.
inline constexpr std::size_t kLeastLogHead = 64;

struct LogPosition {
  std::string path;  // the log that was followed, not the name of a rotated file
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t offset = 0;       // octets, to the end of the last line that was handed on
  std::uint64_t head_octets = 0;  // at most kMostLogHead, at most `offset`
  std::uint64_t fingerprint = 0;  // of that many octets at the file's begin
  bool operator==(const LogPosition&) const = default;
};

// FNV-1a, 64 bits: the same in each version and on each machine.
std::uint64_t Fingerprint(std::string_view head);

// Lines of NAME=VALUE, for a file.
std::string ToText(const LogPosition& position);
// Nothing for any text that ToText doesn't make.
std::optional<LogPosition> ParseLogPosition(std::string_view text);

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_LOG_POSITION_H_
