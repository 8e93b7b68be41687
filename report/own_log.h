// own_log: tlswarden's own line of the log, read back: what was demanded for one recipient.
//
// Pure. Both formats, text and JSON, as daemon/log_format writes them; there, what comes from
// outside can't add a key.
#ifndef TLSWARDEN_REPORT_OWN_LOG_H_
#define TLSWARDEN_REPORT_OWN_LOG_H_

#include <optional>
#include <string>
#include <string_view>

#include "policy/time.h"

namespace tlswarden {

// The values are as written, cut ones end in "...". Empty: the line doesn't have the key.
struct LoggedDemand {
  Time at{};                // of the line; not set by ParseOwnLog
  std::string queue_id;     // "NOQUEUE" while the MTA had given none
  std::string recipient;    // without angle brackets
  std::string action;       // what was done with the recipient: accept, defer, reject, …
  std::string would;        // what would have been done, were it enforced
  std::string reply;        // "550 5.7.5"
  std::string tag;          // the demand that was given on to the delivery
  std::string policy_type;  // tlsa, sts, no-policy-found
  std::string policy_mode;  // "testing"
  std::string policy_domain;
  std::string result_type;  // why not, RFC 8460 section 4.3
  std::string mx_hostname;
  std::string reason;  // failure-reason-code
  std::string rule;
  std::string observed_rule;
  bool operator==(const LoggedDemand&) const = default;
};

// The text behind "tlswarden[PID]: ". Nothing for lines that judge no recipient of mail that goes
// out.
std::optional<LoggedDemand> ParseOwnLog(std::string_view text);

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_OWN_LOG_H_
