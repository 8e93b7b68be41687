// FileFollower: follows the MTA's log file on a thread of its own and hands on each line.
//
// Lost or twice: no line is lost by a stop, a crash or a power failure of this program. The
// position is saved after before_save has returned, so what it lies behind is kept; what was handed
// on since (the lines of about a second, and of LogHooks::keep_back) comes again after a kill or a
// power failure, and may be counted twice. After Stop nothing comes again. The other order would
// lose those lines instead, and a lost failure isn't reported to anybody.
//
// What is lost: what was written while nobody followed to files that were compressed or removed
// before this program ran again; see log_reader.h for copytruncate.
#ifndef TLSWARDEN_REPORT_LOG_FOLLOWER_H_
#define TLSWARDEN_REPORT_LOG_FOLLOWER_H_

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "policy/result.h"
#include "report/log_reader.h"
#include "report/log_source.h"
#include "report/log_watch.h"
#include "report/state_keeper.h"

namespace tlswarden {

struct FileFollowerOptions {
  std::string path;        // of the log
  std::string state_path;  // of the saved position; its directory must be writable
  std::chrono::milliseconds poll{1000};
  LogPatience patience{};
};

// The thread has a lower priority (nice 10) and shares no lock with anybody but counts().
class FileFollower : public LogSource {
 public:
  // Begins where it stopped, the first time at the file's end, as it is now. A file that isn't
  // there is waited for. Error: it is a FIFO, a directory or another thing without lines, or can't
  // be read. A saved position that can't be read is complained of, and is as none.
  static Result<std::unique_ptr<FileFollower>> Open(FileFollowerOptions options, LineSink line,
                                                    const LogHooks& hooks);
  ~FileFollower() override { Stop(); }

  void Stop() override;
  FollowedCounts counts() const override;

 private:
  FileFollower(FileFollowerOptions options, LineSink line, const LogHooks& hooks);
  std::optional<LogPosition> Saved(const LogHooks& hooks) const;
  void Loop();

  const FileFollowerOptions options_;
  LogReader reader_;  // from Open on used by the thread alone, like what follows
  StateKeeper keeper_;
  LogWatch watch_;
  std::atomic<bool> stopping_ = false;
  mutable std::mutex mutex_;  // guards counts_
  FollowedCounts counts_;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_LOG_FOLLOWER_H_
