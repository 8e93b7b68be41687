#include "report/log_line.h"

#include <algorithm>
#include <array>

#include "policy/ascii.h"
#include "policy/message_tag.h"

namespace tlswarden {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;

constexpr std::size_t kMaxProgramOctets = 160;  // a tag and what stands around it
constexpr std::size_t kMaxPidDigits = 9;
constexpr std::size_t kClassicStampOctets = 15;  // "Nov 24 03:29:46"
constexpr std::string_view kTagPrefix = "tlswarden-";

// Decimal; -1 when it isn't. A blank may stand for a leading zero.
int Number(std::string_view digits) {
  int value = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i == 0 && digits[i] == ' ' && digits.size() > 1) continue;
    if (!IsDigit(digits[i])) return -1;
    value = value * 10 + (digits[i] - '0');
  }
  return digits.empty() ? -1 : value;
}

unsigned MonthOf(std::string_view name) {
  const auto found = std::find(kMonthNames.begin(), kMonthNames.end(), name);
  return found == kMonthNames.end() ? 0 : static_cast<unsigned>(found - kMonthNames.begin()) + 1;
}

std::optional<Time> ParseClassic(std::string_view stamp, Time now, minutes utc_offset) {
  const unsigned month = MonthOf(stamp.substr(0, 3));
  const int day = Number(stamp.substr(4, 2));
  const std::optional<seconds> clock = ParseClock(stamp.substr(7));
  if (month == 0 || day < 1 || !clock) return std::nullopt;
  const std::chrono::year_month_day today(DayOf(now + utc_offset));
  std::optional<Time> nearest;
  for (int step = -1; step <= 1; ++step) {
    const std::chrono::year_month_day date(today.year() + std::chrono::years(step),
                                           std::chrono::month(month),
                                           std::chrono::day(static_cast<unsigned>(day)));
    if (!date.ok()) continue;  // the 29th of February
    const Time time = sys_days(date) + *clock - utc_offset;
    if (time > now + std::chrono::days(1)) continue;
    if (!nearest || std::chrono::abs(time - now) < std::chrono::abs(*nearest - now)) {
      nearest = time;
    }
  }
  return nearest;
}

std::optional<Time> ParseRfc3339(std::string_view stamp) {
  if (stamp.size() < 20 || stamp[4] != '-' || stamp[7] != '-' || stamp[10] != 'T') {
    return std::nullopt;
  }
  const int year = Number(stamp.substr(0, 4));
  const int month = Number(stamp.substr(5, 2));
  const int day = Number(stamp.substr(8, 2));
  const std::optional<seconds> clock = ParseClock(stamp.substr(11, 8));
  const std::optional<minutes> zone = ParseUtcOffset(stamp.substr(19));
  if (year < 1970 || month < 1 || day < 1 || !clock || !zone) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  return sys_days(date) + *clock - *zone;
}

std::optional<LogProgram> KindOf(std::string_view program) {
  if (program.ends_with("/smtp") && program.size() > 5) return LogProgram::kPostfixSmtp;
  if (program.ends_with("/tlsproxy") && program.size() > 9) return LogProgram::kPostfixTlsproxy;
  if (program == "sm-mta" || program == "sendmail") return LogProgram::kSendmail;
  if (program == "tlswarden") return LogProgram::kTlswarden;
  return std::nullopt;
}

// contrib/postfix/master.cf: syslog_name=postfix/tlswarden-TAG.
std::string_view TagIn(std::string_view program) {
  program = program.substr(0, program.rfind('/'));
  const std::string_view last = program.substr(program.rfind('/') + 1);
  if (!last.starts_with(kTagPrefix)) return {};
  const std::string_view tag = last.substr(kTagPrefix.size());
  return IsTag(tag) ? tag : std::string_view();
}

// "postfix/smtp[9872]: text", all but the time and the host.
std::optional<MailLogLine> SplitProgram(std::string_view line) {
  const std::string_view start = line.substr(0, kMaxProgramOctets);
  // find_first_of would cost as much as all the rest does for a line that is refused.
  std::size_t bracket = 0;
  while (bracket < start.size() && start[bracket] != '[') {
    if (start[bracket] == ' ' || start[bracket] == ':') return std::nullopt;
    ++bracket;
  }
  if (bracket == start.size()) return std::nullopt;
  MailLogLine split;
  split.program = line.substr(0, bracket);
  const std::optional<LogProgram> kind = KindOf(split.program);
  if (!kind) return std::nullopt;
  split.kind = *kind;
  line.remove_prefix(bracket + 1);
  const std::size_t end = line.substr(0, kMaxPidDigits + 1).find(']');
  if (end == std::string_view::npos || end == 0 || line.substr(end, 3) != "]: ") {
    return std::nullopt;
  }
  const int pid = Number(line.substr(0, end));
  if (pid < 0 || line[0] == ' ') return std::nullopt;
  split.pid = static_cast<std::uint32_t>(pid);
  split.text = line.substr(end + 3);
  if (*kind == LogProgram::kPostfixSmtp) split.tag = TagIn(split.program);
  return split;
}

}  // namespace

std::optional<seconds> ParseClock(std::string_view text) {
  if (text.size() != 8 || text[2] != ':' || text[5] != ':') return std::nullopt;
  const int hour = Number(text.substr(0, 2));
  const int minute = Number(text.substr(3, 2));
  const int second = Number(text.substr(6, 2));
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) {
    return std::nullopt;
  }
  return std::chrono::hours(hour) + minutes(minute) + seconds(std::min(second, 59));
}

std::optional<MailLogLine> SplitLogLine(std::string_view line, Time now, minutes utc_offset) {
  if (line.size() <= kClassicStampOctets) return std::nullopt;
  const bool classic = line[3] == ' ' && line[6] == ' ';
  const std::size_t stamp_end =
      classic ? kClassicStampOctets : line.substr(0, kMaxProgramOctets).find(' ');
  if (stamp_end == std::string_view::npos || line[stamp_end] != ' ') return std::nullopt;
  const std::string_view stamp = line.substr(0, stamp_end);
  line.remove_prefix(stamp_end + 1);
  const std::size_t host_end = line.substr(0, 256).find(' ');
  if (host_end == std::string_view::npos) return std::nullopt;
  std::optional<MailLogLine> split = SplitProgram(line.substr(host_end + 1));
  if (!split) return std::nullopt;
  const std::optional<Time> at =
      classic ? ParseClassic(stamp, now, utc_offset) : ParseRfc3339(stamp);
  if (!at) return std::nullopt;
  split->at = *at;
  split->host = line.substr(0, host_end);
  return split;
}

std::optional<MailLogLine> SplitJournalLine(std::string_view line, Time at) {
  std::optional<MailLogLine> split = SplitProgram(line);
  if (split) split->at = at;
  return split;
}

}  // namespace tlswarden
