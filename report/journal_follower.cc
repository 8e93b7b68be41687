#include "report/journal_follower.h"

#include <string_view>
#include <utility>

namespace tlswarden {
namespace {

constexpr std::string_view kTitle = "tlswarden journal cursor 1\n";
// Entries between two looks at the clock and at Stop.
constexpr int kBatch = 256;
constexpr std::chrono::milliseconds kShortest{20};

std::string ToText(const std::string& cursor) { return std::string(kTitle) + cursor + '\n'; }

std::optional<std::string> ParseCursor(std::string_view text) {
  if (!text.starts_with(kTitle)) return std::nullopt;
  text.remove_prefix(kTitle.size());
  const bool is_line = !text.empty() && text.find('\n') == text.size() - 1;
  if (!is_line || text.find('\0') != std::string_view::npos) return std::nullopt;
  text.remove_suffix(1);
  return std::string(text);
}

}  // namespace

Result<std::unique_ptr<JournalFollower>> JournalFollower::Open(JournalFollowerOptions options,
                                                               JournalSink entry,
                                                               const LogHooks& hooks) {
  Result<JournalEntries> entries = JournalEntries::Open(options.directory);
  if (!entries) return Error{entries.error()};
  std::unique_ptr<JournalFollower> follower(
      new JournalFollower(std::move(options), std::move(entry), hooks, std::move(entries).value()));
  if (auto error = follower->Begin()) return Error{*error};
  follower->thread_ = std::thread([raw = follower.get()] { raw->Loop(); });
  return follower;
}

JournalFollower::JournalFollower(JournalFollowerOptions options, JournalSink entry,
                                 const LogHooks& hooks, JournalEntries entries)
    : options_(std::move(options)),
      sink_(std::move(entry)),
      hooks_(hooks),
      entries_(std::move(entries)),
      keeper_(options_.state_path, hooks) {}

std::optional<std::string> JournalFollower::Begin() {
  const Result<std::optional<std::string>> text = keeper_.Load();
  if (text && !*text) return entries_.GoToTail();
  std::string why = text ? "" : text.error();
  if (text) {
    const std::optional<std::string> cursor = ParseCursor(**text);
    if (cursor && entries_.GoBehind(*cursor)) return std::nullopt;
    why = cursor ? "the journal's entry that was read last is gone"
                 : keeper_.path() + ": this isn't a saved position";
  }
  hooks_.complain(why + ": the journal is followed from its end");
  return entries_.GoToTail();
}

void JournalFollower::Stop() {
  stopping_ = true;
  wake_up_.Signal();
  if (thread_.joinable()) thread_.join();
}

FollowedCounts JournalFollower::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

// Hands on some entries. False: there are no more just now.
bool JournalFollower::Pass() {
  const auto count_and_hand_on = [this](const JournalEntry& entry) {
    ++own_counts_.lines;
    own_counts_.octets += entry.message.size();
    if (entries_.was_cut()) ++own_counts_.long_lines;
    sink_(entry);
  };
  for (int i = 0; i < kBatch; ++i) {
    const Result<JournalEntries::Next> next = entries_.Read(count_and_hand_on);
    if (!next) {
      if (!std::exchange(complained_, true)) hooks_.complain(next.error());
      return false;
    }
    complained_ = false;
    if (*next == JournalEntries::Next::kEnd) return false;
  }
  return true;
}

std::string JournalFollower::Place() { return ToText(entries_.Cursor()); }

void JournalFollower::Loop() {
  LowerThreadPriority();
  keeper_.SaveNow(Place(), StateKeeper::Clock::now());
  while (!stopping_) {
    const bool more = Pass();
    {
      const std::lock_guard lock(mutex_);
      counts_ = own_counts_;
    }
    const auto now = StateKeeper::Clock::now();
    if (keeper_.IsDue(now)) keeper_.Save(Place(), now);
    if (more) continue;
    wake_up_.Wait(-1, 0, kShortest);
    wake_up_.Wait(entries_.descriptor(), entries_.events(), options_.poll);
    entries_.Cursor();  // while the entry's file is there
    entries_.Process();
  }
  keeper_.SaveNow(Place(), StateKeeper::Clock::now());
}

}  // namespace tlswarden
