// LogProcess: what one process of the MTA has said of TLS, until its delivery tells whose it was.
//
// Pure but for its memory, which is bounded. LogJoiner's part for one process; its header says how
// sessions are counted.
#ifndef TLSWARDEN_REPORT_LOG_PROCESS_H_
#define TLSWARDEN_REPORT_LOG_PROCESS_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "policy/time.h"
#include "report/logged_session.h"
#include "report/postfix_log.h"

namespace tlswarden {

struct Joined {
  std::vector<LoggedSession> sessions;
  std::vector<LoggedDelivery> deliveries;
};

// A `to=` line of either MTA. What it points to is the line's.
struct LogDelivery {
  struct Recipient {
    std::string_view address;
    std::string_view original;
  };
  Time at{};
  LogMta mta = LogMta::kPostfix;
  std::string_view queue_id;
  std::string_view tag;
  std::vector<Recipient> recipients;
  LogRelay relay;       // no host, or no address: there was no connection
  bool reused = false;  // of a connection, the MTA says
  std::string_view feature;
  std::string_view dsn;
  std::string_view status;
  std::string_view text;
  std::chrono::seconds taken{0};  // since the connection was begun, at most
  bool logs_tls = false;          // so that the lack of a TLS line means something
};

class LogProcess {
 public:
  // Each comes with the time of its line.
  void Established(const TlsEstablished& fact, LogMta mta, Time at);
  void VerificationFailed(const LogRelay& relay, std::string_view reason, Time at);
  // An empty host: the one that is told of next.
  void HandshakeFailed(const LogRelay& relay, LogMta mta, Time at);
  void GivenUp(std::string_view text, Time at);
  void Refused(std::string_view host, std::string_view ruleset, std::string_view text, Time at);

  // Adds what is complete. True when there is now a session to be closed by and by.
  bool Deliver(const LogDelivery& delivery, Joined& joined);

  // Adds the sessions of the last delivery, once.
  void Close(Joined& joined);

  // How many deliveries were begun: to know whether the one that was to be closed is still there.
  std::uint64_t serial() const { return serial_; }

 private:
  struct Attempt {
    LoggedTls tls;
    std::string text;       // why the host was given up
    bool reused = false;    // no handshake of its own
    bool complete = false;  // a further line about this host begins another
  };
  // The delivery that is being told of.
  struct Open {
    LoggedTls tls;
    std::string queue_id;
    bool reused = false;
    bool is_session = false;
    std::vector<std::string> recipients;  // so far; to know when they begin again
    std::vector<std::string> domains;     // of `sessions`, also when those are closed
    std::vector<LoggedSession> sessions;
  };

  Attempt& At(const LogRelay& relay, LogMta mta, Time at);
  std::size_t Find(const LogRelay& relay) const;
  bool Continues(const LogDelivery& delivery) const;
  void Begin(const LogDelivery& delivery, Joined& joined);
  void Abandon(Attempt attempt, const LogDelivery& delivery, Joined& joined) const;
  void Add(const LogDelivery& delivery, const LogDelivery::Recipient& recipient, Joined& joined);
  void AddToSession(const LoggedDelivery& logged);

  std::vector<Attempt> attempts_;
  Open open_;
  std::uint64_t serial_ = 0;
};

// One line of UTF-8, at most kMaxLoggedTextOctets: what isn't printable becomes '?'.
std::string LoggedText(std::string_view text);

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_LOG_PROCESS_H_
