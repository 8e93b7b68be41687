// FeedWorld: a mail log in a folder of its own, a resolver that says what a test tells it, and the
// events that a MailLogFeed makes of both.
#ifndef TLSWARDEN_TESTS_UNIT_DAEMON_FEED_WORLD_H_
#define TLSWARDEN_TESTS_UNIT_DAEMON_FEED_WORLD_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "daemon/mail_log_feed.h"
#include "daemon/wall_clock.h"
#include "tests/unit/policy/build.h"
#include "tests/unit/report/log_files.h"
#include "tests/unit/report/read_log.h"

namespace tlswarden {

// What a test waits for, and who tells of it. Thread-safe.
class Bell {
 public:
  template <typename Change>
  void Ring(Change change) {
    const std::lock_guard lock(mutex_);
    change();
    changed_.notify_all();
  }
  template <typename Condition>
  bool WaitFor(Condition condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(30), condition);
  }
  template <typename Read>
  auto Look(Read read) {
    const std::lock_guard lock(mutex_);
    return read();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
};

class ToldResolver : public Resolver {
 public:
  explicit ToldResolver(Bell& bell) : bell_(bell) {}

  EvidencePtr Cached(const NextHop& next_hop) const override {
    EvidencePtr found;
    bell_.Ring([&] {
      asked_.insert(ToString(next_hop));
      const auto known = known_.find(ToString(next_hop));
      if (known != known_.end()) found = known->second;
    });
    return found;
  }
  void AskAsync(const NextHop& next_hop, Callback callback) override {
    bell_.Ring([&] { waiting_.emplace(ToString(next_hop), std::move(callback)); });
  }
  Time Now() const override { return kNow; }

  void Know(Evidence evidence) {
    auto shared = std::make_shared<const Evidence>(std::move(evidence));
    bell_.Ring([&] { known_[ToString(shared->next_hop)] = shared; });
  }
  // Ends one inquiry about a domain, which has to be there.
  void Finish(const std::string& domain, const EvidencePtr& evidence) {
    Callback callback;
    bell_.Ring([&] {
      const auto first = waiting_.find(domain);
      ASSERT_NE(first, waiting_.end()) << domain;
      callback = std::move(first->second);
      waiting_.erase(first);
    });
    if (callback) callback(evidence);
  }
  bool WasAsked(const std::string& domain) const { return asked_.contains(domain); }
  std::size_t waiting() const { return waiting_.size(); }

 private:
  Bell& bell_;  // guards what follows
  mutable std::set<std::string> asked_;
  std::map<std::string, EvidencePtr> known_;
  std::multimap<std::string, Callback> waiting_;
};

inline MxEvidence HostOf(const std::string& domain, Security security, HostDane dane) {
  return Mx(security, {Host("mx." + domain, dane)});
}
inline Evidence NoPolicy(const std::string& domain) {
  return Seen(domain, HostOf(domain, Security::kInsecure, HostDane::kNone));
}
inline Evidence WithDane(const std::string& domain) {
  return Seen(domain, HostOf(domain, Security::kSecure, HostDane::kUsable));
}
inline Evidence WithSts(const std::string& domain, const std::string& mode = "enforce") {
  Evidence evidence = NoPolicy(domain);
  evidence.sts.learned = Learned(mode, {"mx." + domain});
  return evidence;
}

// "2026-11-24T03:29:46Z out postfix/smtp[PID]: TEXT", with a line's end.
inline std::string SmtpLine(Time at, int pid, const std::string& text) {
  return ToString(at) + " out postfix/smtp[" + std::to_string(pid) + "]: " + text + '\n';
}
inline std::string Established(Time at, int pid, const std::string& domain,
                               const std::string& word = "Verified") {
  return SmtpLine(at, pid,
                  word + " TLS connection established to mx." + domain +
                      "[192.0.2.1]:25: TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)");
}
inline std::string Delivered(Time at, int pid, const std::string& recipient) {
  const std::string domain = recipient.substr(recipient.find('@') + 1);
  return SmtpLine(at, pid,
                  "4A5B6C7D8E: to=<" + recipient + ">, relay=mx." + domain +
                      "[192.0.2.1]:25, delay=0.3, delays=0.1/0.1/0.05/0.05, dsn=2.0.0, status=sent "
                      "(250 2.0.0 Ok: queued as 1)");
}
inline std::string SessionLines(Time at, int pid, const std::string& domain) {
  return Established(at, pid, domain) + Delivered(at, pid, "u@" + domain);
}

class FeedWorld : public testing::Test {
 protected:
  FeedWorld() { files.Create(); }
  ~FeedWorld() override {
    if (feed) feed->Stop();
  }

