// SmtpReply: what an SMTP server answers (RFC 5321 section 4.2), taken from the octets that came.
//
// Pure. Bounded: a reply of more than kMaxSmtpReplyOctets isn't one.
#ifndef TLSWARDEN_REPORT_SMTP_REPLY_H_
#define TLSWARDEN_REPORT_SMTP_REPLY_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "policy/result.h"

namespace tlswarden {

inline constexpr std::size_t kMaxSmtpReplyOctets = 16384;
inline constexpr std::size_t kMaxSmtpReplyText = 512;  // of what is kept for a person

struct SmtpReply {
  int code = 0;      // 200 to 599
  std::string text;  // of all lines, with blanks between; printable ASCII

  bool Completed() const { return code >= 200 && code <= 299; }
  bool Permanent() const { return code >= 500; }
  bool operator==(const SmtpReply&) const = default;
};

// Takes one whole reply off the front of `octets`. Nothing: more octets are needed. Errors: this
// is no SMTP; the connection is of no use any more. Lines may end in LF alone.
std::optional<Result<SmtpReply>> TakeSmtpReply(std::string& octets);

// "550 5.1.1 no such user".
std::string ToString(const SmtpReply& reply);

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_SMTP_REPLY_H_
