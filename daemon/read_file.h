// read_file: the text of a file that an administrator named, within bounds.
#ifndef TLSWARDEN_DAEMON_READ_FILE_H_
#define TLSWARDEN_DAEMON_READ_FILE_H_

#include <cstddef>
#include <functional>
#include <string>

namespace tlswarden {

struct FileText {
  std::string text;
  int failure = 0;  // errno
};

// At most `most` octets and one block, so that a device or a log can't fill the memory: the caller
// sees that there is more. A FIFO without a writer is empty.
FileText ReadFile(const std::string& path, std::size_t most);

// How lists are read; tests and fuzzers give their own.
using FileReader = std::function<FileText(const std::string& path)>;

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_READ_FILE_H_
