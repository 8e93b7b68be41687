// RememberedWatch: tells a domain that is suddenly reached without the TLS it has always had.
//
// Pure: time is an argument. Makes the sightings from which AlarmTracker makes one alarm for a
// domain, and one of a middlebox where many come at once. For one thread at a time; bounded.
#ifndef TLSWARDEN_POLICY_REMEMBERED_WATCH_H_
#define TLSWARDEN_POLICY_REMEMBERED_WATCH_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/alarm.h"
#include "policy/next_hop.h"
#include "policy/recent_map.h"
#include "policy/remembered_tls.h"
#include "policy/verdict.h"

namespace tlswarden {

// A session with a domain that publishes nothing, whatever came of its mail.
struct WatchedSession {
  enum class Tls {
    kThere,    // a good certificate or not
    kPlain,    // mail went in the clear
    kMissing,  // no mail went, since STARTTLS was missing
  };
  Domain domain;
  std::string mx_hostname;  // empty: not known
  Tls tls = Tls::kThere;
  Time at{};
};

// Whether a session in the clear says anything: not while TLS is demanded for the memory's sake,
// nor where a rule lets the domain do without. Then somebody let the message through on purpose,
// and nobody must be able to make a domain be forgotten by such messages. What doesn't count
// belongs neither into RememberedDay::plain nor into the watch.
bool PlainCounts(const NextHop& next_hop, const Outbound& outbound, Time now);

// A domain that had TLS and was reached without.
struct GoneDomain {
  Domain domain;
  Time since{};
  Time last{};
  std::uint64_t sessions = 0;  // without
  bool held = false;           // mail waits for it
  bool operator==(const GoneDomain&) const = default;
};

inline constexpr std::size_t kMostGone = 10'000;  // the one heard of longest ago goes

class RememberedWatch {
 public:
  explicit RememberedWatch(std::size_t most = kMostGone) : entries_(most) {}

  // What AlarmTracker must hear of, if anything. `known` is what the table says of the domain at
  // that time; nullptr: nothing. A domain is told of once, however long it goes on, until it has
  // TLS again: nothing is said of one whose alarm is over because no mail went there for a day.
  std::optional<Sighting> Observe(const WatchedSession& session, const RememberedTls* known);

  // The administrator lets a domain go.
  void LetGo(const Domain& domain);

  // Those that haven't had TLS since, by name; what hasn't been heard of for kRememberedFor isn't
  // among them.
  std::vector<GoneDomain> Gone(Time now) const;

 private:
  struct Entry {
    GoneDomain gone;
    bool told_before = false;  // its alarm is over, or was raised before we were started
  };

  RecentMap<Entry> entries_;  // the one heard of longest ago first
};

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_REMEMBERED_WATCH_H_
