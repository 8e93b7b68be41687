// Notifier: mails alarms to the administrator, on a thread of its own.
//
// Thread-safe. Nobody waits: what the relay doesn't take in three tries is given up with a Notice;
// the alarm stands in the log all the same.
#ifndef TLSWARDEN_DAEMON_NOTIFIER_H_
#define TLSWARDEN_DAEMON_NOTIFIER_H_

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "policy/record.h"
#include "report/notify_mail.h"
#include "report/smtp_submit.h"

namespace tlswarden {

struct NotifierOptions {
  SmtpRelay relay;
  SmtpOptions smtp;
  std::string sender;  // of the envelope
  std::string host;    // this machine's name
  // Who is to be told of what a rule blocks; empty: nobody. Called from any thread.
  std::function<std::string(const std::string& rule)> address_for;
  std::function<Time()> clock;
  std::chrono::milliseconds between_tries{60000};
};

inline constexpr std::size_t kMostWaitingMails = 20;

class Notifier {
 public:
  // The log must outlive it.
  Notifier(NotifierOptions options, RecordSink& log);
  ~Notifier();

  // Doesn't wait. Whether a mail is due is decided here: an address, no loop, not too many.
  void Mail(const Alarm& alarm);

 private:
  struct Waiting {
    Alarm alarm;
    std::string to;
  };
  void SendUntilStopped();
  void Send(const Waiting& waiting);
  bool Pause();
  void Say(Notice::Level level, std::string text) { log_.Write(Notice{level, std::move(text)}); }

  const NotifierOptions options_;
  RecordSink& log_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::deque<Waiting> queue_;
  NotifyLimit limit_;
  Time complained_{};  // of too many
  bool stopping_ = false;
  unsigned sent_ = 0;   // by the thread alone
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_NOTIFIER_H_
