// report_commands: what `tlswarden report` does besides showing figures. Each returns the exit code
// of the process, and has said on standard error what went wrong.
#ifndef TLSWARDEN_DAEMON_REPORT_COMMANDS_H_
#define TLSWARDEN_DAEMON_REPORT_COMMANDS_H_

#include <string>

#include "daemon/commands.h"
#include "daemon/settings.h"
#include "policy/time.h"

namespace tlswarden {

// Says on standard error what went wrong, and returns the code.
int Complain(int code, const std::string& what);

// `report read FILE|-`: a report that somebody sent about us, or a mail with it.
int ReadReceived(const std::string& file, const Settings& settings, Time now);

// `report --message QUEUEID`: what was demanded for each recipient, and how it went.
int ShowMessage(const CommandLine& line, const Settings& settings);

// `report --send` sends what is due, `report --dry-run` says what that is.
int SendReports(const CommandLine& line, const Settings& settings, Time now);

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_REPORT_COMMANDS_H_
