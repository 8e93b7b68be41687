// StateKeeper: a small text in a file of its own that outlives crashes: the old one or the new one,
// never a mixture.
//
// For one thread at a time. Blocks for the disk, and for `before_save`.
#ifndef TLSWARDEN_REPORT_STATE_KEEPER_H_
#define TLSWARDEN_REPORT_STATE_KEEPER_H_

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>

#include "policy/result.h"
#include "report/log_source.h"

namespace tlswarden {

inline constexpr std::size_t kMostStateOctets = 65536;
inline constexpr std::chrono::milliseconds kSaveInterval{1000};

class StateKeeper {
 public:
  using Clock = std::chrono::steady_clock;

  StateKeeper(std::string path, LogHooks hooks)
      : path_(std::move(path)), hooks_(std::move(hooks)) {}

  // What was saved; nothing when there is no file. Error: it can't be read, or is far too long.
  Result<std::optional<std::string>> Load() const;

  // True when the last try is kSaveInterval ago.
  bool IsDue(Clock::time_point now) const { return now - tried_ >= kSaveInterval; }

  // Saves the youngest text that came hooks.keep_back ago.
  void Save(const std::string& text, Clock::time_point now);

  // This text at once. Nothing is done when it is what was written last. Else calls before_save,
  // writes PATH.new, syncs it and renames it. What can't be written is complained of once, until it
  // can.
  void SaveNow(const std::string& text, Clock::time_point now);

  const std::string& path() const { return path_; }

 private:
  const std::string path_;
  const LogHooks hooks_;
  struct Waiting {
    std::string text;
    Clock::time_point since;
  };
  std::deque<Waiting> waiting_;  // one for each kSaveInterval within keep_back, and one more
  std::optional<std::string> saved_;
  Clock::time_point tried_{};
  bool complained_ = false;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_STATE_KEEPER_H_
