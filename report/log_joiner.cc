#include "report/log_joiner.h"

#include <iterator>
#include <utility>
#include <variant>

#include "report/postfix_log.h"
#include "report/sendmail_log.h"

namespace tlswarden {
namespace {

constexpr std::chrono::seconds kOpenFor{10};        // a session waits so long for more recipients
constexpr std::chrono::hours kKnownFor{24};         // that an MTA logs TLS
constexpr std::chrono::hours kLongestDelivery{24};  // of a line that doesn't say how long it took
constexpr std::chrono::seconds kFaultFor{60};       // tlsproxy's line comes just before smtp's
constexpr std::string_view kSeparator("\0", 1);     // no field has one: see ProcessOf

template <class... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};
template <class... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

// "postfix/smtp" and "postfix/tlswarden-encrypt/smtp" share main.cf, and so smtp_tls_loglevel; a
// service of another name may have its own.
std::string InstanceOf(const MailLogLine& line) {
  std::string instance(line.host);
  instance += kSeparator;
  const std::size_t mark =
      line.tag.empty() ? std::string_view::npos : line.program.find("/tlswarden-");
  if (mark == std::string_view::npos) return instance.append(line.program);
  return instance.append(line.program.substr(0, mark)).append("/smtp");
}

std::string FaultKey(const MailLogLine& line, const LogRelay& relay) {
  std::string key(line.host);
  key.append(kSeparator).append(relay.host).append(kSeparator).append(relay.address);
  return key.append(kSeparator).append(std::to_string(relay.port));
}

// Sendmail's names for SMTP; `relay` is a smart host's, and its own submission's.
bool IsSmtpMailer(std::string_view mailer) {
  return mailer == "esmtp" || mailer == "smtp" || mailer == "smtp8" || mailer == "dsmtp";
}

LogDelivery ToDelivery(const MailLogLine& line, const PostfixDelivery& fact) {
  LogDelivery delivery;
  delivery.at = line.at;
  delivery.queue_id = fact.queue_id;
  delivery.tag = line.tag;
  delivery.recipients = {{fact.recipient, fact.original}};
  delivery.relay = fact.relay;
  delivery.reused = fact.connection_use > 1;
  delivery.feature = fact.tls;
  delivery.taken = TimeTaken(fact).value_or(kLongestDelivery);
  delivery.dsn = fact.dsn;
  delivery.status = fact.status;
  delivery.text = fact.text;
  return delivery;
}

LogDelivery ToDelivery(const MailLogLine& line, const SendmailDelivery& fact) {
  LogDelivery delivery;
  delivery.at = line.at;
  delivery.mta = LogMta::kSendmail;
  delivery.queue_id = fact.queue_id;
  std::string_view rest = fact.recipients;
  while (const auto recipient = NextSendmailRecipient(rest)) {
    if (delivery.recipients.size() < kMostLoggedRecipients) {
      delivery.recipients.push_back({*recipient, {}});
    }
  }
  delivery.relay = {fact.address.empty() ? std::string_view() : fact.host, fact.address, kSmtpPort};
  delivery.taken = TimeTaken(fact).value_or(kLongestDelivery);
  delivery.dsn = fact.dsn;
  delivery.status = StatusOf(fact);
  delivery.text = fact.text;
  return delivery;
}

}  // namespace

// Host and program have no blanks, and a pid is digits, so they can't run into one another.
LogProcess& LogJoiner::ProcessOf(const MailLogLine& line, Joined& joined) {
  key_.assign(line.host).append(" ").append(line.program).append(" ");
  key_ += std::to_string(line.pid);
  const auto known = by_key_.find(key_);
  if (known != by_key_.end()) {
    slots_.splice(slots_.end(), slots_, known->second);
    return slots_.back().process;
  }
  if (slots_.size() >= limits_.processes) {
    ++counts_.forgotten;
    slots_.front().process.Close(joined);
    by_key_.erase(slots_.front().key);
    slots_.pop_front();
  }
  slots_.push_back({key_, {}});
  by_key_.emplace(key_, std::prev(slots_.end()));
  return slots_.back().process;
}

void LogJoiner::NoteLogsTls(const MailLogLine& line) {
  std::string instance = InstanceOf(line);
  if (logs_tls_.size() >= limits_.instances && !logs_tls_.contains(instance)) {
    logs_tls_.erase(logs_tls_.begin());
  }
  logs_tls_[std::move(instance)] = line.at;
}

bool LogJoiner::LogsTls(const MailLogLine& line) const {
  const auto known = logs_tls_.find(InstanceOf(line));
  return known != logs_tls_.end() && line.at <= known->second + kKnownFor;
}

void LogJoiner::Deliver(const MailLogLine& line, LogDelivery delivery, Joined& joined) {
  // The stamps have no fractions of a second.
  const bool seen_whole = line.at - delivery.taken - std::chrono::seconds(1) >= known_from_;
  delivery.logs_tls = seen_whole && LogsTls(line);
  LogProcess& process = ProcessOf(line, joined);
  if (!process.Deliver(delivery, joined)) return;
  if (!opened_.empty() && opened_.back().key == key_ && opened_.back().serial == process.serial()) {
    return;  // one more recipient
  }
  opened_.push_back({line.at, key_, process.serial()});
}

