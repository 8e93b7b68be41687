#include "daemon/tally_sink.h"

#include "report/record_event.h"

namespace tlswarden {

void TallySink::Write(Record record) {
  if (events_) Count(record);
  next_.Write(std::move(record));
}

void TallySink::Count(const Record& record) const {
  const std::optional<NextHop> next_hop = CountedNextHop(record);
  if (!next_hop) return;
  Evidence nothing;
  nothing.next_hop = *next_hop;
  const EvidencePtr known = evidence_for_(*next_hop);
  std::optional<TlsEvent> event = EventOf(record, known ? *known : nothing, clock_());
  if (event) events_(*std::move(event));
}

}  // namespace tlswarden
