#include "report/log_process.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "policy/ascii.h"
#include "policy/domain.h"
#include "policy/message_tag.h"
#include "policy/utf8.h"
#include "report/unlogged_tls.h"

namespace tlswarden {
namespace {

constexpr std::size_t kMostAttempts = 16;  // hosts of one delivery; Postfix tries five
constexpr std::size_t kMostDomains = 64;   // of one delivery
constexpr std::chrono::hours kLongestSession{2};
constexpr std::string_view kMark = "==tlswarden-";

LoggedTls TlsOf(const LogRelay& relay, LogMta mta, Time at) {
  LoggedTls tls;
  tls.at = at;
  tls.mta = mta;
  tls.mx_hostname = LowerAscii(LoggedText(relay.host));
  tls.mx_address = relay.address;
  tls.port = relay.port;
  return tls;
}

bool IsOf(const LoggedTls& tls, const LogRelay& relay) {
  return EqualsIgnoringCase(tls.mx_hostname, relay.host) && tls.port == relay.port &&
         (tls.mx_address.empty() || relay.address.empty() || tls.mx_address == relay.address);
}

TlsReached ReachedBy(LogMta mta, std::string_view word) {
  const bool authenticated = word == (mta == LogMta::kPostfix ? "Verified" : "TRUSTED");
  return authenticated ? TlsReached::kAuthenticated : TlsReached::kEncrypted;
}

// "user==tlswarden-TAG@domain" is how Postfix carries a tag to the delivery; the rest is the
// address.
std::string WithoutMark(std::string_view address, std::string& tag) {
  const std::size_t at = address.rfind('@');
  std::string_view local = address.substr(0, at);
  const bool quoted = local.size() > 1 && local.front() == '"' && local.back() == '"';
  if (quoted) local.remove_suffix(1);
  const std::size_t mark = local.rfind(kMark);
  if (at == std::string_view::npos || mark == std::string_view::npos) return LoggedText(address);
  const std::string_view found = local.substr(mark + kMark.size());
  if (!IsTag(found)) return LoggedText(address);
  if (tag.empty()) tag = found;
  std::string rest(local.substr(0, mark));
  if (quoted) rest += '"';
  return LoggedText(rest.append(address.substr(at)));
}

// As A-labels; empty when the address has none that is a name.
std::string DomainOf(std::string_view address) {
  const std::size_t at = address.rfind('@');
  if (at == std::string_view::npos) return {};
  const Result<Domain> domain = ParseDomain(address.substr(at + 1));
  return domain ? domain->ascii : std::string();
}

}  // namespace

LogProcess::Attempt& LogProcess::At(const LogRelay& relay, LogMta mta, Time at) {
  for (auto i = attempts_.rbegin(); i != attempts_.rend(); ++i) {
    if (IsOf(i->tls, relay) && !i->complete) return *i;
  }
  if (attempts_.size() >= kMostAttempts) attempts_.erase(attempts_.begin());
  return attempts_.emplace_back(Attempt{TlsOf(relay, mta, at), {}, false, false});
}

void LogProcess::Established(const TlsEstablished& fact, LogMta mta, Time at) {
  Attempt& attempt = At(fact.relay, mta, at);
  attempt.complete = true;
  attempt.reused = fact.reused;
  attempt.tls.word = LoggedText(fact.word);
  attempt.tls.tls_version = LoggedText(fact.version);
  attempt.tls.cipher = LoggedText(fact.cipher);
  attempt.tls.reached = ReachedBy(mta, fact.word);
}

void LogProcess::VerificationFailed(const LogRelay& relay, std::string_view reason, Time at) {
  Attempt& attempt = At(relay, LogMta::kPostfix, at);
  attempt.tls.certificate_failure = LoggedText(reason);
  attempt.tls.reached = TlsReached::kEncrypted;
}

void LogProcess::HandshakeFailed(const LogRelay& relay, LogMta mta, Time at) {
  Attempt& attempt = At(relay, mta, at);
  attempt.complete = true;
  attempt.tls.handshake_failed = true;
}

void LogProcess::GivenUp(std::string_view text, Time at) {
  constexpr std::string_view kHost = "host ";
  const bool refused = text.starts_with("TLS is required, but ");
  if (!refused && !attempts_.empty()) attempts_.back().text = LoggedText(text);
  std::string_view rest = text.substr(std::min(text.size(), text.find(kHost)));
  if (!refused || rest.empty()) return;
  rest.remove_prefix(kHost.size());
  const std::optional<LogRelay> relay = TakeRelay(rest);
  if (!relay) return;
  Attempt& attempt = At(*relay, LogMta::kPostfix, at);
  attempt.complete = true;
  attempt.text = LoggedText(text);
}

void LogProcess::Refused(std::string_view host, std::string_view ruleset, std::string_view text,
                         Time at) {
  const std::string refusal = LoggedText(std::string(ruleset).append(": ").append(text));
  const LogRelay relay{host, {}, kSmtpPort};
  const std::size_t found = Find(relay);
  if (found < attempts_.size()) {
    attempts_[found].tls.refusal = refusal;
  } else if (IsOf(open_.tls, relay)) {
    open_.tls.refusal = refusal;  // of a further recipient in the same session
  } else {
    Attempt& attempt = At(relay, LogMta::kSendmail, at);
    attempt.complete = true;
    attempt.tls.refusal = refusal;
  }
}

// The last attempt with this host, or with one that wasn't named; attempts_.size() if there is
// none.
std::size_t LogProcess::Find(const LogRelay& relay) const {
  for (std::size_t i = attempts_.size(); i-- > 0;) {
    if (IsOf(attempts_[i].tls, relay) || attempts_[i].tls.mx_hostname.empty()) return i;
  }
  return attempts_.size();
}

// Another recipient of the same session: each has one line for an attempt.
bool LogProcess::Continues(const LogDelivery& delivery) const {
  if (serial_ == 0 || open_.queue_id != delivery.queue_id || !IsOf(open_.tls, delivery.relay)) {
    return false;
  }
  if (Find(delivery.relay) < attempts_.size() || delivery.recipients.empty()) return false;
  const std::string first(delivery.recipients.front().address);
  return std::find(open_.recipients.begin(), open_.recipients.end(), first) ==
         open_.recipients.end();
}

// A host that was tried before the one that the delivery names.
void LogProcess::Abandon(Attempt attempt, const LogDelivery& delivery, Joined& joined) const {
  if (attempt.reused || attempt.tls.mx_hostname.empty()) return;
  LoggedSession session;
  session.tag = delivery.tag;
  for (const LogDelivery::Recipient& recipient : delivery.recipients) {
    session.domain = DomainOf(recipient.address);
    session.recipients = {WithoutMark(recipient.address, session.tag)};
    if (!session.domain.empty()) break;
  }
  if (session.domain.empty()) return;
  session.tls = std::move(attempt.tls);
  session.queue_id = delivery.queue_id;
  session.text = std::move(attempt.text);
  joined.sessions.push_back(std::move(session));
}

void LogProcess::Begin(const LogDelivery& delivery, Joined& joined) {
  Close(joined);
  ++serial_;
  std::erase_if(attempts_, [&](const Attempt& attempt) {
    return attempt.tls.at + kLongestSession < delivery.at;
  });
  const std::size_t found = Find(delivery.relay);
  std::optional<Attempt> own;
  if (found < attempts_.size() && !delivery.relay.host.empty()) {
    own = std::move(attempts_[found]);
    if (own->tls.mx_hostname.empty())
      own->tls.mx_hostname = LowerAscii(LoggedText(delivery.relay.host));
  }
  for (std::size_t i = 0; i < found; ++i) Abandon(std::move(attempts_[i]), delivery, joined);
  attempts_.erase(attempts_.begin(),
                  attempts_.begin() + static_cast<std::ptrdiff_t>(
                                          std::min(attempts_.size(), found + (own ? 1 : 0))));
  // In the clear, after a handshake that failed: two sessions.
  if (own && own->tls.handshake_failed && EnvelopeWasSent(delivery)) {
    Abandon(*std::exchange(own, std::nullopt), delivery, joined);
  }
  const bool connected = !delivery.relay.host.empty() && !delivery.relay.address.empty();
  const bool cached = !own && delivery.mta == LogMta::kSendmail && connected &&
                      !open_.tls.word.empty() && IsOf(open_.tls, delivery.relay);
  Open next;
  next.tls = own      ? std::move(own->tls)
             : cached ? std::move(open_.tls)
                      : TlsOf(delivery.relay, delivery.mta, delivery.at);
  if (next.tls.mx_address.empty()) next.tls.mx_address = delivery.relay.address;
  next.queue_id = delivery.queue_id;
  next.reused = delivery.reused || cached || (own && own->reused);
  // What smtp_log_tls_feature_status says counts for a connection that is used again, too.
  const bool told = own || (connected && ReadUnloggedTls(delivery, next.tls));
  next.is_session = connected && told && !next.reused;
  open_ = std::move(next);
}

void LogProcess::AddToSession(const LoggedDelivery& logged) {
  const std::string domain = DomainOf(logged.recipient);
  if (domain.empty()) return;
  const auto known = std::find(open_.domains.begin(), open_.domains.end(), domain);
  if (known == open_.domains.end()) {
    if (open_.domains.size() >= kMostDomains) return;
    open_.domains.push_back(domain);
    open_.sessions.push_back({logged.tls,
                              logged.queue_id,
                              {},
                              domain,
                              logged.tag,
                              logged.status,
                              logged.dsn,
                              logged.text});
  }
  const auto session = std::find_if(open_.sessions.begin(), open_.sessions.end(),
                                    [&](const LoggedSession& s) { return s.domain == domain; });
  if (session == open_.sessions.end()) return;  // closed already
  if (session->recipients.size() < kMostLoggedRecipients) {
    session->recipients.push_back(logged.recipient);
  }
  if (logged.status == "sent" && session->status != "sent") {
    session->status = logged.status;
    session->dsn = logged.dsn;
    session->text = logged.text;
  }
}

void LogProcess::Add(const LogDelivery& delivery, const LogDelivery::Recipient& recipient,
                     Joined& joined) {
  LoggedDelivery logged;
  logged.tag = delivery.tag;
  logged.tls = open_.tls;
  logged.at = delivery.at;
  logged.queue_id = delivery.queue_id;
  logged.recipient = WithoutMark(recipient.address, logged.tag);
  std::string tag;
  logged.original = WithoutMark(recipient.original, tag);
  logged.status = delivery.status;
  logged.dsn = LoggedText(delivery.dsn);
  logged.text = LoggedText(delivery.text);
  logged.reused = open_.reused;
  if (open_.recipients.size() < kMostLoggedRecipients) {
    open_.recipients.emplace_back(recipient.address);
  }
  if (open_.is_session) AddToSession(logged);
  joined.deliveries.push_back(std::move(logged));
}

bool LogProcess::Deliver(const LogDelivery& delivery, Joined& joined) {
  if (!Continues(delivery)) Begin(delivery, joined);
  for (const LogDelivery::Recipient& recipient : delivery.recipients) {
    Add(delivery, recipient, joined);
  }
  open_.tls.refusal.clear();  // it was these recipients'
  return !open_.sessions.empty();
}

void LogProcess::Close(Joined& joined) {
  std::move(open_.sessions.begin(), open_.sessions.end(), std::back_inserter(joined.sessions));
  open_.sessions.clear();
}

std::string LoggedText(std::string_view text) {
  const bool cut = text.size() > kMaxLoggedTextOctets;
  text = text.substr(0, kMaxLoggedTextOctets);
  const auto is_plain = [](char c) { return c >= 0x20 && c <= 0x7e; };
  if (std::all_of(text.begin(), text.end(), is_plain)) return std::string(text);  // nearly all
  // A cut may go through a character: it ends before that one.
  for (int i = 0; cut && i < 3 && !text.empty() && !IsUtf8(text); ++i) text.remove_suffix(1);
  if (!IsUtf8(text)) return PrintableAscii(text);
  std::string line(text);
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return line;
}

}  // namespace tlswarden
