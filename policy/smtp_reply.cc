#include "policy/smtp_reply.h"

#include <algorithm>
#include <utility>

#include "policy/ascii.h"

namespace tlswarden {
namespace {

constexpr std::size_t kCodeOctets = 3;
constexpr std::size_t kMaxShown = 200;

// 0: the line doesn't begin with one.
int CodeOf(std::string_view line) {
  if (line.size() < kCodeOctets || line[0] < '2' || line[0] > '5') return 0;
  if (!IsDigit(line[1]) || !IsDigit(line[2])) return 0;
  if (line.size() > kCodeOctets && line[kCodeOctets] != ' ' && line[kCodeOctets] != '-') return 0;
  return (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
}

}  // namespace

std::string ToString(const SmtpReply& reply) {
  std::string text = std::to_string(reply.code);
  for (const std::string& line : reply.lines) text += ' ' + line;
  if (text.size() > kMaxShown) text.replace(kMaxShown, std::string::npos, "...");
  return text;
}

bool HasKeyword(const SmtpReply& reply, std::string_view keyword) {
  // The first line greets.
  for (std::size_t i = 1; i < reply.lines.size(); ++i) {
    const std::string_view line = reply.lines[i];
    if (EqualsIgnoringCase(line.substr(0, line.find(' ')), keyword)) return true;
  }
  return false;
}

std::size_t SmtpReplyParser::Take(std::string_view text) {
  std::size_t taken = 0;
  while (taken < text.size() && state_ == State::kMore) {
    const char c = text[taken++];
    if (++octets_ > kMaxReplyOctets) {
      Fail("a reply without end");
    } else if (c == '\n') {
      EndLine();
    } else if (line_.size() >= kMaxReplyLineOctets) {
      Fail("a line without end");
    } else {
      line_ += c;
    }
  }
  return taken;
}

// A bare LF ends a line too, as for the MTAs.
void SmtpReplyParser::EndLine() {
  if (line_.ends_with('\r')) line_.pop_back();
  const int code = CodeOf(line_);
  if (code == 0) return Fail("no SMTP reply: " + PrintableAscii(line_).substr(0, kMaxShown));
  if (!reply_.lines.empty() && code != reply_.code) return Fail("a reply with two codes");
  if (reply_.lines.size() >= kMaxReplyLines) return Fail("a reply without end");
  const bool last = line_.size() == kCodeOctets || line_[kCodeOctets] == ' ';
  reply_.code = code;
  reply_.lines.push_back(
      PrintableAscii(std::string_view(line_).substr(std::min(line_.size(), kCodeOctets + 1))));
  line_.clear();
  if (last) state_ = State::kDone;
}

void SmtpReplyParser::Fail(std::string problem) {
  state_ = State::kBad;
  problem_ = std::move(problem);
}

}  // namespace tlswarden
