#include "policy/remembered_tls.h"

#include <algorithm>
#include <map>

namespace tlswarden {
namespace {

// The last second of the day or now, whatever a clock that was set made of it.
Time LastOf(const RememberedDay& day, Time now) {
  const Time end = Time(day.day + std::chrono::days(1)) - std::chrono::seconds(1);
  return std::min(std::clamp<Time>(day.last, day.day, end), now);
}

// In order, one for each day, and only those that count.
std::map<Day, RememberedDay> DaysThatCount(const std::vector<RememberedDay>& days, Time now,
                                           std::optional<Time> let_go) {
  std::map<Day, RememberedDay> sorted;
  for (const RememberedDay& day : days) {
    const bool counts = day.day <= DayOf(now) && day.day >= DayOf(now) - kRememberedDays;
    if (!counts || (let_go && day.day <= DayOf(*let_go))) continue;
    RememberedDay& sum = sorted[day.day];
    sum.day = day.day;
    sum.plain += day.plain;
    sum.encrypted += day.encrypted;
    sum.authenticated += day.authenticated;
    sum.missing += day.missing;
    sum.last = std::max(sum.last, day.last);
  }
  return sorted;
}

// What is known so far, one day after the other.
class Walk {
 public:
  void Take(const RememberedDay& day, Time now) {
    ForgetBefore(day.day);
    const bool tls = day.encrypted > 0 || day.authenticated > 0;
    const bool plain = day.plain > 0;
    if (tls) known_.last = LastOf(day, now);
    if (tls && !plain && ++known_.days == 1) known_.since = day.day;
    if (plain) plain_days_.push_back(day.day);
    if (tls) {
      known_.gone_since.reset();
    } else if ((plain || day.missing > 0) && !known_.gone_since) {
      known_.gone_since = day.day;
    }
    Decide();
  }

  RememberedTls ResultAt(Time now) {
    ForgetBefore(now);
    Decide();
    if (known_.level == TlsLevel::kMay) return RememberedTls();
    return known_;
  }

 private:
  void ForgetBefore(Time now) {
    std::erase_if(plain_days_, [now](Time plain) { return now - plain >= kRememberedFor; });
    if (now - known_.last >= kRememberedFor) known_ = RememberedTls();
  }

  void Decide() {
    if (known_.level == TlsLevel::kMay) {
      const bool proven = known_.days >= kProvingDays && plain_days_.empty();
      if (proven) known_.level = TlsLevel::kEncrypt;
    } else if (plain_days_.size() >= static_cast<std::size_t>(kDisprovingDays)) {
      known_ = RememberedTls();
    }
  }

  RememberedTls known_;
  std::vector<Time> plain_days_;
};

}  // namespace

std::string_view ToString(RememberTls mode) {
  switch (mode) {
    case RememberTls::kWarn:
      return "warn";
    case RememberTls::kOff:
      return "off";
    case RememberTls::kRequire:
      return "require";
  }
  return "warn";
}

RememberedTls Remember(const std::vector<RememberedDay>& days, Time now,
                       std::optional<Time> let_go) {
  Walk walk;
  for (const auto& [date, day] : DaysThatCount(days, now, let_go)) walk.Take(day, now);
  return walk.ResultAt(now);
}

bool StandsAt(const RememberedTls& remembered, Time now) {
  return remembered.level != TlsLevel::kMay && now - remembered.last < kRememberedFor;
}

std::string Describe(const RememberedTls& remembered) {
  return "TLS on " + std::to_string(remembered.days) + " days since " + DayText(remembered.since) +
         ", last on " + DayText(remembered.last);
}

std::string CommandThatLetsGo(const Domain& domain) {
  return "tlswarden cache purge " + domain.ascii;
}

}  // namespace tlswarden
