// SyslogSink: where the daemon's lines go, syslog or standard error.
//
// Lines below the configured level are dropped before anything is rendered. Any thread may write.
#ifndef TLSWARDEN_DAEMON_SYSLOG_SINK_H_
#define TLSWARDEN_DAEMON_SYSLOG_SINK_H_

#include <mutex>
#include <string>
#include <string_view>

#include "daemon/log_format.h"
#include "daemon/settings.h"

namespace tlswarden {

class SyslogSink {
 public:
  // Standard error takes over when `syslog_socket` doesn't exist, as in most containers.
  // syslog(3) itself knows only one connection, so a process needs only one sink.
  explicit SyslogSink(const Settings::Log& log, const char* syslog_socket = "/dev/log");
  ~SyslogSink();
  SyslogSink(const SyslogSink&) = delete;
  SyslogSink& operator=(const SyslogSink&) = delete;

  bool Enabled(LogLevel level) const { return level <= log_.level; }
  bool writes_to_stderr() const { return to_stderr_; }

  void Write(const LogLine& line);
  void Message(LogLevel level, std::string_view text);

  // Lines that are written before Release may wait for it, on standard error; one write for each
  // costs 3 % of a message's time when the log is a file.
  void Hold();
  void Release();

 private:
  void Emit(LogLevel level, const std::string& line);
  void WriteHeld();

  const Settings::Log log_;
  const bool to_stderr_;
  std::mutex stderr_mutex_;  // keeps lines whole, and guards what follows
  std::string held_;
  bool holding_ = false;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_SYSLOG_SINK_H_
