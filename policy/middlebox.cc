#include "policy/middlebox.h"

#include <algorithm>
#include <array>

namespace tlswarden {
namespace {

// Second levels below which countries register names.
constexpr std::array<std::string_view, 16> kSecondLevels = {
    "ac", "co",  "com", "edu", "go",  "gob", "gouv", "gov",
    "gv", "mil", "ne",  "net", "nhs", "or",  "org",  "sch"};

bool IsSecondLevel(std::string_view label, std::string_view top) {
  return top.size() == 2 &&
         std::find(kSecondLevels.begin(), kSecondLevels.end(), label) != kSecondLevels.end();
}

// Where the last label of `text` begins.
std::size_t LastLabel(std::string_view text) {
  const std::size_t dot = text.rfind('.');
  return dot == std::string_view::npos ? 0 : dot + 1;
}

}  // namespace

std::string_view OwnersPart(std::string_view host) {
  const std::size_t top = LastLabel(host);
  if (top < 2) return host;
  const std::size_t second = LastLabel(host.substr(0, top - 1));
  if (second < 2) return host;
  if (!IsSecondLevel(host.substr(second, top - 1 - second), host.substr(top))) {
    return host.substr(second);
  }
  return host.substr(LastLabel(host.substr(0, second - 1)));
}

MiddleboxWatch::Change MiddleboxWatch::OnMissing(std::string_view host, Time now) {
  DropOlderThan(active_ ? kMiddleboxCalm : kMiddleboxWindow, now);
  Note(OwnersPart(host), true, now);
  last_missing_ = now;
  const std::size_t missing = Count(true);
  if (active_) destinations_ = std::max(destinations_, missing);
  if (active_ || missing < kMiddleboxDestinations) return Change::kNone;
  if (missing < kMiddleboxMajority * Count(false)) return Change::kNone;
  active_ = true;
  recovered_ = false;
  destinations_ = missing;
  since_ = now;
  for (const Place& place : places_) {
    if (place.missing) since_ = std::min(since_, place.heard_of);
  }
  return Change::kBegins;
}

void MiddleboxWatch::OnSeen(std::string_view host, Time now) {
  // Where STARTTLS works matters only beside places where it is missing.
  if (places_.empty()) return;
  Note(OwnersPart(host), false, now);
  recovered_ = true;
}

void MiddleboxWatch::OnFineAgain(std::string_view host) {
  for (Place& place : places_) {
    if (place.owner == OwnersPart(host)) place.missing = false;
  }
  recovered_ = true;
}

MiddleboxWatch::Change MiddleboxWatch::OnTick(Time now) {
  DropOlderThan(active_ ? kMiddleboxCalm : kMiddleboxWindow, now);
  if (!active_) return Change::kNone;
  const bool forgotten = now - last_missing_ >= kMiddleboxForgotten;
  const bool over = recovered_ && Count(true) <= kMiddleboxRemainder;
  if (!forgotten && !over) return Change::kNone;
  active_ = false;
  return Change::kEnds;
}

void MiddleboxWatch::Note(std::string_view owner, bool missing, Time now) {
  const auto known = std::find_if(places_.begin(), places_.end(),
                                  [&](const Place& place) { return place.owner == owner; });
  if (known != places_.end()) {
    places_.erase(known);
  } else if (places_.size() >= kMostPlaces) {
    places_.erase(places_.begin());
  }
  places_.push_back({std::string(owner), now, missing});
}

void MiddleboxWatch::DropOlderThan(std::chrono::minutes age, Time now) {
  std::erase_if(places_, [&](const Place& place) { return now - place.heard_of >= age; });
}

std::size_t MiddleboxWatch::Count(bool missing) const {
  return static_cast<std::size_t>(
      std::count_if(places_.begin(), places_.end(),
                    [&](const Place& place) { return place.missing == missing; }));
}

}  // namespace tlswarden
