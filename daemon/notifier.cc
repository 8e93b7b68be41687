#include "daemon/notifier.h"

#include <unistd.h>

#include <utility>

namespace tlswarden {
namespace {

constexpr int kTries = 3;

std::string NameOf(const Alarm& alarm) {
  return alarm.IsMiddlebox() ? std::string("a middlebox") : alarm.domain.ascii;
}

}  // namespace

Notifier::Notifier(NotifierOptions options, RecordSink& log)
    : options_(std::move(options)), log_(log), thread_([this] { SendUntilStopped(); }) {}

Notifier::~Notifier() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Notifier::Mail(const Alarm& alarm) {
  const std::string to = options_.address_for(alarm.rule);
  if (to.empty() || WouldLoop(alarm, to)) return;
  const Time now = options_.clock();
  bool complain = false;
  {
    const std::lock_guard lock(mutex_);
    const NotifyLimit::Answer answer = limit_.Ask(alarm.domain, now);
    if (answer == NotifyLimit::Answer::kNotAgain) return;
    if (answer == NotifyLimit::Answer::kSend && queue_.size() < kMostWaitingMails) {
      queue_.push_back({alarm, to});
    } else {
      complain = now - std::exchange(complained_, now) >= std::chrono::hours(1);
    }
  }
  changed_.notify_all();
  if (!complain) return;
  Say(Notice::Level::kWarning, "notify: too many mails, so " + to + " isn't told of " +
                                   NameOf(alarm) + " and others; the log has all alarms");
}

void Notifier::SendUntilStopped() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (stopping_) return;
    const Waiting waiting = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    Send(waiting);
    lock.lock();
  }
}

void Notifier::Send(const Waiting& waiting) {
  const Time now = options_.clock();
  const std::string unique = std::to_string(now.time_since_epoch().count()) + '.' +
                             std::to_string(getpid()) + '.' + std::to_string(++sent_);
  const NotifyContext context{waiting.to, options_.sender, options_.host, unique, now};
  const SmtpMail mail{options_.sender, {waiting.to}, ComposeNotifyMail(waiting.alarm, context)};
  const std::string what = "notify: the mail to " + waiting.to + " about " + NameOf(waiting.alarm);
  SmtpOutcome outcome;
  for (int tried = 1;; ++tried) {
    outcome = Submit(options_.relay, mail, options_.smtp);
    if (outcome.status != SmtpOutcome::Status::kTemporary || tried == kTries || !Pause()) break;
  }
  const std::string relay = ToString(options_.relay);
  if (outcome.status == SmtpOutcome::Status::kSent) {
    Say(Notice::Level::kInfo, what + " is handed to " + relay);
  } else {
    Say(Notice::Level::kWarning, what + " can't be handed to " + relay +
                                     " and is given up: " + outcome.why + "; see [notify] relay");
  }
}

// False: there is no time left.
bool Notifier::Pause() {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, options_.between_tries, [this] { return stopping_; });
}

}  // namespace tlswarden
