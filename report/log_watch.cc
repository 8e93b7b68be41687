#include "report/log_watch.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>

namespace tlswarden {
namespace {

constexpr std::chrono::milliseconds kShortest{20};
constexpr int kNice = 10;

std::string FolderOf(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return path.substr(0, std::max<std::size_t>(slash, 1));
}

// The same inode gives the same watch again; another one takes its place.
void Renew(int inotify, int& watch, const std::string& path, std::uint32_t events) {
  const int renewed = inotify_add_watch(inotify, path.c_str(), events);
  if (watch >= 0 && renewed != watch) inotify_rm_watch(inotify, watch);
  watch = renewed;
}

}  // namespace

void LowerThreadPriority() {
  // On Linux a thread has a nice value of its own.
  setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNice);
}

WakeUp::WakeUp() : event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

WakeUp::~WakeUp() {
  if (event_ >= 0) close(event_);
}

void WakeUp::Signal() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(event_, &one, sizeof one);
}

void WakeUp::Wait(int other, short events, std::chrono::milliseconds at_most) const {
  pollfd wanted[] = {{event_, POLLIN, 0}, {other, events, 0}};  // poll passes over -1
  poll(wanted, 2, static_cast<int>(at_most.count()));
}

LogWatch::LogWatch(const std::string& path)
    : path_(path), folder_(FolderOf(path)), inotify_(inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
  Arm();
}

LogWatch::~LogWatch() {
  if (inotify_ >= 0) close(inotify_);
}

void LogWatch::Arm() {
  if (inotify_ < 0) return;
  Renew(inotify_, folder_watch_, folder_, IN_CREATE | IN_MOVED_TO | IN_ONLYDIR);
  Renew(inotify_, file_watch_, path_, IN_MODIFY);
}

void LogWatch::Wait(std::chrono::milliseconds at_most) {
  const auto shortest = std::min(kShortest, at_most);
  wake_up_.Wait(-1, 0, shortest);
  wake_up_.Wait(inotify_, POLLIN, at_most - shortest);
  // What happened is seen by looking. What happens from here on wakes the next call.
  alignas(inotify_event) char events[4096];
  while (inotify_ >= 0 && read(inotify_, events, sizeof events) > 0) {
  }
  Arm();
}

}  // namespace tlswarden
