#include "daemon/list_file.h"

#include <utility>

#include "daemon/config_file.h"
#include "daemon/config_line.h"
#include "policy/ascii.h"

namespace tlswarden {

static_assert(kMaxListLineOctets == kMaxConfigLineOctets);

void ListErrors::Add(int line, const std::string& what) {
  if (count_ == kMaxListErrors) {
    lines_->push_back(path_ + ": too many errors; the rest of the file is not read");
  } else if (count_ < kMaxListErrors) {
    const std::string place = line > 0 ? ":" + std::to_string(line) : "";
    lines_->push_back(path_ + place + ": " + what);
  }
  ++count_;
}

ListFile::ListFile(std::string text, ListErrors* problems) : text_(std::move(text)) {
  if (text_.size() > kMaxListOctets) {
    problems->Add(0, "larger than 64 MiB");
    return;
  }
  std::string_view rest = text_;
  if (rest.starts_with(kByteOrderMark)) rest.remove_prefix(kByteOrderMark.size());
  for (int line = 1; !rest.empty() && !problems->full(); ++line) {
    const std::string_view whole = TakeLine(rest);
    if (const char* why = WhyUnreadable(whole)) {
      problems->Add(line, why);
      continue;
    }
    const std::string_view entry = Trim(WithoutComment(whole));
    if (entry.empty()) continue;
    if (entries_.size() == kMaxListEntries) {
      problems->Add(line, "more than 1000000 entries");
      return;
    }
    entries_.push_back({static_cast<std::uint32_t>(entry.data() - text_.data()),
                        static_cast<std::uint32_t>(entry.size()), line});
  }
}

}  // namespace tlswarden