bool LogJoiner::TakePostfix(const MailLogLine& line, Joined& joined) {
  const std::optional<PostfixFact> fact = ParsePostfixLog(line.text);
  if (!fact) return false;
  const auto established = [&](const TlsEstablished& tls) {
    NoteLogsTls(line);
    LogProcess& process = ProcessOf(line, joined);
    const auto fault = faults_.empty() ? faults_.end() : faults_.find(FaultKey(line, tls.relay));
    const bool found = fault != faults_.end() && line.at <= fault->second.at + kFaultFor;
    if (found && tls.word != "Verified" && !tls.reused) {
      process.VerificationFailed(tls.relay, fault->second.reason, line.at);
    }
    process.Established(tls, LogMta::kPostfix, line.at);
  };
  std::visit(
      Overloaded{established,
                 [&](const VerificationFailed& failed) {
                   NoteLogsTls(line);
                   ProcessOf(line, joined).VerificationFailed(failed.relay, failed.reason, line.at);
                 },
                 [&](const HandshakeFailed& failed) {
                   NoteLogsTls(line);
                   ProcessOf(line, joined).HandshakeFailed(failed.relay, LogMta::kPostfix, line.at);
                 },
                 [&](const HostGivenUp& given_up) {
                   ProcessOf(line, joined).GivenUp(given_up.text, line.at);
                 },
                 [&](const PostfixDelivery& delivery) {
                   Deliver(line, ToDelivery(line, delivery), joined);
                 }},
      *fact);
  return true;
}

bool LogJoiner::TakeTlsproxy(const MailLogLine& line) {
  const std::optional<PostfixFact> fact = ParsePostfixLog(line.text);
  if (!fact) return false;
  if (const auto* failed = std::get_if<VerificationFailed>(&*fact)) {
    std::string key = FaultKey(line, failed->relay);
    if (faults_.size() >= limits_.proxied && !faults_.contains(key)) {
      faults_.erase(faults_.begin());
    }
    faults_[std::move(key)] = {LoggedText(failed->reason), line.at};
    return true;
  }
  const auto* established = std::get_if<TlsEstablished>(&*fact);
  if (established != nullptr && established->word == "Verified") {
    faults_.erase(FaultKey(line, established->relay));
  }
  return true;
}

bool LogJoiner::TakeSendmail(const MailLogLine& line, Joined& joined) {
  const std::optional<SendmailFact> fact = ParseSendmailLog(line.text);
  if (!fact) return false;
  const auto deliver = [&](const SendmailDelivery& delivery) {
    if (!IsSmtpMailer(delivery.mailer) || StatusOf(delivery).empty()) return false;
    Deliver(line, ToDelivery(line, delivery), joined);
    return true;
  };
  return std::visit(
      Overloaded{
          [&](const SendmailTls& tls) {
            NoteLogsTls(line);
            const LogRelay relay{tls.host, {}, kSmtpPort};
            ProcessOf(line, joined)
                .Established({relay, tls.verify, tls.version, tls.cipher, false}, LogMta::kSendmail,
                             line.at);
            return true;
          },
          [&](const SendmailTlsFailed&) {
            NoteLogsTls(line);
            ProcessOf(line, joined).HandshakeFailed({}, LogMta::kSendmail, line.at);
            return true;
          },
          [&](const SendmailRefused& refused) {
            ProcessOf(line, joined).Refused(refused.host, refused.ruleset, refused.text, line.at);
            return true;
          },
          deliver},
      *fact);
}

void LogJoiner::CloseOlder(Time before, Joined& joined) {
  while (!opened_.empty() &&
         (opened_.front().at <= before || opened_.size() > limits_.open_sessions)) {
    const auto known = by_key_.find(opened_.front().key);
    if (known != by_key_.end()) {
      LogProcess& process = known->second->process;
      if (process.serial() == opened_.front().serial) process.Close(joined);
    }
    opened_.pop_front();
  }
}

void LogJoiner::CountIn(const Joined& joined) {
  counts_.sessions += joined.sessions.size();
  counts_.deliveries += joined.deliveries.size();
}

Joined LogJoiner::Take(const MailLogLine& line) {
  Joined joined;
  ++counts_.lines;
  bool understood = false;
  switch (line.kind) {
    case LogProgram::kPostfixSmtp:
      understood = TakePostfix(line, joined);
      break;
    case LogProgram::kPostfixTlsproxy:
      understood = TakeTlsproxy(line);
      break;
    case LogProgram::kSendmail:
      understood = TakeSendmail(line, joined);
      break;
    case LogProgram::kTlswarden:
      break;
  }
  if (!understood) ++counts_.passed_over;
  CloseOlder(line.at - kOpenFor, joined);
  CountIn(joined);
  return joined;
}

Joined LogJoiner::Flush(Time now) {
  Joined joined;
  CloseOlder(now - kOpenFor, joined);
  CountIn(joined);
  return joined;
}

Joined LogJoiner::Finish() {
  Joined joined;
  for (Slot& slot : slots_) slot.process.Close(joined);
  opened_.clear();
  CountIn(joined);
  return joined;
}

}  // namespace tlswarden
