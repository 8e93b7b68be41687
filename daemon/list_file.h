// list_file: a file of many entries, as rules name it by `@FILE`: one on each line.
//
// Pure text in, lines out. What an entry may be depends on the key that names the file: see
// rule_lists.h.
#ifndef TLSWARDEN_DAEMON_LIST_FILE_H_
#define TLSWARDEN_DAEMON_LIST_FILE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tlswarden {

inline constexpr std::size_t kMaxListOctets = std::size_t{64} * 1024 * 1024;
inline constexpr std::size_t kMaxListEntries = 1'000'000;
inline constexpr std::size_t kMaxListLineOctets = 4096;
inline constexpr std::size_t kMaxListErrors = 20;  // of one file; then the rest isn't read

// Collects the errors of one file: at most kMaxListErrors, and one that says that there are more.
class ListErrors {
 public:
  // Both must outlive it.
  ListErrors(const std::string& path, std::vector<std::string>* lines)
      : path_(path), lines_(lines) {}

  // As "PATH:LINE: WHAT"; a line of 0 is none.
  void Add(int line, const std::string& what);
  bool any() const { return count_ > 0; }
  bool full() const { return count_ > kMaxListErrors; }

 private:
  const std::string& path_;
  std::vector<std::string>* lines_;
  std::size_t count_ = 0;
};

// Immutable once read.
class ListFile {
 public:
  // Blanks at the ends don't count; a # begins a comment at the start of a line or after a blank;
  // LF and CRLF end a line; a byte order mark at the beginning is skipped.
  ListFile(std::string text, ListErrors* problems);

  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  std::string_view entry(std::size_t index) const {
    return std::string_view(text_).substr(entries_[index].begin, entries_[index].size);
  }
  int line(std::size_t index) const { return entries_[index].line; }

 private:
  struct Entry {
    std::uint32_t begin;
    std::uint32_t size;
    int line;
  };

  std::string text_;
  std::vector<Entry> entries_;
};

using ListFilePtr = std::shared_ptr<const ListFile>;
using ListFiles = std::map<std::string, ListFilePtr, std::less<>>;  // by path

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_LIST_FILE_H_
