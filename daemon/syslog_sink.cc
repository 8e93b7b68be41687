#include "daemon/syslog_sink.h"

#include <syslog.h>
#include <unistd.h>

#include <cerrno>

namespace tlswarden {
namespace {

constexpr const char* kIdent = "tlswarden";
constexpr std::size_t kMostHeld = 65536;  // octets

int Priority(LogLevel level) {
  switch (level) {
    case LogLevel::kError:
      return LOG_ERR;
    case LogLevel::kWarning:
      return LOG_WARNING;
    case LogLevel::kInfo:
      return LOG_INFO;
    case LogLevel::kDebug:
      return LOG_DEBUG;
  }
  return LOG_INFO;
}

int Facility(LogFacility facility) {
  switch (facility) {
    case LogFacility::kMail:
      return LOG_MAIL;
    case LogFacility::kDaemon:
      return LOG_DAEMON;
    case LogFacility::kLocal0:
      return LOG_LOCAL0;
    case LogFacility::kLocal1:
      return LOG_LOCAL1;
    case LogFacility::kLocal2:
      return LOG_LOCAL2;
    case LogFacility::kLocal3:
      return LOG_LOCAL3;
    case LogFacility::kLocal4:
      return LOG_LOCAL4;
    case LogFacility::kLocal5:
      return LOG_LOCAL5;
    case LogFacility::kLocal6:
      return LOG_LOCAL6;
    case LogFacility::kLocal7:
      return LOG_LOCAL7;
    case LogFacility::kStderr:
      break;
  }
  return LOG_MAIL;
}

// A line that can't be written is lost: there is nowhere left to say so.
void WriteAll(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

SyslogSink::SyslogSink(const Settings::Log& log, const char* syslog_socket)
    : log_(log),
      to_stderr_(log.facility == LogFacility::kStderr || access(syslog_socket, F_OK) != 0) {
  if (to_stderr_) {
    if (log.facility != LogFacility::kStderr) {
      Message(LogLevel::kInfo, std::string("no ") + syslog_socket + ": logging to standard error");
    }
    return;
  }
  openlog(kIdent, LOG_PID | LOG_NDELAY, Facility(log.facility));
}

SyslogSink::~SyslogSink() {
  if (to_stderr_) {
    Release();
  } else {
    closelog();
  }
}

void SyslogSink::Write(const LogLine& line) {
  if (Enabled(line.level)) Emit(line.level, Format(line, log_.format));
}

void SyslogSink::Message(LogLevel level, std::string_view text) {
  if (Enabled(level)) Emit(level, FormatMessage(level, text, log_.format));
}

void SyslogSink::Emit(LogLevel level, const std::string& line) {
  if (!to_stderr_) {
    syslog(Priority(level), "%s", line.c_str());
    return;
  }
  const std::lock_guard lock(stderr_mutex_);
  held_.append(kIdent).append("[").append(std::to_string(getpid())).append("]: ");
  held_.append(line).append("\n");
  if (!holding_ || held_.size() >= kMostHeld) WriteHeld();
}

void SyslogSink::Hold() {
  const std::lock_guard lock(stderr_mutex_);
  holding_ = true;
}

void SyslogSink::Release() {
  const std::lock_guard lock(stderr_mutex_);
  holding_ = false;
  WriteHeld();
}

// REQUIRES: the lock
void SyslogSink::WriteHeld() {
  WriteAll(STDERR_FILENO, held_);
  held_.clear();
}

}  // namespace tlswarden
