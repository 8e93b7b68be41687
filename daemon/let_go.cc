#include "daemon/let_go.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "daemon/read_file.h"

namespace tlswarden {

std::string LetGoPath(const std::string& ledger) {
  return (std::filesystem::path(ledger).parent_path() / "let-go").string();
}

// "2026-11-25T10:00:00Z example.com"
LetGoTimes ParseLetGo(std::string_view text) {
  LetGoTimes times;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const std::size_t blank = line.find(' ');
    if (blank == std::string_view::npos) continue;
    const std::optional<Time> at = ParseTime(line.substr(0, blank));
    const Result<Domain> domain = ParseDomain(line.substr(blank + 1));
    if (at && domain) times[domain->ascii] = *at;
  }
  return times;
}

Result<LetGoTimes> ReadLetGo(const std::string& path) {
  const FileText file = ReadFile(path, kMostLetGoOctets);
  if (file.failure == ENOENT) return LetGoTimes();
  if (file.failure != 0) return Error{path + ": " + std::strerror(file.failure)};
  return ParseLetGo(file.text);
}

std::optional<std::string> AddLetGo(const std::string& path, const Domain& domain, Time now) {
  const std::string line = ToString(now) + ' ' + domain.ascii + '\n';
  const int fd = open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return path + ": " + std::strerror(errno);
  // One write of this size is whole, whoever else appends.
  const bool written = write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size());
  const int failure = errno;
  close(fd);
  if (!written) return path + ": " + std::strerror(failure);
  return std::nullopt;
}

}  // namespace tlswarden
