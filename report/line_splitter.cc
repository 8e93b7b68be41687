#include "report/line_splitter.h"

#include <algorithm>

namespace tlswarden {

void LineSplitter::Feed(std::string_view block) {
  while (!block.empty()) {
    const std::size_t newline = block.find('\n');
    const std::string_view part = block.substr(0, newline);
    if (newline == std::string_view::npos) {
      unfinished_ += part.size();
      Keep(part);
      return;
    }
    block.remove_prefix(newline + 1);
    if (unfinished_ == 0 && !skipping_) {
      HandOn(part);
      continue;
    }
    Keep(part);
    if (!skipping_) HandOn(kept_);
    Reset(false);
  }
}

void LineSplitter::Keep(std::string_view part) {
  if (skipping_) return;
  if (kept_.empty()) part.remove_prefix(std::min(part.find_first_not_of('\0'), part.size()));
  const std::size_t room = kMostLogLine - kept_.size();
  if (part.size() > room) is_cut_ = true;
  kept_ += part.substr(0, room);
}

void LineSplitter::HandOn(std::string_view line) {
  if (!line.empty() && line.front() == '\0') {
    line.remove_prefix(std::min(line.find_first_not_of('\0'), line.size()));
  }
  if (line.size() > kMostLogLine || is_cut_) ++long_lines_;
  ++lines_;
  sink_(line.substr(0, kMostLogLine));
}

void LineSplitter::GiveUp() {
  if (unfinished_ == 0) return;
  if (!skipping_ && !kept_.empty()) HandOn(kept_);
  Reset(true);
}

void LineSplitter::Reset(bool inside) {
  kept_.clear();
  unfinished_ = 0;
  skipping_ = inside;
  is_cut_ = false;
}

}  // namespace tlswarden
