// MiddleboxWatch: tells a firewall or virus scanner that takes STARTTLS out of SMTP sessions from
// partners that have none: it is gone at many unrelated destinations at once.
//
// Pure: time is an argument. Bounded: kMostPlaces destinations. For one thread at a time.
#ifndef TLSWARDEN_POLICY_MIDDLEBOX_H_
#define TLSWARDEN_POLICY_MIDDLEBOX_H_

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "policy/time.h"

namespace tlswarden {

// Why these figures. A box in the way hits every destination at once, so on a server with any
// traffic ten come together within minutes, before its mail has waited long. Partners that never
// had STARTTLS are a few in a hundred: for ten new ones within ten minutes a server would have to
// demand TLS of hundreds of new destinations in that time; if a probe sees STARTTLS at more than
// half as many others meanwhile, nothing is in the way. A hosting provider's mishap hits many
// domains, but behind hosts of one name, which count once.
inline constexpr std::size_t kMiddleboxDestinations = 10;
inline constexpr std::size_t kMiddleboxMajority = 2;
inline constexpr std::chrono::minutes kMiddleboxWindow{10};

// The end: something works again, and at most so many destinations failed within that time. Not
// zero, since the partners without STARTTLS still are where they were.
inline constexpr std::size_t kMiddleboxRemainder = 2;
inline constexpr std::chrono::minutes kMiddleboxCalm{30};

// Without any sign of it the alarm ends too: nobody may have tried.
inline constexpr std::chrono::hours kMiddleboxForgotten{24};

inline constexpr std::size_t kMostPlaces = 256;  // the one heard of longest ago goes

// What hosts of one owner have in common: the domain below a public suffix, as far as its shape
// tells: bank.example of mx1.bank.example, bank.co.uk of mail.bank.co.uk. Without the list of
// public suffixes some strangers count as one; that only makes the alarm a little later.
std::string_view OwnersPart(std::string_view host);

class MiddleboxWatch {
 public:
  enum class Change { kNone, kBegins, kEnds };

  // STARTTLS was missing at a host, or seen there. `host` is that of the MX, or else the domain.
  Change OnMissing(std::string_view host, Time now);
  void OnSeen(std::string_view host, Time now);

  // A domain whose mail failed at that host is fine again.
  void OnFineAgain(std::string_view host);

  // Whether the alarm is over. Once a minute is enough.
  Change OnTick(Time now);

  bool active() const { return active_; }
  bool empty() const { return places_.empty(); }

  // While active, and until the next one: when it began, and how many destinations were hit.
  Time since() const { return since_; }
  std::size_t destinations() const { return destinations_; }

 private:
  struct Place {
    std::string owner;
    Time heard_of;
    bool missing = false;
  };
  void Note(std::string_view owner, bool missing, Time now);
  void DropOlderThan(std::chrono::minutes age, Time now);
  std::size_t Count(bool missing) const;

  std::vector<Place> places_;  // in the order in which they were heard of last
  bool active_ = false;
  bool recovered_ = false;  // since it began, some destination has come back
  Time since_{};
  Time last_missing_{};
  std::size_t destinations_ = 0;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_MIDDLEBOX_H_
