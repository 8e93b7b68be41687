// LogWatch: sleeps until a log may have something new, until it is woken, or for a time.
//
// Wait is for one thread, Wake for any. inotify only makes it quicker: where that is missing (a
// network's file system, too many watches) Wait sleeps its whole time.
#ifndef TLSWARDEN_REPORT_LOG_WATCH_H_
#define TLSWARDEN_REPORT_LOG_WATCH_H_

#include <chrono>
#include <string>

namespace tlswarden {

// For a thread that may take its time: nice 10, for it alone.
void LowerThreadPriority();

// An event descriptor. Once signalled it stays so.
class WakeUp {
 public:
  WakeUp();
  ~WakeUp();
  WakeUp(const WakeUp&) = delete;
  WakeUp& operator=(const WakeUp&) = delete;

  void Signal();
  // Until Signal, an event on the descriptor `other` (-1: none), or the time is over.
  void Wait(int other, short events, std::chrono::milliseconds at_most) const;

 private:
  int event_ = -1;
};

class LogWatch {
 public:
  explicit LogWatch(const std::string& path);
  ~LogWatch();
  LogWatch(const LogWatch&) = delete;
  LogWatch& operator=(const LogWatch&) = delete;

  void Wake() { wake_up_.Signal(); }
  // Not shorter than some milliseconds, unless woken: a busy log is read in blocks, not in lines.
  void Wait(std::chrono::milliseconds at_most);

 private:
  void Arm();

  const std::string path_;
  const std::string folder_;
  WakeUp wake_up_;
  int inotify_ = -1;
  int file_watch_ = -1;
  int folder_watch_ = -1;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_LOG_WATCH_H_
