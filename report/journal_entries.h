// JournalEntries: the mail entries of systemd's journal, one after the other.
//
// The one file pair that knows libsystemd. For one thread at a time.
#ifndef TLSWARDEN_REPORT_JOURNAL_ENTRIES_H_
#define TLSWARDEN_REPORT_JOURNAL_ENTRIES_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "policy/result.h"
#include "policy/time.h"

struct sd_journal;

namespace tlswarden {

// Texts are valid during the call, hold any octets, and are cut at kMostLogLine.
struct JournalEntry {
  Time at{};                    // when the journal took it
  std::string_view identifier;  // SYSLOG_IDENTIFIER: "postfix/smtp"; empty: it has none
  std::string_view pid;         // SYSLOG_PID, else _PID; empty: it has none
  std::string_view message;     // MESSAGE
};

// "postfix/smtp[9872]: the message", as it would stand in a file (log_line.h).
std::string JournalLine(const JournalEntry& entry);

using JournalSink = std::function<void(const JournalEntry&)>;

class JournalEntries {
 public:
  // Of this machine's journal, or of the journal files in `directory`. Entries of syslog's facility
  // "mail" (SYSLOG_FACILITY=2), of any unit. Error: there is no journal, or this user may read
  // none of its files (the group systemd-journal may).
  static Result<JournalEntries> Open(const std::string& directory = "");

  // Begins behind the last entry that there is.
  std::optional<std::string> GoToTail();
  // Begins behind the entry of a cursor; an empty one: at the first entry there is. False: the
  // entry isn't there any more, or this is no cursor.
  bool GoBehind(const std::string& cursor);

  enum class Next { kEntry, kEnd };
  // The next entry to `sink`. One without a message is passed over. Error: libsystemd's.
  Result<Next> Read(const JournalSink& sink);

  // Of the entry that was read last; empty: there was none.
  const std::string& Cursor();

  // For poll(2). -1: it can't be waited for.
  int descriptor() const;
  short events() const;
  // After waiting: takes notice of new, rotated and removed journal files.
  void Process();

  bool was_cut() const { return was_cut_; }  // the last entry's message

 private:
  struct Close {
    void operator()(sd_journal* journal) const;
  };
  explicit JournalEntries(sd_journal* journal) : journal_(journal) {}
  bool Field(const char* name, std::string& value);

  std::unique_ptr<sd_journal, Close> journal_;
  std::string cursor_;
  bool has_moved_ = false;  // since cursor_ was asked for
  bool was_cut_ = false;
  std::string identifier_, pid_, message_;  // one entry's; here so that they keep their room
};

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_JOURNAL_ENTRIES_H_
