#include "report/schedule.h"

#include <algorithm>

namespace tlswarden {
namespace {

using std::chrono::seconds;

// A wait is lengthened by at most a quarter.
constexpr int kSpreadShare = 4;

// FNV-1a, then the finalizer of SplitMix64: std::hash may change with the compiler, and with it the
// moment of a report.
std::uint64_t Mixed(std::uint64_t x) {
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9U;
  x ^= x >> 27;
  x *= 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

// 0 <= the result <= most
seconds Part(std::uint64_t spread, seconds most) {
  return seconds(static_cast<std::int64_t>(spread % static_cast<std::uint64_t>(most.count() + 1)));
}

}  // namespace

std::uint64_t Spread(std::uint64_t seed, std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325U ^ Mixed(seed);
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  }
  return Mixed(hash);
}

std::uint64_t Spread(std::uint64_t seed, Day day, std::string_view domain) {
  return Mixed(Spread(seed, domain) + static_cast<std::uint64_t>(DayNumber(day)));
}

Time DueAt(Day day, std::string_view domain, std::uint64_t seed, const SendTimes& times) {
  return Time(day + std::chrono::days(1)) + times.rest +
         Part(Spread(seed, day, domain), times.spread);
}

std::vector<Day> DaysToReport(Day since, Time now) {
  const Day yesterday = DayOf(now) - std::chrono::days(1);
  const Day first =
      std::max(std::min(since, yesterday), yesterday - std::chrono::days(kMostDaysBack - 1));
  std::vector<Day> days;
  for (Day day = yesterday; day >= first; day -= std::chrono::days(1)) days.push_back(day);
  return days;
}

Attempts Begin(const Attempts& before, Time now, std::uint64_t spread, const SendTimes& times) {
  seconds step = times.first_step;
  for (int i = 0; i < before.tries && step < times.longest_step; ++i) step *= 2;
  step = std::min(step, times.longest_step);
  const std::uint64_t here = Mixed(spread + static_cast<std::uint64_t>(before.tries));
  Attempts after;
  after.tries = before.tries + 1;
  // A first try in the future was made by a clock that has been set back since.
  after.first = before.tries == 0 ? now : std::min(before.first, now);
  after.next = now + step + Part(here, step / kSpreadShare);
  return after;
}

seconds LongestWait(const SendTimes& times) {
  return times.longest_step + times.longest_step / kSpreadShare;
}

bool IsDue(const Attempts& attempts, Time now, const SendTimes& times) {
  return attempts.next <= now || attempts.next > now + LongestWait(times);
}

bool IsHopeless(const Attempts& attempts, Time now, const SendTimes& times) {
  return attempts.tries >= kLeastTries && now - attempts.first >= times.give_up_after;
}

std::string ReportId(Day day, std::string_view domain, std::uint64_t seed,
                     std::string_view submitter) {
  std::string date = DayText(day);
  std::erase(date, '-');
  constexpr std::string_view kDigits = "0123456789abcdef";
  const std::uint64_t spread = Spread(seed, day, domain);
  std::string hex;
  for (int shift = 60; shift >= 0; shift -= 4) hex += kDigits[(spread >> shift) & 0x0f];
  return date + '.' + hex + '@' + std::string(submitter);
}

}  // namespace tlswarden
