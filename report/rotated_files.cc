#include <dirent.h>

#include <algorithm>
#include <memory>
#include <tuple>

#include "policy/ascii.h"
#include "report/log_file.h"

namespace tlswarden {
namespace {

// A directory may hold anything.
constexpr std::size_t kMostRotated = 1000;

// What comes after the log's name: ".1", "-20261125", "-20261125-1764028800", "-2026_11_25".
bool IsRotation(std::string_view suffix) {
  if (suffix.size() < 2 || (suffix[0] != '.' && suffix[0] != '-') || !IsDigit(suffix[1])) {
    return false;
  }
  const bool is_date = suffix[0] == '-';
  return std::all_of(suffix.begin() + 1, suffix.end(),
                     [&](char c) { return IsDigit(c) || (is_date && (c == '-' || c == '_')); });
}

// Whether the rotation `a` is of an earlier time than `b`, by their suffixes. One log has numbers
// or dates; where both are left, dates come first.
bool IsEarlier(std::string_view a, std::string_view b) {
  if (a.front() != b.front()) return a.front() == '-';
  const bool is_number = a.front() == '.';
  if (a.size() != b.size()) return is_number == (a.size() > b.size());
  return is_number ? a > b : a < b;
}

struct CloseDirectory {
  void operator()(DIR* directory) const { closedir(directory); }
};

struct LogName {
  std::string folder;  // with the slash
  std::string name;
};

LogName Split(const std::string& log) {
  const std::size_t slash = log.rfind('/');
  if (slash == std::string::npos) return {"./", log};
  return {log.substr(0, slash + 1), log.substr(slash + 1)};
}

// Adds those that aren't in `rotated` yet.
void Collect(const LogName& log, std::vector<RotatedFile>& rotated) {
  const std::unique_ptr<DIR, CloseDirectory> directory(opendir(log.folder.c_str()));
  while (directory && rotated.size() < kMostRotated) {
    const dirent* entry = readdir(directory.get());
    if (entry == nullptr) return;
    const std::string_view found = entry->d_name;
    if (!found.starts_with(log.name) || !IsRotation(found.substr(log.name.size()))) continue;
    RotatedFile file{.path = log.folder + std::string(found)};
    struct stat status {};
    if (lstat(file.path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
    file.id = IdOf(status);
    file.size = static_cast<std::uint64_t>(status.st_size);
    file.written = status.st_mtim;
    const auto known = std::find_if(rotated.begin(), rotated.end(),
                                    [&](const RotatedFile& other) { return other.id == file.id; });
    if (known == rotated.end()) {
      rotated.push_back(std::move(file));
    } else {
      *known = std::move(file);
    }
  }
}

}  // namespace

std::vector<RotatedFile> RotatedFiles(const std::string& log) {
  const LogName name = Split(log);
  std::vector<RotatedFile> rotated;
  // Twice: a file that is renamed meanwhile need not show under either name.
  Collect(name, rotated);
  Collect(name, rotated);
  struct stat status {};
  if (stat(log.c_str(), &status) == 0) {
    std::erase_if(rotated, [&](const RotatedFile& file) { return file.id == IdOf(status); });
  }
  const std::size_t prefix = name.folder.size() + name.name.size();
  std::sort(rotated.begin(), rotated.end(), [&](const RotatedFile& a, const RotatedFile& b) {
    const auto when = [](const RotatedFile& file) {
      return std::tie(file.written.tv_sec, file.written.tv_nsec);
    };
    if (when(a) != when(b)) return when(a) < when(b);
    return IsEarlier(std::string_view(a.path).substr(prefix),
                     std::string_view(b.path).substr(prefix));
  });
  return rotated;
}

}  // namespace tlswarden
