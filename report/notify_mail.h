// notify_mail: the mail that tells an administrator of a domain that is newly blocked.
//
// Pure: time, host and Message-ID are arguments. Nothing from outside can add a header field.
#ifndef TLSWARDEN_REPORT_NOTIFY_MAIL_H_
#define TLSWARDEN_REPORT_NOTIFY_MAIL_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

#include "policy/alarm.h"
#include "policy/time.h"

namespace tlswarden {

struct NotifyContext {
  std::string to;      // a plain address (smtp_submit.h)
  std::string sender;  // the envelope's; empty: <>
  std::string host;    // this machine's name, for From and Message-ID
  std::string unique;  // the left side of the Message-ID: letters, digits, dots
  Time now{};
};

// The whole message, lines ending in LF, at most 998 octets each, US-ASCII.
// `Auto-Submitted: auto-generated` (RFC 3834) keeps vacation programs quiet; `TLS-Required: No`
// (RFC 8689 section 5) lets it through where TLS is what is broken.
std::string ComposeNotifyMail(const Alarm& alarm, const NotifyContext& context);

// Whether a mail about the alarm would go where the trouble is: it would be held back, too, and
// give reason for another.
bool WouldLoop(const Alarm& alarm, std::string_view address);

// At most one mail a day for each domain, and so many in all.
inline constexpr std::size_t kMostMailsADay = 100;

// For one thread at a time; its memory is bounded by kMostMailsADay.
class NotifyLimit {
 public:
  enum class Answer { kSend, kNotAgain, kTooMany };
  Answer Ask(const Domain& domain, Time now);

 private:
  std::unordered_map<std::string, Time> sent_;  // within a day
};

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_NOTIFY_MAIL_H_
