// JournalFollower: follows the mail entries of systemd's journal on a thread of its own and hands
// on each.
//
// Lost or twice: as with FileFollower (log_follower.h), with the journal's cursor as the position.
#ifndef TLSWARDEN_REPORT_JOURNAL_FOLLOWER_H_
#define TLSWARDEN_REPORT_JOURNAL_FOLLOWER_H_

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "policy/result.h"
#include "report/journal_entries.h"
#include "report/log_source.h"
#include "report/log_watch.h"
#include "report/state_keeper.h"

namespace tlswarden {

struct JournalFollowerOptions {
  std::string state_path;  // of the saved cursor; its directory must be writable
  std::string directory;   // of journal files; empty: this machine's journal
  std::chrono::milliseconds poll{1000};
};

// The thread has a lower priority (nice 10) and shares no lock with anybody but counts().
class JournalFollower : public LogSource {
 public:
  // Begins where it stopped, the first time behind the last entry there is. An entry that was
  // vacuumed meanwhile, and a saved position that can't be read, are complained of, and it begins
  // behind the last entry. Error: JournalEntries::Open's.
  static Result<std::unique_ptr<JournalFollower>> Open(JournalFollowerOptions options,
                                                       JournalSink entry, const LogHooks& hooks);
  ~JournalFollower() override { Stop(); }

  void Stop() override;
  // `lines` are entries, `octets` those of their messages.
  FollowedCounts counts() const override;

 private:
  JournalFollower(JournalFollowerOptions options, JournalSink entry, const LogHooks& hooks,
                  JournalEntries entries);
  std::optional<std::string> Begin();
  bool Pass();
  std::string Place();
  void Loop();

  const JournalFollowerOptions options_;
  const JournalSink sink_;
  const LogHooks hooks_;
  JournalEntries entries_;  // from Open on used by the thread alone, like what follows
  StateKeeper keeper_;
  FollowedCounts own_counts_;
  bool complained_ = false;
  WakeUp wake_up_;
  std::atomic<bool> stopping_ = false;
  mutable std::mutex mutex_;  // guards counts_
  FollowedCounts counts_;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_JOURNAL_FOLLOWER_H_
