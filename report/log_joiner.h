// LogJoiner: joins the lines of the mail log into SMTP sessions and deliveries.
//
// Pure but for its memory, which is bounded. For one thread at a time.
//
// A process of the MTA has one delivery at a time, so its TLS lines belong to the delivery that it
// tells of next. One handshake is one session for each domain that its `to=` lines name, however
// many recipients there are. Further:
// - Handshakes with other hosts before it are sessions too: those hosts were given up. Postfix's
//   line "QUEUEID: TLS is required, but was not offered by host …" counts like one.
// - What used a connection again is no session: RFC 8460 counts sessions, and Postfix 3.12's own
//   reports leave it out too. Postfix says so (conn_use=, "reused"); of Sendmail, a further `to=`
//   with the same host in the same process and no new handshake is taken for it.
// - tlsproxy's lines give the reason why a certificate failed; the session is smtp's.
// - A session in the clear leaves no TLS line. It is told only of an MTA that is known to log TLS,
//   since some TLS line of it was seen within a day, or where smtp_log_tls_feature_status says so,
//   and only once the envelope was sent. Its TLS line may also stand before what is read
//   (KnowFrom).
// - relay=none and what doesn't go out by SMTP over the network is no session. Sendmail's mailer
//   `relay` (a smart host, and its own submission) isn't; Postfix's relayhost can't be told from an
//   MX host here: session_event compares with the domain's MX hosts.
#ifndef TLSWARDEN_REPORT_LOG_JOINER_H_
#define TLSWARDEN_REPORT_LOG_JOINER_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "policy/time.h"
#include "report/log_line.h"
#include "report/log_process.h"
#include "report/logged_session.h"

namespace tlswarden {

struct LogLimits {
  std::size_t processes = 4096;  // the one that was silent for longest is forgotten
  std::size_t open_sessions = 65536;
  std::size_t proxied = 1024;   // hosts that tlsproxy has found fault with
  std::size_t instances = 256;  // MTAs that are known to log TLS
};

struct LogCounts {
  std::uint64_t lines = 0;
  std::uint64_t passed_over = 0;  // not understood, or of no session
  std::uint64_t sessions = 0;
  std::uint64_t deliveries = 0;
  std::uint64_t forgotten = 0;  // processes, for want of room
};

class LogJoiner {
 public:
  explicit LogJoiner(LogLimits limits = {}) : limits_(limits) {}

  // Lines before that time weren't seen: the lack of one means nothing. Without a call, all of the
  // log is.
  void KnowFrom(Time time) { known_from_ = time; }

  // What the line completes. Deliveries come with their line; a session when its process begins
  // another, or ten seconds later by the log's time.
  Joined Take(const MailLogLine& line);

  // The sessions that are ten seconds old at `now`. For when no lines come.
  Joined Flush(Time now);

  // All of them, for the end of a file.
  Joined Finish();

  const LogCounts& counts() const { return counts_; }

 private:
  struct Slot {
    std::string key;
    LogProcess process;
  };
  using Slots = std::list<Slot>;  // the last used is at the back
  struct Fault {
    std::string reason;
    Time at{};
  };
  struct Opened {
    Time at{};
    std::string key;
    std::uint64_t serial = 0;
  };

  bool TakePostfix(const MailLogLine& line, Joined& joined);
  bool TakeTlsproxy(const MailLogLine& line);
  bool TakeSendmail(const MailLogLine& line, Joined& joined);
  LogProcess& ProcessOf(const MailLogLine& line, Joined& joined);
  void Deliver(const MailLogLine& line, LogDelivery delivery, Joined& joined);
  void NoteLogsTls(const MailLogLine& line);
  bool LogsTls(const MailLogLine& line) const;
  void CloseOlder(Time before, Joined& joined);
  void CountIn(const Joined& joined);

  LogLimits limits_;
  Time known_from_{Time::min() + std::chrono::hours(48)};  // so that nothing overflows
  LogCounts counts_;
  Slots slots_;
  std::unordered_map<std::string, Slots::iterator> by_key_;
  std::unordered_map<std::string, Time> logs_tls_;
  std::unordered_map<std::string, Fault> faults_;
  std::deque<Opened> opened_;
  std::string key_;  // kept for its memory
};

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_LOG_JOINER_H_
