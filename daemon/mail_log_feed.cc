#include "daemon/mail_log_feed.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <utility>

#include "daemon/local_time.h"
#include "daemon/wall_clock.h"
#include "daemon/wiring.h"
#include "policy/judge.h"
#include "policy/mail_address.h"
#include "policy/message_tag.h"
#include "report/journal_follower.h"
#include "report/log_follower.h"
#include "report/own_log.h"
#include "report/session_event.h"

namespace tlswarden {
namespace {

// Sessions whose domain the resolver is asked about. A log that is read after a long absence names
// many that aren't cached any more.
constexpr std::size_t kMostAsked = 1000;

constexpr std::chrono::seconds kFlushEvery{1};

// Sessions are joined ten seconds later, and DNS may be asked about them.
constexpr std::chrono::seconds kKeepBack{20};

constexpr std::size_t kMostReportMail = 10'000;
constexpr std::chrono::hours kReportMailAge{48};  // no report is tried for longer

}  // namespace

struct MailLogFeed::Asker : std::enable_shared_from_this<Asker> {
  explicit Asker(const MailLogDoors& doors)
      : resolver(doors.resolver),
        orders(doors.orders),
        events(doors.events),
        is_told(doors.is_told),
        complain(doors.complain) {}

  void Ask(LoggedSession session) {
    const Result<Domain> domain = ParseDomain(session.domain);
    if (!domain) return;
    const NextHop next_hop{*domain};
    if (const EvidencePtr known = resolver.Cached(next_hop)) return Count(session, *known);
    if (asked.fetch_add(1) >= kMostAsked) {
      asked.fetch_sub(1);
      return Lose();
    }
    auto kept = std::make_shared<const LoggedSession>(std::move(session));
    resolver.AskAsync(next_hop, [self = shared_from_this(), kept](const EvidencePtr& evidence) {
      self->asked.fetch_sub(1);
      if (evidence == nullptr) return self->Lose();
      self->Count(*kept, *evidence);
    });
  }

  void Count(const LoggedSession& session, const Evidence& evidence) const {
    const OrdersPtr now = orders.Get();
    Question question{evidence.next_hop, evidence.next_hop.domain};
    if (!session.tag.empty()) question.order = OrderOf(session.tag, now->outbound.rules);
    const Verdict verdict = Judge(question, evidence, now->outbound, resolver.Now());
    std::optional<TlsEvent> event = EventOf(session, verdict, evidence);
    if (!event) return;
    if (session.tls.mta == LogMta::kPostfix && is_told(event->domain)) {
      event->outcome = TlsEvent::Outcome::kUncounted;
      event->details.clear();
    }
    events(*std::move(event));
  }

  // Nobody knows what was demanded of it.
  void Lose() {
    if (complained.exchange(true)) return;
    complain(
        "sessions of the mail log can't be counted, since DNS doesn't say what their domains "
        "publish");
  }

  Resolver& resolver;
  const CurrentOrders& orders;
  const EventSink events;
  const std::function<bool(const std::string&)> is_told;
  const std::function<void(const std::string&)> complain;
  std::atomic<std::size_t> asked{0};
  std::atomic<bool> complained{false};
};

MailLogFeed::MailLogFeed(MailLogDoors doors)
    : asker_(std::make_shared<Asker>(doors)),
      keep_(std::move(doors.keep)),
      opened_at_(WallClock()) {}

Result<std::unique_ptr<MailLogFeed>> MailLogFeed::Open(const MailLogFeedOptions& options,
                                                       MailLogDoors doors) {
  std::unique_ptr<MailLogFeed> feed(new MailLogFeed(doors));
  MailLogFeed* const self = feed.get();
  const LogHooks hooks{[self] { self->Keep(); }, doors.complain, kKeepBack};
  if (options.log == "journal") {
    JournalFollowerOptions journal;
    journal.state_path = options.state_path;
    auto source = JournalFollower::Open(
        journal, [self](const JournalEntry& entry) { self->OnEntry(entry); }, hooks);
    if (!source) return Error{source.error()};
    feed->source_ = std::move(source).value();
  } else {
    FileFollowerOptions file;
    file.path = options.log;
    file.state_path = options.state_path;
    auto source = FileFollower::Open(
        file, [self](std::string_view line) { self->OnLine(line); }, hooks);
    if (!source) return Error{source.error()};
    feed->source_ = std::move(source).value();
  }
  feed->flusher_ = std::make_unique<Repeater>(kFlushEvery, kFlushEvery, [self] {
    const std::lock_guard lock(self->mutex_);
    self->HandOn(self->joiner_.Flush(WallClock()));
  });
  return feed;
}

MailLogFeed::~MailLogFeed() { Stop(); }

void MailLogFeed::Stop() {
  if (!source_) return;
  ending_ = true;
  source_->Stop();
  source_.reset();
  flusher_.reset();
  Keep();
}

// The last position lies behind all that was read, so nothing may be open when it is saved.
void MailLogFeed::Keep() {
  if (ending_) {
    const std::lock_guard lock(mutex_);
    HandOn(joiner_.Finish());
  }
  keep_();
}

void MailLogFeed::OnLine(std::string_view line) {
  const Time now = WallClock();
  if (now != zone_asked_at_) {
    utc_offset_ = UtcOffset(now);
    zone_asked_at_ = now;
  }
  const std::optional<MailLogLine> split = SplitLogLine(line, now, utc_offset_);
  if (split) Take(*split);
}

void MailLogFeed::OnEntry(const JournalEntry& entry) {
  const std::string line = JournalLine(entry);
  const std::optional<MailLogLine> split = SplitJournalLine(line, entry.at);
  if (split) Take(*split);
}

void MailLogFeed::Take(const MailLogLine& line) {
  const std::lock_guard lock(mutex_);
  // Deliveries may be under way. Where it goes on after an absence, the first line is older.
  if (!std::exchange(has_begun_, true)) joiner_.KnowFrom(std::min(opened_at_, line.at));
  if (line.kind == LogProgram::kTlswarden) return NoteReportMail(line);
  HandOn(joiner_.Take(line));
}

void MailLogFeed::NoteReportMail(const MailLogLine& line) {
  if (line.text.find(kReportMailRule) == std::string_view::npos) return;
  const std::optional<LoggedDemand> demand = ParseOwnLog(line.text);
  if (!demand || demand->rule != kReportMailRule) return;
  const std::optional<std::string> recipient = CanonicalRecipient(demand->recipient);
  if (!recipient) return;
  if (report_mail_.size() >= kMostReportMail) {
    std::erase_if(report_mail_,
                  [&](const auto& each) { return each.second + kReportMailAge < line.at; });
  }
  if (report_mail_.size() < kMostReportMail) report_mail_[*recipient] = line.at;
}

bool MailLogFeed::IsReportMail(const LoggedSession& session) const {
  return !session.recipients.empty() &&
         std::all_of(session.recipients.begin(), session.recipients.end(),
                     [&](const std::string& recipient) {
                       const auto known = CanonicalRecipient(recipient);
                       if (!known) return false;
                       const auto found = report_mail_.find(*known);
                       return found != report_mail_.end() &&
                              session.tls.at <= found->second + kReportMailAge;
                     });
}

void MailLogFeed::HandOn(const Joined& joined) {
  for (const LoggedSession& session : joined.sessions) {
    if (!IsReportMail(session)) asker_->Ask(session);
  }
}

}  // namespace tlswarden
