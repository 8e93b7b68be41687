// record_lines: records as lines of the log: which keys, in which order.
//
// Pure. The keys are RFC 8460's where it has one.
#ifndef TLSWARDEN_DAEMON_RECORD_LINES_H_
#define TLSWARDEN_DAEMON_RECORD_LINES_H_

#include "daemon/log_format.h"
#include "policy/record.h"

namespace tlswarden {

// A decision, or a change of what is known, as a line. A Notice has no keys and isn't among them.
LogLine ToLogLine(const VerdictGiven& record);
LogLine ToLogLine(const InboundJudged& record);
LogLine ToLogLine(const MapAnswered& record);
LogLine ToLogLine(const PolicyChanged& record);
LogLine ToLogLine(const PolicyExpired& record);
LogLine ToLogLine(const InquiryFailed& record);
LogLine ToLogLine(const ProbeEnded& record);
LogLine ToLogLine(const AlarmRaised& record);
LogLine ToLogLine(const AlarmCleared& record);

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_RECORD_LINES_H_
