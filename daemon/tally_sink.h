// TallySink: stands between the rooms and the log, and hands what RFC 8460 counts to the ledger.
//
// Thread-safe; a record that isn't counted costs a few comparisons.
#ifndef TLSWARDEN_DAEMON_TALLY_SINK_H_
#define TLSWARDEN_DAEMON_TALLY_SINK_H_

#include <functional>
#include <utility>

#include "cache/store.h"
#include "policy/next_hop.h"
#include "policy/record.h"
#include "report/tls_event.h"

namespace tlswarden {

class TallySink : public RecordSink {
 public:
  using EvidenceFor = std::function<EvidencePtr(const NextHop&)>;

  // `next` must outlive it. `evidence_for` gives what is cached, without waiting; without events
  // (an empty sink) records only pass. Both are called on any thread.
  TallySink(RecordSink& next, EvidenceFor evidence_for, EventSink events,
            std::function<Time()> clock)
      : next_(next),
        evidence_for_(std::move(evidence_for)),
        events_(std::move(events)),
        clock_(std::move(clock)) {}

  void Write(Record record) override;
  bool WantsCachedMapAnswers() const override { return next_.WantsCachedMapAnswers(); }

 private:
  void Count(const Record& record) const;

  RecordSink& next_;
  const EvidenceFor evidence_for_;
  const EventSink events_;
  const std::function<Time()> clock_;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_TALLY_SINK_H_
