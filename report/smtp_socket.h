// SmtpSocket: a connection that is read and written with time limits.
//
// Blocking, for one thread. The clock is steady.
#ifndef TLSWARDEN_REPORT_SMTP_SOCKET_H_
#define TLSWARDEN_REPORT_SMTP_SOCKET_H_

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "policy/result.h"
#include "report/smtp_submit.h"

namespace tlswarden {

class SmtpSocket {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  // Errors: the text of errno, or that it took too long.
  static Result<SmtpSocket> Connect(const SmtpRelay& relay, Deadline end);

  SmtpSocket(SmtpSocket&& other) noexcept;
  SmtpSocket& operator=(SmtpSocket&&) = delete;
  SmtpSocket(const SmtpSocket&) = delete;
  ~SmtpSocket();

  // What went wrong, or nothing.
  std::optional<std::string> Write(std::string_view octets, Deadline end);

  // Appends what comes next, at least one octet. What went wrong, or nothing.
  std::optional<std::string> ReadMore(std::string& octets, Deadline end);

  // This end as RFC 5321 section 4.1.3 writes it: [127.0.0.1], [IPv6:::1]. A UNIX socket has no
  // address; [127.0.0.1] will do.
  std::string OwnLiteral() const;

 private:
  explicit SmtpSocket(int fd) : fd_(fd) {}
  std::optional<std::string> WaitFor(short events, Deadline end) const;
  int fd_;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_SMTP_SOCKET_H_
