// MailLogFeed: follows the MTA's log, and makes TlsEvents of the sessions that it tells of.
//
// The log's thread reads and joins; what was demanded of a session is asked of the resolver, which
// has the answer in its cache as a rule, since the MTA has asked for it a moment ago. Nobody who
// waits for a verdict waits for this.
#ifndef TLSWARDEN_DAEMON_MAIL_LOG_FEED_H_
#define TLSWARDEN_DAEMON_MAIL_LOG_FEED_H_

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "daemon/repeater.h"
#include "policy/orders.h"
#include "report/journal_entries.h"
#include "report/log_joiner.h"
#include "report/log_source.h"
#include "report/tls_event.h"
#include "resolver/resolver.h"

namespace tlswarden {

struct MailLogFeedOptions {
  std::string log;         // "journal", or the path of a file
  std::string state_path;  // of the saved position
};

// All must outlive the feed, and are called by its threads or the resolver's.
struct MailLogDoors {
  Resolver& resolver;
  const CurrentOrders& orders;
  EventSink events;
  // Whether the MTA tells of this domain's sessions by datagrams: then its log counts nothing.
  std::function<bool(const std::string& domain)> is_told;
  std::function<void()> keep;  // returns when all events are on the disk; may block
  std::function<void(const std::string&)> complain;
};

class MailLogFeed {
 public:
  // Errors: the log can't be followed, with its name and what to do.
  static Result<std::unique_ptr<MailLogFeed>> Open(const MailLogFeedOptions& options,
                                                   MailLogDoors doors);
  ~MailLogFeed();

  // What was read is handed on, and the position saved.
  void Stop();

 private:
  explicit MailLogFeed(MailLogDoors doors);
  void OnLine(std::string_view line);
  void OnEntry(const JournalEntry& entry);
  void Take(const MailLogLine& line);
  void NoteReportMail(const MailLogLine& line);
  bool IsReportMail(const LoggedSession& session) const;
  void HandOn(const Joined& joined);
  void Keep();

  struct Asker;  // outlives the feed while the resolver has a question of ours
  const std::shared_ptr<Asker> asker_;
  const std::function<void()> keep_;
  const Time opened_at_;
  std::atomic<bool> ending_{false};
  // Of the source's thread: a line takes less time than asking for the time zone.
  std::chrono::minutes utc_offset_{0};
  Time zone_asked_at_{};

  std::mutex mutex_;  // guards what follows
  LogJoiner joiner_;
  bool has_begun_ = false;  // a line came
  // Whom our own reports went to, by canonical address, and when: such sessions aren't reported
  // (RFC 8460 section 5.5).
  std::unordered_map<std::string, Time> report_mail_;

  std::unique_ptr<LogSource> source_;  // nullptr: stopped
  std::unique_ptr<Repeater> flusher_;  // a session is complete when no more is heard of it
};

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_MAIL_LOG_FEED_H_
