#include "report/journal_entries.h"

#include <systemd/sd-journal.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "report/log_source.h"

namespace tlswarden {
namespace {

constexpr char kMail[] = "SYSLOG_FACILITY=2";          // RFC 5424 section 6.2.1
constexpr std::size_t kMostField = kMostLogLine + 64;  // with its name and '='

std::string Because(int error) { return std::string("the journal: ") + std::strerror(-error); }

}  // namespace

void JournalEntries::Close::operator()(sd_journal* journal) const { sd_journal_close(journal); }

Result<JournalEntries> JournalEntries::Open(const std::string& directory) {
  sd_journal* journal = nullptr;
  const int error = directory.empty()
                        ? sd_journal_open(&journal, SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_SYSTEM)
                        : sd_journal_open_directory(&journal, directory.c_str(), 0);
  if (error < 0) return Error{(directory.empty() ? "" : directory + ": ") + Because(error)};
  JournalEntries entries(journal);
  std::uint64_t octets = 0;
  if (sd_journal_get_usage(journal, &octets) < 0 || octets == 0) {
    return Error{(directory.empty() ? "the journal" : directory) +
                 ": no journal file can be read: is systemd-journald running, and is this user in"
                 " the group systemd-journal?"};
  }
  sd_journal_set_data_threshold(journal, kMostField);
  if (const int failed = sd_journal_add_match(journal, kMail, 0); failed < 0) {
    return Error{Because(failed)};
  }
  // The journal is watched from here on: what comes after Open isn't missed.
  sd_journal_get_fd(journal);
  return entries;
}

std::optional<std::string> JournalEntries::GoToTail() {
  int got = sd_journal_seek_tail(journal_.get());
  if (got >= 0) got = sd_journal_previous(journal_.get());
  // Without any entry behind it, the tail would stay where it is when the first one comes.
  if (got == 0)
    got = sd_journal_seek_head(journal_.get());
  else
    has_moved_ = got > 0;
  if (got < 0) return Because(got);
  return std::nullopt;
}

bool JournalEntries::GoBehind(const std::string& cursor) {
  if (cursor.empty()) return sd_journal_seek_head(journal_.get()) >= 0;
  if (sd_journal_seek_cursor(journal_.get(), cursor.c_str()) < 0) return false;
  // The entry itself, or where it was: the next one that is left.
  if (sd_journal_next(journal_.get()) <= 0) return false;
  if (sd_journal_test_cursor(journal_.get(), cursor.c_str()) <= 0) return false;
  has_moved_ = true;
  return true;
}

// False: the entry has no such field. REQUIRES: an entry was gone to.
bool JournalEntries::Field(const char* name, std::string& value) {
  value.clear();
  const void* data = nullptr;
  std::size_t octets = 0;
  if (sd_journal_get_data(journal_.get(), name, &data, &octets) < 0) return false;
  const std::size_t prefix = std::strlen(name) + 1;
  if (octets < prefix) return false;
  value.assign(static_cast<const char*>(data) + prefix, std::min(octets - prefix, kMostLogLine));
  was_cut_ = octets - prefix > kMostLogLine;
  return true;
}

Result<JournalEntries::Next> JournalEntries::Read(const JournalSink& sink) {
  while (true) {
    const int got = sd_journal_next(journal_.get());
    if (got < 0) return Error{Because(got)};
    if (got == 0) return Next::kEnd;
    has_moved_ = true;
    std::uint64_t microseconds = 0;
    sd_journal_get_realtime_usec(journal_.get(), &microseconds);
    Field("SYSLOG_IDENTIFIER", identifier_);
    if (!Field("SYSLOG_PID", pid_)) Field("_PID", pid_);
    if (!Field("MESSAGE", message_)) continue;
    sink({FromSeconds(static_cast<std::int64_t>(microseconds / 1000000)), identifier_, pid_,
          message_});
    return Next::kEntry;
  }
}

const std::string& JournalEntries::Cursor() {
  char* text = nullptr;
  if (std::exchange(has_moved_, false) && sd_journal_get_cursor(journal_.get(), &text) >= 0) {
    cursor_ = text;
  }
  std::free(text);
  return cursor_;
}

int JournalEntries::descriptor() const {
  const int descriptor = sd_journal_get_fd(journal_.get());
  return descriptor < 0 ? -1 : descriptor;
}

short JournalEntries::events() const {
  const int events = sd_journal_get_events(journal_.get());
  return events < 0 ? short{0} : static_cast<short>(events);
}

void JournalEntries::Process() { sd_journal_process(journal_.get()); }

std::string JournalLine(const JournalEntry& entry) {
  std::string line(entry.identifier);
  return line.append("[").append(entry.pid).append("]: ").append(entry.message);
}

}  // namespace tlswarden
