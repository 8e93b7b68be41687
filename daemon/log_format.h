// LogLine: one decision, or one message, as a line of text or JSON.
//
// Pure: rendering only. What comes from outside (addresses, replies, reasons) can't break a line,
// forge a field or reach a terminal as a control character.
#ifndef TLSWARDEN_DAEMON_LOG_FORMAT_H_
#define TLSWARDEN_DAEMON_LOG_FORMAT_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tlswarden {

// From the gravest; a line is written when its level is not below the configured one.
enum class LogLevel { kError, kWarning, kInfo, kDebug };

enum class LogFormat { kText, kJson };

// A decision. The fields appear in their order; keys are ours and need no escaping.
struct LogLine {
  LogLevel level = LogLevel::kInfo;
  std::string queue_id;  // empty while the MTA has given none
  std::vector<std::pair<std::string_view, std::string>> fields;
};

inline constexpr std::size_t kMaxLoggedValueOctets = 256;     // as rendered, quotes not counted
inline constexpr std::size_t kMaxLoggedMessageOctets = 1024;  // as rendered

// Text: `4Xk1Q2: rcpt=<a@bank.example> reply="550 5.7.5"`. A value with blanks, quotes, equals
// signs, backslashes or anything unprintable is quoted; inside the quotes `"` and `\` have a
// backslash in front and unprintable octets are \xHH. Longer values end in `...`.
// JSON: one object with `queue-id` first and the same keys; all values are strings.
// No newline at the end.
std::string Format(const LogLine& line, LogFormat format);

// For lines that are no decisions: start, stop, warnings.
// Text: `warning: TEXT`, the level left out when it is info. JSON: `level` and `message`.
std::string FormatMessage(LogLevel level, std::string_view text, LogFormat format);

// One line of text for people: unprintable octets as \xHH, at most `most` octets (at least 3), the
// last three of them `...` when something had to go.
std::string Printable(std::string_view text, std::size_t most);

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_LOG_FORMAT_H_
