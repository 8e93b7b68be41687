#include "report/state_keeper.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <utility>

namespace tlswarden {
namespace {

std::string Because(const std::string& path) { return path + ": " + std::strerror(errno); }

bool WriteAll(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// The reason why it couldn't be written.
std::optional<std::string> WriteFile(const std::string& path, std::string_view text) {
  // Only for this user: that a domain's mail was seen is nobody else's business.
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return Because(path);
  std::optional<std::string> error;
  if (!WriteAll(file, text) || fsync(file) != 0) error = Because(path);
  if (close(file) != 0 && !error) error = Because(path);
  return error;
}

std::optional<std::string> Replace(const std::string& path, std::string_view text) {
  const std::string fresh = path + ".new";
  if (auto error = WriteFile(fresh, text)) {
    unlink(fresh.c_str());
    return error;
  }
  if (std::rename(fresh.c_str(), path.c_str()) != 0) return Because(path);
  return std::nullopt;
}

}  // namespace

Result<std::optional<std::string>> StateKeeper::Load() const {
  const int file = open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0 && errno == ENOENT) return std::optional<std::string>();
  if (file < 0) return Error{Because(path_)};
  std::string text(kMostStateOctets + 1, '\0');
  std::size_t octets = 0;
  ssize_t got = 0;
  while (octets < text.size()) {
    got = read(file, text.data() + octets, text.size() - octets);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    octets += static_cast<std::size_t>(got);
  }
  const std::string why = got < 0 ? Because(path_) : "";
  close(file);
  if (got < 0) return Error{why};
  if (octets > kMostStateOctets) return Error{path_ + ": this isn't a saved position: too long"};
  text.resize(octets);
  return std::optional<std::string>(std::move(text));
}

void StateKeeper::Save(const std::string& text, Clock::time_point now) {
  tried_ = now;
  if (waiting_.empty() || waiting_.back().text != text) waiting_.push_back({text, now});
  const Clock::time_point ripe = now - hooks_.keep_back;
  while (waiting_.size() > 1 && waiting_[1].since <= ripe) waiting_.pop_front();
  if (waiting_.front().since <= ripe) SaveNow(std::string(waiting_.front().text), now);
}

void StateKeeper::SaveNow(const std::string& text, Clock::time_point now) {
  tried_ = now;
  if (saved_ == text) return;
  if (hooks_.before_save) hooks_.before_save();
  if (const std::optional<std::string> error = Replace(path_, text)) {
    if (!std::exchange(complained_, true)) {
      hooks_.complain("the place in the mail log can't be saved: " + *error);
    }
    return;
  }
  complained_ = false;
  saved_ = text;
}

}  // namespace tlswarden
