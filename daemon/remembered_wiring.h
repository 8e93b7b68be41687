// remembered_wiring: from the ledger's days to what the judge remembers, and from counted sessions
// to what watches them. Pure: report/ and policy/ don't know each other's values.
#ifndef TLSWARDEN_DAEMON_REMEMBERED_WIRING_H_
#define TLSWARDEN_DAEMON_REMEMBERED_WIRING_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/lately.h"
#include "policy/remembered_table.h"
#include "policy/remembered_watch.h"
#include "report/ledger.h"
#include "report/tls_event.h"

namespace tlswarden {

// When the administrator let a domain go; nothing: he hasn't.
using LetGo = std::function<std::optional<Time>(std::string_view domain)>;

// Of all days that the ledger has since now - kRememberedDays, in any order.
RememberedTablePtr MakeRememberedTable(const std::vector<TlsDay>& days, Time now,
                                       const LetGo& let_go = {});

// What the watch has to hear of an event; nothing when the domain publishes something, or the event
// says nothing of TLS. A session in the clear that doesn't count (PlainCounts) is nothing either.
std::optional<WatchedSession> WatchedOf(const TlsEvent& event, const Outbound& outbound);

// Tells the tracker what a session with a domain says of its TLS.
void Learn(const TlsEvent& event, LatelyTracker& lately);

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_REMEMBERED_WIRING_H_
