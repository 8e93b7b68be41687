// log_line: one line of the mail log, taken apart into who said it, when, and the text.
//
// Pure. Only lines of the programs that tell of TLS come through: all others, most of any mail log,
// are refused by the program's name before anything else of them is read.
//
// Only the program field at its own place counts: a subject, a HELO name or a server's reply that
// looks like another program's line stays text. Whoever may write to the local syslog can use any
// name there; that is for the one who reads the journal to tell apart.
#ifndef TLSWARDEN_REPORT_LOG_LINE_H_
#define TLSWARDEN_REPORT_LOG_LINE_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "policy/time.h"

namespace tlswarden {

enum class LogProgram {
  kPostfixSmtp,      // ANYTHING/smtp: "postfix/smtp", "postfix/tlswarden-encrypt/smtp"
  kPostfixTlsproxy,  // ANYTHING/tlsproxy
  kSendmail,         // "sendmail", "sm-mta"; not sm-msp-queue, which only talks to the local MTA
  kTlswarden,        // our own
};

// What it points to is the line's.
struct MailLogLine {
  Time at{};
  std::string_view host;     // empty in the journal's form
  std::string_view program;  // as written
  std::uint32_t pid = 0;
  std::string_view text;
  LogProgram kind = LogProgram::kPostfixSmtp;
  std::string_view tag;  // of "PREFIX/tlswarden-TAG/smtp" (policy/message_tag.h); else empty
};

// Takes the prefix off, if it is there.
inline bool TakePrefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// "03:29:46"; a blank may stand for a leading zero. A leap second counts for the one before it.
std::optional<std::chrono::seconds> ParseClock(std::string_view text);

// "Nov 24 03:29:46 host postfix/smtp[9872]: text" or, with RFC 3339's time,
// "2026-11-24T03:29:46.123+01:00 host …". The first has no year and is local time: it gets the
// year that brings it nearest to `now`, but not more than a day after it. `utc_offset` is the
// local time's, east is positive. Fractions of a second are dropped.
// Nothing for other programs, and for what isn't such a line.
std::optional<MailLogLine> SplitLogLine(std::string_view line, Time now,
                                        std::chrono::minutes utc_offset);

// The journal's fields: "postfix/smtp[9872]: text", with its own time.
std::optional<MailLogLine> SplitJournalLine(std::string_view line, Time at);

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_LOG_LINE_H_
