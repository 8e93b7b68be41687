// LogSource: something that follows the MTA's log on a thread of its own and hands on what is new.
//
// What both kinds share: what they call, what they count, how they end.
#ifndef TLSWARDEN_REPORT_LOG_SOURCE_H_
#define TLSWARDEN_REPORT_LOG_SOURCE_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace tlswarden {

// Octets of a line or a message. What is longer is cut, and counted. An MTA's lines are far
// shorter: Postfix writes 2,000 octets at most, syslog's daemons 8 KiB by default.
inline constexpr std::size_t kMostLogLine = 16384;

// All are called by the source's thread alone, `complain` also by Open. They must not throw.
struct LogHooks {
  // Before a position is saved: returns when all that was handed on is kept for good. May block; it
  // holds up nothing but this source. Empty: nothing to wait for.
  std::function<void()> before_save;
  // One text for a person, once until it is well again.
  std::function<void(const std::string&)> complain;
  // What a line becomes may take so long. Until Stop the position that is saved is one of so long
  // ago.
  std::chrono::milliseconds keep_back{0};
};

struct FollowedCounts {
  std::uint64_t lines = 0;       // handed on
  std::uint64_t octets = 0;      // read
  std::uint64_t long_lines = 0;  // cut at kMostLogLine
  std::uint64_t files = 0;       // gone over to after the first: rotations, mostly
  std::uint64_t cuts = 0;        // of a file in place: copytruncate, mostly
};

class LogSource {
 public:
  virtual ~LogSource() = default;
  // What it reads just now is handed on and the position saved; returns when its thread has ended.
  // Not from a hook. Further calls do nothing; the destructor calls it.
  virtual void Stop() = 0;
  // From any thread.
  virtual FollowedCounts counts() const = 0;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_LOG_SOURCE_H_
