// WouldSink: stands between the doors and the log, and counts what enforcement would have refused.
//
// Thread-safe; costs a record that isn't counted two comparisons.
#ifndef TLSWARDEN_DAEMON_WOULD_SINK_H_
#define TLSWARDEN_DAEMON_WOULD_SINK_H_

#include <functional>
#include <optional>

#include "policy/record.h"
#include "report/would_ledger.h"

namespace tlswarden {

// What is counted of a judgement: mail that was let through in observe mode, though the verdict
// was another; or, apart from that, what an MTA-STS policy in testing mode would have held back.
std::optional<WouldKey> WouldKeyOf(const VerdictGiven& record);
std::optional<WouldKey> WouldKeyOf(const InboundJudged& record);

class WouldSink : public RecordSink {
 public:
  // Both must outlive it; without a ledger (nullptr) records only pass.
  WouldSink(RecordSink& next, WouldLedger* ledger, std::function<Time()> clock)
      : next_(next), ledger_(ledger), clock_(std::move(clock)) {}

  void Write(Record record) override;
  bool WantsCachedMapAnswers() const override { return next_.WantsCachedMapAnswers(); }

 private:
  RecordSink& next_;
  WouldLedger* const ledger_;
  const std::function<Time()> clock_;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_WOULD_SINK_H_