  MailLogDoors Doors() {
    return {resolver,
            orders,
            [this](TlsEvent event) { bell.Ring([&] { events.push_back(std::move(event)); }); },
            [this](const std::string& domain) {
              return bell.Look([&] { return told.contains(domain); });
            },
            [this] {
              bell.Ring([this] {
                if (at_keep) at_keep();
              });
            },
            [this](const std::string& what) { bell.Ring([&] { complaints.push_back(what); }); }};
  }
  void Start() {
    Result<std::unique_ptr<MailLogFeed>> opened = MailLogFeed::Open({files.log, state}, Doors());
    ASSERT_TRUE(opened.ok()) << opened.error();
    feed = std::move(opened).value();
  }
  void Stop() {
    feed->Stop();
    feed.reset();
  }

  // A domain whose sessions with "mx.DOMAIN" aren't counted.
  void KnowElsewhere(const std::string& domain) {
    Evidence evidence = NoPolicy(domain);
    evidence.mx.hosts[0].name = Name("elsewhere.test");
    resolver.Know(std::move(evidence));
  }
  // Returns when all that was written has been read, and its sessions are closed: the log's clock
  // goes on by more than the time for which they stay open.
  void Settle() {
    const std::string mark = "mark-" + std::to_string(++marks) + ".test";
    KnowElsewhere(mark);
    files.Write(SessionLines(at, 1, mark));
    at += std::chrono::seconds(11);
    files.Write(SmtpLine(at, 1, "warning: nothing that is known"));
    EXPECT_TRUE(bell.WaitFor([&] { return resolver.WasAsked(mark); })) << "the log isn't read";
  }
  void WaitForEvents(std::size_t count) {
    EXPECT_TRUE(bell.WaitFor([&] { return events.size() >= count; })) << Said();
  }

  // "2 dane.test success tlsa" for each kind of event, in order.
  std::string Said() {
    std::map<std::string, int> counts;
    for (const TlsEvent& event : bell.Look([this] { return events; })) {
      constexpr const char* kOutcomes[] = {"success", "failure", "detail", "uncounted"};
      std::string text =
          event.domain + ' ' + kOutcomes[static_cast<int>(event.outcome)] + ' ' + event.policy.type;
      for (const FailureDetail& detail : event.details) text += ' ' + detail.result_type;
      ++counts[text];
    }
    std::string text;
    for (const auto& [kind, count] : counts) text += std::to_string(count) + ' ' + kind + '\n';
    return text;
  }
  std::vector<std::string> Complaints() {
    return bell.Look([this] { return complaints; });
  }

  // Long enough ago that no session waits for its further recipients.
  Time at = WallClock() - std::chrono::hours(2);
  LogFiles files;
  const std::string state = files.dir / "mail-log.state";
  Bell bell;
  ToldResolver resolver{bell};
  CurrentOrders orders{Orders()};
  // Guarded by the bell.
  std::vector<TlsEvent> events;
  std::set<std::string> told;
  std::vector<std::string> complaints;
  std::function<void()> at_keep;  // when all events have to be on the disk

  int marks = 0;
  std::unique_ptr<MailLogFeed> feed;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_TESTS_UNIT_DAEMON_FEED_WORLD_H_
