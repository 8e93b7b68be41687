// RememberedTls: what past sessions have proven of a domain, for those that publish nothing.
//
// Pure: the counts of days and the time in, one value out. doc/remember-tls.md has the table of
// what is demanded when, and why.
#ifndef TLSWARDEN_POLICY_REMEMBERED_TLS_H_
#define TLSWARDEN_POLICY_REMEMBERED_TLS_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/domain.h"
#include "policy/time.h"
#include "policy/tls_level.h"

namespace tlswarden {

// What is done with it: a word in the log, nothing, or TLS is demanded.
enum class RememberTls { kWarn, kOff, kRequire };
std::string_view ToString(RememberTls mode);

// What the log gives as the rule when the memory alone made the level what it is.
inline constexpr std::string_view kRememberedRule = "remembered";

// What it gives as the rule of the alarm that TLS is missing. Another name, since a verdict that
// demands TLS of a domain is no sign that TLS is back. No rule of the operator may have either.
inline constexpr std::string_view kRememberedAlarm = "remember-tls";

// The sessions of one UTC day with one domain.
struct RememberedDay {
  Day day{};
  std::int64_t plain = 0;          // mail went in the clear; see PlainCounts for those that count
  std::int64_t encrypted = 0;      // with a certificate that nobody looked at, or a bad one
  std::int64_t authenticated = 0;  // counts as encrypted: nobody promised that it will be so again
  std::int64_t missing = 0;        // no mail went, since STARTTLS was missing
  Time last{};                     // of the day's sessions
};

// Several, since a host's outage may make one day look like anything: of hosts of which some have
// no TLS, only those with it may be up.
inline constexpr int kProvingDays = 3;

// As many days in the clear disprove it, so that one day of an attack or of an outage doesn't.
inline constexpr int kDisprovingDays = 3;

// How long a session counts: one with TLS keeps the memory, one in the clear keeps TLS from being
// proven. Counted from the last one, since a memory that nothing renews is worth little.
inline constexpr std::chrono::days kRememberedFor{28};

// Older days change nothing.
inline constexpr std::chrono::days kRememberedDays{84};

struct RememberedTls {
  TlsLevel level = TlsLevel::kMay;  // kEncrypt: proven; never more
  int days = 0;                     // on which all sessions had TLS
  Time since{};                     // the beginning of the first of them
  Time last{};                      // the last session with TLS
  // Of the days since the last one with TLS, the first on which it was missing. Empty: it wasn't.
  std::optional<Day> gone_since;
  bool operator==(const RememberedTls&) const = default;
};

// `days` in any order; of one day there may be several. What isn't after `let_go`, when the
// administrator said that the domain may do without, doesn't count, nor does the rest of that day.
RememberedTls Remember(const std::vector<RememberedDay>& days, Time now,
                       std::optional<Time> let_go = std::nullopt);

// Whether it still stands at `now`. It ends by itself.
bool StandsAt(const RememberedTls& remembered, Time now);

// "TLS on 12 days since 2026-10-20, last on 2026-11-24".
std::string Describe(const RememberedTls& remembered);

// "tlswarden cache purge example.com", after which the domain may do without TLS.
std::string CommandThatLetsGo(const Domain& domain);

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_REMEMBERED_TLS_H_
