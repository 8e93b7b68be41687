// record_event: which of tlswarden's own records RFC 8460 counts, and as what.
//
// Pure. Looks at MX hosts are sessions. Of judgements, only those count that stopped mail before it
// had a session, for what its domain publishes: an operator's own demand is no domain's failure.
#ifndef TLSWARDEN_REPORT_RECORD_EVENT_H_
#define TLSWARDEN_REPORT_RECORD_EVENT_H_

#include <optional>

#include "policy/evidence.h"
#include "policy/record.h"
#include "report/tls_event.h"

namespace tlswarden {

// The next hop whose evidence EventOf needs; nothing: the record counts as nothing. Cheap, since
// most records do.
std::optional<NextHop> CountedNextHop(const Record& record);

// Nothing: a record that isn't counted after all. What a policy map refuses is counted when it is
// looked up anew, not for each host that the MTA tries.
std::optional<TlsEvent> EventOf(const Record& record, const Evidence& evidence, Time now);

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_RECORD_EVENT_H_
