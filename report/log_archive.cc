#include "report/log_archive.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace tlswarden {
namespace {

constexpr std::size_t kBlockOctets = 65536;

}  // namespace

Result<LogArchive> LogArchive::Open(const std::string& path) {
  if (access(path.c_str(), R_OK) != 0) return Error{path + ": " + std::strerror(errno)};
  std::vector<std::string> files{path};  // the newest first, and OpenNext begins at the end
  for (int number = 1; number <= kMostArchiveFiles; ++number) {
    const std::string rotated = path + "." + std::to_string(number);
    bool found = false;
    for (const std::string& name : {rotated, rotated + ".gz"}) {
      if (access(name.c_str(), R_OK) != 0) continue;
      files.push_back(name);
      found = true;
      break;
    }
    if (!found) break;
  }
  return LogArchive(std::move(files));
}

bool LogArchive::OpenNext() {
  while (!files_.empty()) {
    const std::string name = std::move(files_.back());
    files_.pop_back();
    // Reads what isn't packed as it is.
    file_.reset(gzopen(name.c_str(), "rbe"));
    if (file_ != nullptr) return true;
  }
  return false;
}

bool LogArchive::ReadBlock() {
  std::string block(kBlockOctets, '\0');
  const int got = gzread(file_.get(), block.data(), static_cast<unsigned>(block.size()));
  if (got <= 0) return false;
  block.resize(static_cast<std::size_t>(got));
  rest_ = std::move(block);
  at_ = 0;
  return true;
}

// Moves what is there of the line, up to its end, to `line_`. True: it is whole.
bool LogArchive::TakeLine() {
  const std::string_view rest = std::string_view(rest_).substr(at_);
  const std::size_t end = rest.find('\n');
  const std::string_view part = rest.substr(0, end);
  at_ += end == std::string_view::npos ? part.size() : end + 1;
  const std::size_t room = kMostArchiveLine - std::min(line_.size(), kMostArchiveLine);
  line_.append(part.substr(0, room));
  return end != std::string_view::npos;
}

std::optional<std::string_view> LogArchive::Next() {
  line_.clear();
  bool begun = false;
  while (file_ != nullptr || OpenNext()) {
    while (at_ < rest_.size() || ReadBlock()) {
      begun = true;
      if (TakeLine()) return line_;
    }
    file_.reset();
    if (begun) return line_;
  }
  return std::nullopt;
}

}  // namespace tlswarden
