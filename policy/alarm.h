// AlarmTracker: from thousands of judgements the few that a person must hear of: a trouble that
// begins, and its all-clear.
//
// Pure: time is an argument. Bounded in domains. For one thread at a time.
#ifndef TLSWARDEN_POLICY_ALARM_H_
#define TLSWARDEN_POLICY_ALARM_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/domain.h"
#include "policy/failure.h"
#include "policy/middlebox.h"
#include "policy/recent_map.h"
#include "policy/time.h"

namespace tlswarden {

// What one judgement said of a domain.
struct Sighting {
  Domain domain;                   // the policy domain
  std::string rule;                // one rule's failure isn't another's
  std::optional<Failure> failure;  // nothing: fine
  bool may_heal = false;           // the failure may be gone at the next try, by itself
  bool blocked = false;            // the mail was held back or refused for it
  std::string mx_hostname;         // empty: the failure isn't that of one host
  std::string recipient;           // as the MTA said it; empty when only the domain is known
};

// A trouble: of one domain for one cause, or of a middlebox.
struct Alarm {
  Domain domain;          // empty: a middlebox
  Failure failure;        // as it was first
  std::string rule;       // of the domain's first failure
  std::string recipient;  // likewise
  bool blocked = false;   // mail is held back or refused
  Time since{};
  Time last{};              // the latest failure
  std::uint64_t count = 0;  // of failures
  std::size_t destinations = 1;

  bool IsMiddlebox() const { return domain.ascii.empty(); }
};

// What an administrator can do, in one line of at most 200 octets.
std::string WhatToDo(const Alarm& alarm);

struct AlarmEvent {
  enum class Kind {
    kBegins,
    kWorthMail,  // it blocks mail, and won't be gone in a moment; at most once for each begin
    kEnds,       // the all-clear
  } kind = Kind::kBegins;
  Alarm alarm;
};

// A lookup that failed once is worth a line in the log, but a mail only if it fails still.
inline constexpr std::chrono::minutes kMailWaits{5};

// A trouble ends when its domain was judged without it and it hasn't come back for so long; twice
// as long at each return within a day, so that a flapping domain gives ten lines a day, not
// hundreds.
inline constexpr std::chrono::minutes kAlarmCalm{10};
inline constexpr std::chrono::hours kLongestAlarmCalm{4};

// Where nobody mails any more nothing will be judged fine. Also how long flapping is remembered.
inline constexpr std::chrono::hours kAlarmForgotten{24};

inline constexpr std::size_t kMaxAlarmDomains = 10000;  // at about 500 octets

class AlarmTracker {
 public:
  // With more domains than that, the one whose last failure is longest ago is forgotten, without an
  // all-clear: nobody knows whether it is fine.
  explicit AlarmTracker(std::size_t max_domains = kMaxAlarmDomains) : entries_(max_domains) {}

  std::vector<AlarmEvent> Observe(const Sighting& sighting, Time now);

  // A probe or a session saw STARTTLS at a host: nothing is in the way there.
  void OnStarttlsSeen(std::string_view host, Time now) { middlebox_.OnSeen(host, now); }

  // All-clears by time. Once a minute is enough.
  std::vector<AlarmEvent> Tick(Time now);

  // True: nothing has failed for a day, so that a judgement without failure changes nothing.
  bool quiet() const { return entries_.empty() && middlebox_.empty() && !middlebox_.active(); }
  std::size_t domains() const { return entries_.size(); }

 private:
  struct Cause {
    Alarm alarm;
    std::string host;  // at which STARTTLS is missing
    bool ongoing = false;
    bool announced = false;
    bool mailed = false;
    bool judged_without = false;  // since the last failure
    int begun = 0;                // times, within memory
  };
  struct Entry {
    Time last_failed{};
    std::vector<Cause> causes;  // one for each result type seen
  };

  void OnFailed(const Sighting& sighting, Time now, std::vector<AlarmEvent>& events);
  void OnFine(const Sighting& sighting, Time now, std::vector<AlarmEvent>& events);
  void Announce(Cause& cause, const Sighting& sighting, std::vector<AlarmEvent>& events) const;
  void Settle(Entry& entry, Time now, std::vector<AlarmEvent>& events);
  bool HeldBack(ResultType type) const;
  Alarm MiddleboxAlarm(Time now) const;

  RecentMap<Entry> entries_;  // the oldest failure first
  MiddleboxWatch middlebox_;
  std::uint64_t behind_middlebox_ = 0;  // failures
};

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_ALARM_H_
