#include "report/smtp_reply.h"

#include <algorithm>

namespace tlswarden {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// 0: none. The first digit is 2 to 5; 1yz has no place in SMTP.
int CodeOf(std::string_view line) {
  if (line.size() < 3 || line[0] < '2' || line[0] > '5') return 0;
  if (!IsDigit(line[1]) || !IsDigit(line[2])) return 0;
  return (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
}

void AppendText(std::string_view text, std::string& to) {
  if (!to.empty() && !text.empty()) to += ' ';
  for (const char c : text) to += c >= 0x20 && c <= 0x7e ? c : '?';
  if (to.size() > kMaxSmtpReplyText) to.resize(kMaxSmtpReplyText);
}

Result<SmtpReply> NoSmtp(std::string_view line) {
  std::string shown;
  AppendText(line.substr(0, 80), shown);
  return Error{"it doesn't speak SMTP: \"" + shown + "\""};
}

}  // namespace

std::optional<Result<SmtpReply>> TakeSmtpReply(std::string& octets) {
  SmtpReply reply;
  std::size_t at = 0;
  while (true) {
    const std::size_t end = octets.find('\n', at);
    if (end == std::string::npos || end >= kMaxSmtpReplyOctets) {
      if (octets.size() < kMaxSmtpReplyOctets) return std::nullopt;
      return Error{"its reply is too long"};
    }
    std::string_view line = std::string_view(octets).substr(at, end - at);
    if (line.ends_with('\r')) line.remove_suffix(1);
    at = end + 1;
    const int code = CodeOf(line);
    const char separator = line.size() > 3 ? line[3] : ' ';
    if (code == 0 || (separator != ' ' && separator != '-')) return NoSmtp(line);
    if (reply.code != 0 && code != reply.code) return NoSmtp(line);
    reply.code = code;
    AppendText(line.substr(std::min<std::size_t>(line.size(), 4)), reply.text);
    if (separator == '-') continue;
    octets.erase(0, at);
    return reply;
  }
}

std::string ToString(const SmtpReply& reply) {
  return std::to_string(reply.code) + (reply.text.empty() ? "" : " " + reply.text);
}

}  // namespace tlswarden
