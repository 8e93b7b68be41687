#include "report/log_follower.h"

#include <utility>

namespace tlswarden {
Result<std::unique_ptr<FileFollower>> FileFollower::Open(FileFollowerOptions options, LineSink line,
                                                         const LogHooks& hooks) {
  std::unique_ptr<FileFollower> follower(
      new FileFollower(std::move(options), std::move(line), hooks));
  if (auto error = follower->reader_.Begin(follower->Saved(hooks))) return Error{*error};
  follower->thread_ = std::thread([raw = follower.get()] { raw->Loop(); });
  return follower;
}

FileFollower::FileFollower(FileFollowerOptions options, LineSink line, const LogHooks& hooks)
    : options_(std::move(options)),
      reader_(options_.path, std::move(line), hooks.complain, options_.patience),
      keeper_(options_.state_path, hooks),
      watch_(options_.path) {}

std::optional<LogPosition> FileFollower::Saved(const LogHooks& hooks) const {
  const Result<std::optional<std::string>> text = keeper_.Load();
  if (text && !*text) return std::nullopt;
  std::optional<LogPosition> position;
  if (text) position = ParseLogPosition(**text);
  if (!position) {
    const std::string why = text ? keeper_.path() + ": this isn't a saved position" : text.error();
    hooks.complain(why + ": " + options_.path + " is followed from its end");
  }
  // The log of another setting.
  if (position && position->path != options_.path) return std::nullopt;
  return position;
}

void FileFollower::Stop() {
  stopping_ = true;
  watch_.Wake();
  if (thread_.joinable()) thread_.join();
}

FollowedCounts FileFollower::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

void FileFollower::Loop() {
  LowerThreadPriority();
  keeper_.SaveNow(ToText(reader_.position()), StateKeeper::Clock::now());
  while (!stopping_) {
    const auto now = StateKeeper::Clock::now();
    const bool more = reader_.Pass(now);
    {
      const std::lock_guard lock(mutex_);
      counts_ = reader_.counts();
    }
    if (keeper_.IsDue(now)) keeper_.Save(ToText(reader_.position()), now);
    if (!more) watch_.Wait(options_.poll);
  }
  keeper_.SaveNow(ToText(reader_.position()), StateKeeper::Clock::now());
}

}  // namespace tlswarden
