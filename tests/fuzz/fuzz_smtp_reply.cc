// A server's SMTP replies: whatever pieces they come in, they are read alike, within limits, and
// what is shown of them is one printable line.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "policy/smtp_reply.h"
#include "tests/fuzz/check.h"

namespace {

using namespace tlswarden;
using State = SmtpReplyParser::State;

std::size_t Feed(SmtpReplyParser& parser, std::string_view octets, std::size_t piece) {
  std::size_t taken = 0;
  while (taken < octets.size() && parser.state() == State::kMore) {
    const std::string_view part = octets.substr(taken, piece);
    const std::size_t here = parser.Take(part);
    Check(here <= part.size(), "takes what is there");
    Check(here == part.size() || parser.state() != State::kMore, "takes all until the end");
    taken += here;
  }
  return taken;
}

void CheckShown(const std::string& text) {
  Check(text.size() < 300, "short", text);
  for (const char c : text) Check(c >= 0x20 && c <= 0x7e, "one printable line", text);
}

void CheckReply(const SmtpReply& reply, std::string_view octets) {
  Check(reply.code >= 200 && reply.code <= 599, "a code");
  Check(!reply.lines.empty() && reply.lines.size() <= kMaxReplyLines, "lines are bounded");
  for (const std::string& line : reply.lines) {
    Check(line.size() <= kMaxReplyLineOctets, "a line is bounded");
  }
  CheckShown(ToString(reply));
  Check(octets.find(std::to_string(reply.code)) != std::string_view::npos, "the code was sent");
  if (!HasKeyword(reply, "STARTTLS")) return;
  std::string upper(octets);
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  Check(upper.find("STARTTLS") != std::string::npos, "a keyword was sent");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string_view octets(reinterpret_cast<const char*>(data) + 1, size - 1);
  while (!octets.empty()) {
    SmtpReplyParser whole, pieces;
    const std::size_t taken = Feed(whole, octets, octets.size());
    Check(Feed(pieces, octets, std::max<std::size_t>(data[0], 1)) == taken, "pieces don't matter");
    Check(whole.state() == pieces.state(), "pieces don't matter");
    Check(taken <= kMaxReplyOctets + 1, "a reply is bounded");
    if (whole.state() == State::kBad) CheckShown(whole.problem());
    if (whole.state() != State::kDone) return 0;
    Check(whole.reply() == pieces.reply(), "pieces don't matter");
    CheckReply(whole.reply(), octets.substr(0, taken));
    octets.remove_prefix(taken);
  }
  return 0;
}
