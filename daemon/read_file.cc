#include "daemon/read_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace tlswarden {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  const int number_;
};

}  // namespace

FileText ReadFile(const std::string& path, std::size_t most) {
  FileText file;
  // A FIFO without a writer must not hang the start.
  const Descriptor descriptor(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (descriptor.number() < 0) return {{}, errno};
  std::array<char, 65536> block;
  while (file.text.size() <= most) {
    const ssize_t got = read(descriptor.number(), block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return {{}, errno};
    if (got == 0) break;
    file.text.append(block.data(), static_cast<std::size_t>(got));
  }
  return file;
}

}  // namespace tlswarden
