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
// A rotation is over in moments; what renames for longer isn't waited for.
constexpr int kMostScans = 50;

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

std::vector<RotatedFile> Scan(const LogName& log) {
  std::vector<RotatedFile> rotated;
  const std::unique_ptr<DIR, CloseDirectory> directory(opendir(log.folder.c_str()));
  while (directory && rotated.size() < kMostRotated) {
    const dirent* entry = readdir(directory.get());
    if (entry == nullptr) break;
    const std::string_view found = entry->d_name;
    if (!found.starts_with(log.name) || !IsRotation(found.substr(log.name.size()))) continue;
    RotatedFile file{.path = log.folder + std::string(found)};
    struct stat status {};
    if (lstat(file.path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
    file.id = IdOf(status);
    file.size = static_cast<std::uint64_t>(status.st_size);
    file.written = status.st_mtim;
    rotated.push_back(std::move(file));
  }
  return rotated;
}

bool HaveSameNames(const std::vector<RotatedFile>& a, const std::vector<RotatedFile>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const RotatedFile& one, const RotatedFile& other) {
                      return one.id == other.id && one.path == other.path;
                    });
}

// A file that is renamed while the directory is read need not show under either name, or shows
// under both. A rotation renames all: two scans that are alike had none.
std::vector<RotatedFile> SettledScan(const LogName& log) {
  std::vector<RotatedFile> before = Scan(log);
  for (int scans = 1; scans < kMostScans; ++scans) {
    std::vector<RotatedFile> again = Scan(log);
    if (HaveSameNames(before, again)) return again;
    before = std::move(again);
  }
  return before;
}

}  // namespace

std::vector<RotatedFile> RotatedFiles(const std::string& log) {
  const LogName name = Split(log);
  std::vector<RotatedFile> rotated = SettledScan(name);
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
