// AlarmSink: stands between the doors and the log, and adds the alarms that their records give
// reason for.
//
// Thread-safe. While nothing fails anywhere, a judgement without failure costs one look at an
// atomic. All-clears by time come from a thread of its own.
#ifndef TLSWARDEN_DAEMON_ALARM_SINK_H_
#define TLSWARDEN_DAEMON_ALARM_SINK_H_

#include <atomic>
#include <functional>
#include <mutex>
#include <string_view>
#include <vector>

#include "daemon/repeater.h"
#include "policy/alarm.h"
#include "policy/record.h"

namespace tlswarden {

class AlarmSink : public RecordSink {
 public:
  // `next` must outlive it. `mail` is called for what a mail is worth, from any thread and must
  // not wait; it may be empty. `tick` is how often all-clears are looked for.
  AlarmSink(RecordSink& next, std::function<Time()> clock,
            std::function<void(const Alarm&)> mail = {},
            std::chrono::milliseconds tick = std::chrono::seconds(10));

  void Write(Record record) override;
  bool WantsCachedMapAnswers() const override { return next_.WantsCachedMapAnswers(); }

  // For what is no judgement for a door: a probe's result, a session's.
  void Observe(const Sighting& sighting);
  void OnStarttlsSeen(std::string_view host);

 private:
  std::vector<AlarmEvent> Look(const Sighting& sighting);
  std::vector<AlarmEvent> Look(const Verdict& verdict, const std::string& recipient);
  void Tell(const std::vector<AlarmEvent>& events);
  void Tick();

  RecordSink& next_;
  const std::function<Time()> clock_;
  const std::function<void(const Alarm&)> mail_;
  std::mutex mutex_;  // guards the tracker
  AlarmTracker tracker_;
  std::atomic<bool> quiet_{true};  // the tracker's; a look without the lock
  Repeater ticker_;                // last: it uses all of the above
};

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_ALARM_SINK_H_
