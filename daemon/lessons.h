// Lessons: what sessions teach the doors: which domains have proven TLS, and which fail lately.
//
// Thread-safe. Each event passes through here on its way to the ledger. Every five minutes the
// ledger's days become the table that the judge looks things up in (doc/remember-tls.md).
#ifndef TLSWARDEN_DAEMON_LESSONS_H_
#define TLSWARDEN_DAEMON_LESSONS_H_

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "daemon/alarm_sink.h"
#include "daemon/repeater.h"
#include "policy/lately.h"
#include "policy/orders.h"
#include "policy/remembered_watch.h"
#include "report/ledger.h"
#include "report/tls_event.h"

namespace tlswarden {

// What the ledger's days prove, but for the domains that were let go (let_go.h). Errors: a file
// can't be read.
Result<RememberedTablePtr> ReadRemembered(const std::string& ledger, Time now);

class Lessons {
 public:
  // All must outlive it. `ledger` is the file's path.
  Lessons(std::string ledger, CurrentOrders& orders, AlarmSink& alarms,
          std::function<Time()> clock);

  // What the ledger has.
  void ReadLedger();

  // Reads it again and again, in a thread; at once unless it has been read.
  void Start();

  // Learns from the event. A session in the clear that says nothing of its domain (PlainCounts)
  // loses that mark, so that the ledger doesn't count it against the domain.
  void Observe(TlsEvent& event);

  // For the milter: the hosts at which the domain's sessions failed lately.
  std::vector<LatelyHost> HostsOf(const Domain& domain, Time now) const;

 private:
  const std::string ledger_;
  CurrentOrders& orders_;
  AlarmSink& alarms_;
  const std::function<Time()> clock_;

  mutable std::mutex mutex_;  // guards the two below
  LatelyTracker lately_;
  RememberedWatch watch_;

  bool read_ = false;               // before Start by whoever starts, then by the thread
  std::optional<Repeater> reader_;  // last: it uses all of the above
};

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_LESSONS_H_
