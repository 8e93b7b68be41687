#include "policy/alarm.h"

#include <algorithm>
#include <utility>

#include "policy/remembered_tls.h"

namespace tlswarden {
namespace {

std::string KeyOf(const Sighting& sighting) { return sighting.domain.ascii + ' ' + sighting.rule; }

std::chrono::minutes CalmAfter(int begun) {
  constexpr int kMostDoublings = 8;
  const auto calm = kAlarmCalm * (1 << std::min(begun - 1, kMostDoublings));
  return std::min<std::chrono::minutes>(calm, kLongestAlarmCalm);
}

// By result type: who can mend it.
std::string_view Advice(ResultType type) {
  switch (type) {
    case ResultType::kStarttlsNotSupported:
      return "ask its postmaster to offer STARTTLS, and look whether others lack it too";
    case ResultType::kCertificateHostMismatch:
    case ResultType::kCertificateNotTrusted:
    case ResultType::kCertificateExpired:
      return "ask its postmaster to renew the certificate of the MX host";
    case ResultType::kTlsaInvalid:
      return "ask its postmaster to publish TLSA records that fit the certificate";
    case ResultType::kDnssecInvalid:
      return "ask its postmaster to mend DNSSEC, and look whether your resolver works";
    case ResultType::kDaneRequired:
      return "ask its postmaster for DANE, or demand less by a rule";
    case ResultType::kStsPolicyFetchError:
    case ResultType::kStsPolicyInvalid:
    case ResultType::kStsWebpkiInvalid:
      return "ask its postmaster to mend the MTA-STS policy";
    case ResultType::kValidationFailure:
      break;
  }
  return "ask its postmaster whether the MX hosts and what the domain publishes fit together";
}

}  // namespace

std::string WhatToDo(const Alarm& alarm) {
  if (alarm.IsMiddlebox()) {
    return "look for a firewall or virus scanner on the way out that takes STARTTLS out of SMTP "
           "(\"SMTP inspection\", \"fixup\"), and turn that off; no partner can mend this";
  }
  // Names have up to 253 octets; the line has not.
  const bool is_short = alarm.domain.ascii.size() <= 80;
  const std::string domain = is_short ? alarm.domain.ascii : std::string("DOMAIN");
  if (alarm.rule == kRememberedAlarm) {
    return "look whether others lack STARTTLS too; if it is gone for good, " +
           CommandThatLetsGo({domain}) + " lets the domain go";
  }
  return "run tlswarden explain " + domain + "; " + std::string(Advice(alarm.failure.type));
}

std::vector<AlarmEvent> AlarmTracker::Observe(const Sighting& sighting, Time now) {
  std::vector<AlarmEvent> events;
  if (sighting.domain.ascii.empty()) return events;  // an address literal: there is no domain
  if (sighting.failure) {
    OnFailed(sighting, now, events);
  } else {
    OnFine(sighting, now, events);
  }
  return events;
}

void AlarmTracker::OnFailed(const Sighting& sighting, Time now, std::vector<AlarmEvent>& events) {
  const ResultType type = sighting.failure->type;
  Entry& entry = entries_.Touch(KeyOf(sighting));
  entry.last_failed = now;
  Cause* cause = nullptr;
  for (Cause& each : entry.causes) {
    each.judged_without |= each.alarm.failure.type != type;
    if (each.alarm.failure.type == type) cause = &each;
  }
  if (cause == nullptr) cause = &entry.causes.emplace_back();
  if (!cause->ongoing) {
    const Time last = cause->alarm.last;
    cause->alarm = {sighting.domain,
                    *sighting.failure,
                    sighting.rule,
                    sighting.recipient,
                    false,
                    now,
                    now,
                    0,
                    1};
    const bool remembered = cause->begun > 0 && now - last < kAlarmForgotten;
    cause->ongoing = true;
    cause->announced = cause->mailed = false;
    cause->begun = remembered ? cause->begun + 1 : 1;
  }
  ++cause->alarm.count;
  cause->alarm.last = now;
  cause->judged_without = false;
  if (type == ResultType::kStarttlsNotSupported) {
    cause->host = sighting.mx_hostname.empty() ? sighting.domain.ascii : sighting.mx_hostname;
    if (middlebox_.OnMissing(cause->host, now) == MiddleboxWatch::Change::kBegins) {
      behind_middlebox_ = middlebox_.destinations() - 1;
      events.push_back({AlarmEvent::Kind::kBegins, MiddleboxAlarm(now)});
      events.push_back({AlarmEvent::Kind::kWorthMail, MiddleboxAlarm(now)});
    }
    ++behind_middlebox_;
  }
  if (!HeldBack(type)) Announce(*cause, sighting, events);
  Settle(entry, now, events);
}

void AlarmTracker::Announce(Cause& cause, const Sighting& sighting,
                            std::vector<AlarmEvent>& events) const {
  // What was only noted so far and now stops mail is worth a second line.
  const bool worse = sighting.blocked && !cause.alarm.blocked;
  cause.alarm.blocked |= sighting.blocked;
  if (!cause.announced || worse) {
    cause.announced = true;
    events.push_back({AlarmEvent::Kind::kBegins, cause.alarm});
  }
  const bool lasts = !sighting.may_heal || cause.alarm.last - cause.alarm.since >= kMailWaits;
  if (cause.mailed || !cause.alarm.blocked || !lasts) return;
  cause.mailed = true;
  events.push_back({AlarmEvent::Kind::kWorthMail, cause.alarm});
}

void AlarmTracker::OnFine(const Sighting& sighting, Time now, std::vector<AlarmEvent>& events) {
  Entry* const known = entries_.Find(KeyOf(sighting));
  if (known == nullptr) return;
  for (Cause& cause : known->causes) {
    if (cause.ongoing && !cause.judged_without && !cause.host.empty()) {
      middlebox_.OnFineAgain(cause.host);
    }
    cause.judged_without = true;
  }
  Settle(*known, now, events);
}

void AlarmTracker::Settle(Entry& entry, Time now, std::vector<AlarmEvent>& events) {
  for (Cause& cause : entry.causes) {
    const auto age = now - cause.alarm.last;
    const bool calm = cause.judged_without && age >= CalmAfter(cause.begun);
    if (!cause.ongoing || (!calm && age < kAlarmForgotten)) continue;
    cause.ongoing = false;
    if (cause.announced) events.push_back({AlarmEvent::Kind::kEnds, cause.alarm});
  }
}

std::vector<AlarmEvent> AlarmTracker::Tick(Time now) {
  std::vector<AlarmEvent> events;
  if (middlebox_.OnTick(now) == MiddleboxWatch::Change::kEnds) {
    events.push_back({AlarmEvent::Kind::kEnds, MiddleboxAlarm(now)});
  }
  for (auto it = entries_.begin(); it != entries_.end();) {
    const auto age = now - it->value.last_failed;
    // Causes that are older than the latest failure may end earlier; the next judgement sees to it.
    if (age < kAlarmCalm) break;
    Settle(it->value, now, events);
    it = age < kAlarmForgotten ? std::next(it) : entries_.Erase(it);
  }
  return events;
}

bool AlarmTracker::HeldBack(ResultType type) const {
  return type == ResultType::kStarttlsNotSupported && middlebox_.active();
}

Alarm AlarmTracker::MiddleboxAlarm(Time now) const {
  Alarm alarm;
  alarm.failure = {ResultType::kStarttlsNotSupported,
                   "STARTTLS is missing at " + std::to_string(middlebox_.destinations()) +
                       " unrelated destinations at once: something on the way takes it out",
                   true};
  alarm.blocked = true;  // worth a mail even where it is only noted so far
  alarm.since = middlebox_.since();
  alarm.last = now;
  alarm.count = behind_middlebox_;
  alarm.destinations = middlebox_.destinations();
  return alarm;
}

}  // namespace tlswarden
