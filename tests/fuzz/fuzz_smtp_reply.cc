// What a server says: in whatever pieces it comes, the same replies are taken, and they are bounded
// and printable. And what we say: no text ends a message early.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "report/smtp_reply.h"
#include "report/smtp_submit.h"
#include "tests/fuzz/check.h"

namespace {

using namespace tlswarden;

// All replies of a connection; the last one may be the reason why there are no more.
std::vector<std::string> TakeAll(std::string_view octets, std::size_t piece) {
  std::vector<std::string> all;
  std::string waiting;
  while (!octets.empty()) {
    waiting += octets.substr(0, piece);
    octets.remove_prefix(std::min(octets.size(), piece));
    while (const auto reply = TakeSmtpReply(waiting)) {
      if (!*reply) {
        Check(reply->error().size() < 200, "a short reason", reply->error());
        all.push_back("no SMTP");
        return all;
      }
      Check((*reply)->code >= 200 && (*reply)->code <= 599, "a code of SMTP");
      Check((*reply)->text.size() <= kMaxSmtpReplyText, "a bounded text", (*reply)->text);
      all.push_back(ToString(**reply));
      for (const char c : all.back()) Check(c >= 0x20 && c <= 0x7e, "one line", all.back());
    }
    Check(waiting.size() < kMaxSmtpReplyOctets, "what waits is bounded");
  }
  return all;
}

void CheckData(std::string_view text) {
  const std::string data = DotStuffed(text);
  Check(data.ends_with("\r\n.\r\n") || data == ".\r\n", "a message ends", data);
  // As a server would read it, by the strictest and by the laxest notion of a line.
  const std::size_t end = data.find("\r\n.\r\n");
  Check(end == std::string::npos || end + 5 == data.size(), "and only there", data);
  for (std::size_t i = 0; i < data.size(); ++i) {
    Check(data[i] != '\n' || (i > 0 && data[i - 1] == '\r'), "no LF alone", data);
    Check(data[i] != '\r' || data[i + 1] == '\n', "no CR alone", data);
    Check(data[i] != '\0', "no NUL", data);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view octets(reinterpret_cast<const char*>(data) + 1, size - 1);
  Check(TakeAll(octets, octets.size() + 1) == TakeAll(octets, data[0] % 16 + 1),
        "pieces don't matter");
  CheckData(octets);
  if (IsPlainAddress(octets)) {
    for (const char c : octets) {
      Check(c > 0x20 && c <= 0x7e && c != '<' && c != '>', "an address is one word", octets);
    }
  }
  return 0;
}
