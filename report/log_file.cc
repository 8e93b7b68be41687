#include "report/log_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace tlswarden {
namespace {

// pread that goes on after signals and short reads. Fewer octets than asked for: the end, or errno.
ssize_t ReadAt(int file, char* to, std::size_t octets, std::uint64_t offset) {
  std::size_t done = 0;
  while (done < octets) {
    const ssize_t got = pread(file, to + done, octets - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && done == 0) return -1;
    if (got <= 0) break;
    done += static_cast<std::size_t>(got);
  }
  return static_cast<ssize_t>(done);
}

// Why it can't be followed.
std::optional<std::string> NotAFile(const struct stat& status) {
  if (S_ISREG(status.st_mode)) return std::nullopt;
  if (S_ISDIR(status.st_mode)) return "is a directory, not a log file";
  if (S_ISFIFO(status.st_mode))
    return "is a FIFO, not a log file: its other reader would lose lines";
  return "isn't a regular file";
}

}  // namespace

FileId IdOf(const struct stat& status) { return {status.st_dev, status.st_ino}; }

Result<LogFile, OpenFailure> LogFile::Open(const std::string& path) {
  const auto failed = [&](const std::string& why) {
    const bool is_missing = errno == ENOENT || errno == ENOTDIR;
    return Error{OpenFailure{path + ": " + why, is_missing}};
  };
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return failed(std::strerror(errno));
  errno = 0;
  if (const auto why = NotAFile(status)) return failed(*why);
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (file < 0) return failed(std::strerror(errno));
  // It may be another one by now.
  LogFile opened(file, {});
  if (fstat(file, &status) != 0) return failed(std::strerror(errno));
  errno = 0;
  if (const auto why = NotAFile(status)) return failed(*why);
  opened.id_ = IdOf(status);
  return opened;
}

LogFile::LogFile(LogFile&& other) noexcept
    : file_(std::exchange(other.file_, -1)),
      id_(other.id_),
      offset_(other.offset_),
      head_(std::move(other.head_)) {}

LogFile& LogFile::operator=(LogFile&& other) noexcept {
  std::swap(file_, other.file_);
  id_ = other.id_;
  offset_ = other.offset_;
  head_ = std::move(other.head_);
  return *this;
}

LogFile::~LogFile() {
  if (file_ >= 0) close(file_);
}

struct stat LogFile::Status() const {
  struct stat status {};
  fstat(file_, &status);
  return status;
}

std::string LogFile::FirstOctets(std::size_t octets) const {
  std::string head(octets, '\0');
  const ssize_t got = ReadAt(file_, head.data(), octets, 0);
  head.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return head;
}

bool LogFile::BeginsWith(std::string_view head) const { return FirstOctets(head.size()) == head; }

bool LogFile::BeginsWith(std::uint64_t octets, std::uint64_t fingerprint) const {
  const std::string head = FirstOctets(std::min<std::uint64_t>(octets, kMostLogHead));
  return head.size() == octets && Fingerprint(head) == fingerprint;
}

bool LogFile::IsBeginOf(std::string_view text) const {
  return text.starts_with(FirstOctets(std::min(text.size(), kMostLogHead)));
}

bool LogFile::GoTo(std::uint64_t offset) {
  offset_ = offset;
  head_ = FirstOctets(std::min<std::uint64_t>(offset, kMostLogHead));
  if (offset == 0) return true;
  char before = '\0';
  return ReadAt(file_, &before, 1, offset - 1) == 1 && before == '\n';
}

LogFile::Block LogFile::Read(std::span<char> buffer) {
  const ssize_t got = ReadAt(file_, buffer.data(), buffer.size(), offset_);
  if (got < 0) return {{}, false, errno};
  // After the read: what was there before it may have been cut in between.
  if (Size() < offset_ + static_cast<std::size_t>(got) || !BeginsWith(head_)) return {{}, true, 0};
  const std::string_view octets(buffer.data(), static_cast<std::size_t>(got));
  if (offset_ == head_.size()) head_ += octets.substr(0, kMostLogHead - head_.size());
  offset_ += octets.size();
  return {octets, false, 0};
}

}  // namespace tlswarden
