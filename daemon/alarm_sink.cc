#include "daemon/alarm_sink.h"

#include <utility>
#include <variant>

namespace tlswarden {

AlarmSink::AlarmSink(RecordSink& next, std::function<Time()> clock,
                     std::function<void(const Alarm&)> mail, std::chrono::milliseconds tick)
    : next_(next),
      clock_(std::move(clock)),
      mail_(std::move(mail)),
      ticker_(tick, tick, [this] { Tick(); }) {}

void AlarmSink::Write(Record record) {
  std::vector<AlarmEvent> events;
  if (const auto* given = std::get_if<VerdictGiven>(&record)) {
    events = Look(given->verdict, given->recipient);
  } else if (const auto* answered = std::get_if<MapAnswered>(&record)) {
    events = Look(answered->verdict, "");
  } else if (const auto* probe = std::get_if<ProbeEnded>(&record)) {
    // That TLS is missing shows in the verdict; that it is there speaks against a middlebox.
    if (!probe->facts->no_tls) OnStarttlsSeen(probe->facts->target.host.ascii);
  }
  next_.Write(std::move(record));  // first: the alarm follows what gave reason for it
  Tell(events);
}

void AlarmSink::Observe(const Sighting& sighting) { Tell(Look(sighting)); }

void AlarmSink::OnStarttlsSeen(std::string_view host) {
  if (quiet_.load(std::memory_order_relaxed)) return;
  const std::lock_guard lock(mutex_);
  tracker_.OnStarttlsSeen(host, clock_());
}

std::vector<AlarmEvent> AlarmSink::Look(const Verdict& verdict, const std::string& recipient) {
  if (!verdict.failure && quiet_.load(std::memory_order_relaxed)) return {};
  Sighting sighting;
  sighting.domain = verdict.policy_domain;
  sighting.rule = verdict.rule;
  if (verdict.failure) {
    sighting.failure = verdict.failure;
    sighting.may_heal = MayHeal(verdict);
    sighting.blocked = ActionTaken(verdict) != Action::kAccept;
    sighting.mx_hostname = verdict.mx_hostname;
    sighting.recipient = recipient;
  }
  return Look(sighting);
}

std::vector<AlarmEvent> AlarmSink::Look(const Sighting& sighting) {
  if (!sighting.failure && quiet_.load(std::memory_order_relaxed)) return {};
  const Time now = clock_();
  const std::lock_guard lock(mutex_);
  std::vector<AlarmEvent> events = tracker_.Observe(sighting, now);
  quiet_.store(tracker_.quiet(), std::memory_order_relaxed);
  return events;
}

void AlarmSink::Tell(const std::vector<AlarmEvent>& events) {
  for (const AlarmEvent& event : events) {
    switch (event.kind) {
      case AlarmEvent::Kind::kBegins:
        next_.Write(AlarmRaised{event.alarm});
        break;
      case AlarmEvent::Kind::kWorthMail:
        if (mail_) mail_(event.alarm);
        break;
      case AlarmEvent::Kind::kEnds:
        next_.Write(AlarmCleared{event.alarm});
        break;
    }
  }
}

void AlarmSink::Tick() {
  if (quiet_.load(std::memory_order_relaxed)) return;
  std::vector<AlarmEvent> events;
  {
    const std::lock_guard lock(mutex_);
    events = tracker_.Tick(clock_());
    quiet_.store(tracker_.quiet(), std::memory_order_relaxed);
  }
  Tell(events);
}

}  // namespace tlswarden
