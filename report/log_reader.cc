#include "report/log_reader.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <tuple>
#include <utility>

namespace tlswarden {
namespace {

constexpr std::size_t kBlock = 262144;
// Files that were rotated away and wait to be read. Later ones are found when these are done.
constexpr std::size_t kMostOpen = 16;

// Where `position` lies in `file`, if that is the file it was saved for, or a copy. A file that
// begins alike and is shorter holds nothing new: its end.
std::optional<std::uint64_t> PlaceIn(const LogFile& file, const LogPosition& position) {
  const bool has_head = position.head_octets >= kLeastLogHead;
  if (!has_head && file.id() != FileId{position.device, position.inode}) return std::nullopt;
  if (!file.BeginsWith(position.head_octets, position.fingerprint)) return std::nullopt;
  const std::uint64_t size = file.Size();
  if (!has_head && size < position.offset) return std::nullopt;
  return std::min(position.offset, size);
}

bool WasWrittenAfter(const RotatedFile& file, const struct stat& other) {
  return std::tie(file.written.tv_sec, file.written.tv_nsec) >
         std::tie(other.st_mtim.tv_sec, other.st_mtim.tv_nsec);
}

}  // namespace

LogReader::LogReader(std::string path, LineSink line, Complain complain, LogPatience patience)
    : path_(std::move(path)),
      complain_(std::move(complain)),
      patience_(patience),
      splitter_(std::move(line)),
      buffer_(kBlock) {}

std::optional<std::string> LogReader::Begin(const std::optional<LogPosition>& saved) {
  Result<LogFile, OpenFailure> current = LogFile::Open(path_);
  if (!current && !current.error().is_missing) return current.error().text;
  if (saved && saved->inode != 0) {
    if (std::optional<Followed> again = FindAgain(*saved)) {
      Follow(std::move(*again));
      return std::nullopt;
    }
    complain_(path_ + ": the file that was read before is gone: what it had left isn't read");
  }
  if (!current) {
    complain_(current.error().text + ": waiting for it");
    complained_ = true;
    return std::nullopt;
  }
  Followed followed{std::move(current).value()};
  if (!saved) followed.at_line = followed.file.GoTo(followed.file.Size());
  Follow(std::move(followed));
  return std::nullopt;
}

void LogReader::Follow(Followed followed) {
  splitter_.Reset(!followed.at_line);
  files_.push_front(std::move(followed));
}

bool LogReader::Pass(Clock::time_point now) {
  problem_.clear();
  if (grown_ == Clock::time_point()) grown_ = now;
  const bool is_well = Look(now);
  const bool more = !files_.empty() && ReadFront(now);
  if (!problem_.empty()) {
    if (!std::exchange(complained_, true)) complain_(problem_);
  } else if (is_well) {
    complained_ = false;
  }
  return more;
}

// Notices a new file at the path. True: there is a file, and it can be read.
bool LogReader::Look(Clock::time_point now) {
  struct stat status {};
  const bool is_there = stat(path_.c_str(), &status) == 0;
  if (is_there && !files_.empty() && files_.back().file.id() == IdOf(status)) {
    missing_since_.reset();
    return true;
  }
  if (files_.size() >= kMostOpen) return true;
  Result<LogFile, OpenFailure> opened = LogFile::Open(path_);
  if (!opened) {
    if (!missing_since_) missing_since_ = now;
    // Not at once: during a rotation a file may be missing, or not have its mode yet.
    if (now - *missing_since_ >= patience_.missing) problem_ = opened.error().text;
    return false;
  }
  missing_since_.reset();
  if (IsOpen(opened->id())) return true;
  Followed fresh{std::move(opened).value()};
  if (!files_.empty()) {
    const LogFile& last = files_.back().file;
    // Behind a copy there are more copies: see TakeLaterCopies.
    Later later = files_.back().is_copy ? Later() : WrittenAfter(last);
    // An editor puts a new file with the old lines in place of the old one; a person may rename a
    // rotated file back.
    const LogPosition end = PositionIn(last, last.offset());
    for (const LogPosition& position : {end, left_.value_or(end)}) {
      const std::optional<std::uint64_t> place = PlaceIn(fresh.file, position);
      if (place) fresh.at_line = fresh.file.GoTo(*place);
    }
    // It may have been rotated itself since it was opened: what is behind it comes at the next
    // look.
    later.files.erase(
        std::find_if(later.files.begin(), later.files.end(),
                     [&](const Followed& f) { return f.file.id() == fresh.file.id(); }),
        later.files.end());
    files_.insert(files_.end(), std::make_move_iterator(later.files.begin()),
                  std::make_move_iterator(later.files.end()));
    if (!later.is_all) return true;
  }
  if (files_.empty()) splitter_.Reset(false);
  files_.push_back(std::move(fresh));
  return true;
}

bool LogReader::ReadFront(Clock::time_point now) {
  const bool is_first = files_.size() == 1 && files_.front().file.offset() == 0;
  const LogFile::Block block = files_.front().file.Read(buffer_);
  if (block.error != 0) {
    problem_ = path_ + ": " + std::strerror(block.error);
    if (files_.size() > 1) LeaveFront();
    return false;
  }
  if (block.is_cut) {
    AfterCut();
    return true;
  }
  if (is_first && last_ && TakeLaterCopies(block.octets)) return true;
  if (!block.octets.empty()) {
    splitter_.Feed(block.octets);
    counts_.octets += block.octets.size();
    grown_ = now;
    return true;
  }
  if (CanLeaveFront(now)) {
    LeaveFront();
    return true;
  }
  if (now - grown_ >= patience_.newline) splitter_.GiveUp();
  return false;
}

// At its end. While the successor is empty the writer may not have gone over to it: syslog's
// daemons do that when logrotate tells them, seconds later.
bool LogReader::CanLeaveFront(Clock::time_point now) const {
  if (files_.size() < 2) return false;
  if (files_.front().is_copy || files_.size() > 2) return true;
  return now - grown_ >= patience_.successor && files_[1].file.Size() > 0;
}

void LogReader::LeaveFront() {
  splitter_.GiveUp();
  left_ = position();
  last_ = std::move(files_.front().file);
  files_.pop_front();
  splitter_.Reset(!files_.front().at_line);
  ++counts_.files;
}

void LogReader::AfterCut() {
  ++counts_.cuts;
  if (files_.size() > 1) {  // a rotated file that is destroyed
    splitter_.Reset(false);
    return LeaveFront();
  }
  std::optional<Followed> again = FindAgain(position());
  LogFile& file = files_.front().file;
  const bool is_same = again && again->file.id() == file.id();
  const bool at_line = file.GoTo(is_same ? again->file.offset() : 0);
  files_.front().at_line = at_line;
  splitter_.Reset(!at_line);
  if (!again || is_same) return;
  Follow(std::move(*again));
}

// While another was read, the file may have been copied and truncated again: with nothing read of
// it that doesn't show, but the copy is there. `begin` is what it holds now; a rotated file that
// begins alike is a copy in the making, and not read. True: the file isn't read yet.
bool LogReader::TakeLaterCopies(std::string_view begin) {
  // It may have been rotated itself: then what is behind it is no copy of what it was.
  Later later = WrittenAfter(*last_, &files_.front().file);
  std::erase_if(later.files, [&](const Followed& followed) {
    return !begin.empty() && followed.file.IsBeginOf(begin);
  });
  if (later.files.empty() && later.is_all) {
    if (!begin.empty()) last_.reset();
    return false;
  }
  files_.front().file.GoTo(0);
  if (later.files.empty()) return true;
  last_.reset();
  for (Followed& followed : later.files) followed.is_copy = true;
  files_.insert(files_.begin(), std::make_move_iterator(later.files.begin()),
                std::make_move_iterator(later.files.end()));
  splitter_.Reset(false);
  return true;
}

// The best of the files at the path and the rotated ones: the same file before a copy, a whole one
// before a shorter one, a late one before an early one.
std::optional<LogReader::Followed> LogReader::FindAgain(const LogPosition& position) const {
  std::vector<std::string> paths;
  for (RotatedFile& rotated : RotatedFiles(path_)) paths.push_back(std::move(rotated.path));
  paths.push_back(path_);
  std::optional<Followed> best;
  int best_score = -1;
  for (auto path = paths.rbegin(); path != paths.rend(); ++path) {
    Result<LogFile, OpenFailure> opened = LogFile::Open(*path);
    if (!opened) continue;
    Followed found{std::move(opened).value()};
    const std::optional<std::uint64_t> place = PlaceIn(found.file, position);
    if (!place) continue;
    const int score =
        2 * int{*place == position.offset} + int{found.file.id().inode == position.inode};
    if (score <= best_score) continue;
    found.at_line = found.file.GoTo(*place);
    found.is_copy = *path != path_ && found.file.id().inode != position.inode;
    best = std::move(found);
    best_score = score;
  }
  return best;
}

bool LogReader::IsOpen(FileId id) const {
  return std::any_of(files_.begin(), files_.end(),
                     [&](const Followed& followed) { return followed.file.id() == id; });
}

// The rotated files that were written after this one, which may be a rotated one itself, and before
// the other, if one is named. They end at one that was renamed while it was looked for: the next
// look finds it.
LogReader::Later LogReader::WrittenAfter(const LogFile& file, const LogFile* before) {
  const std::vector<RotatedFile> all = RotatedFiles(path_);
  const struct stat status = file.Status();
  const auto itself =
      std::find_if(all.begin(), all.end(), [&](const RotatedFile& r) { return r.id == file.id(); });
  Later later;
  for (auto rotated = all.begin(); rotated != all.end(); ++rotated) {
    const bool is_later =
        itself != all.end() ? rotated > itself : WasWrittenAfter(*rotated, status);
    if (is_later && before != nullptr && rotated->id == before->id()) break;
    if (!is_later || IsOpen(rotated->id)) continue;
    Result<LogFile, OpenFailure> opened = LogFile::Open(rotated->path);
    if (!opened && !opened.error().is_missing) {
      problem_ = opened.error().text;
      continue;
    }
    later.is_all = opened && opened->id() == rotated->id && later.files.size() < kMostOpen;
    if (!later.is_all) return later;
    later.files.push_back({std::move(opened).value()});
  }
  return later;
}

LogPosition LogReader::PositionIn(const LogFile& file, std::uint64_t offset) const {
  const std::string_view head = file.head().substr(0, offset);
  return {path_, file.id().device, file.id().inode, offset, head.size(), Fingerprint(head)};
}

LogPosition LogReader::position() const {
  if (files_.empty()) return {.path = path_};
  const LogFile& file = files_.front().file;
  if (last_ && file.offset() == 0) return PositionIn(*last_, last_->offset());
  return PositionIn(file, file.offset() - splitter_.unfinished());
}

FollowedCounts LogReader::counts() const {
  FollowedCounts counts = counts_;
  counts.lines = splitter_.lines();
  counts.long_lines = splitter_.long_lines();
  return counts;
}

}  // namespace tlswarden
