// commands: what `tlswarden COMMAND` does. Each returns the exit code of the process.
#ifndef TLSWARDEN_DAEMON_COMMANDS_H_
#define TLSWARDEN_DAEMON_COMMANDS_H_

#include <string>
#include <vector>

#include "daemon/explain_message.h"

namespace tlswarden {

// 0 good, 1 the answer is bad news, 2 usage or configuration error, 75 temporary failure.
inline constexpr int kExitGood = 0;
inline constexpr int kExitBadNews = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitTemporary = 75;  // EX_TEMPFAIL of sysexits.h

// As given; empty: not given.
struct ReportRequest {
  std::string day;  // "2026-11-25"
  std::string domain;
  std::string message;  // a queue id
  std::string log;      // the mail log that --message reads
  std::string html;     // a file to write
  bool send = false;
  bool dry_run = false;
  std::string now;  // for tests: as if it were this time
};

struct CommandLine {
  std::string config_file;
  bool config_given = false;  // by -c: then it must exist
  bool json = false;
  bool print = false;      // check-config
  bool would = false;      // status
  std::string pid_file;    // run
  std::string user;        // run
  MessageOptions message;  // explain
  ReportRequest report;    // report
  std::string command;
  std::vector<std::string> arguments;
};

int RunCommand(const CommandLine& line);
int CheckConfigCommand(const CommandLine& line);
int DoctorCommand(const CommandLine& line);
int ExplainCommand(const CommandLine& line);
int StatusCommand(const CommandLine& line);
int CacheCommand(const CommandLine& line);
int ReportCommand(const CommandLine& line);

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_COMMANDS_H_
