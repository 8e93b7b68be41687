// LedgerBatch: TlsEvents merged in memory until they are written: for each day and domain what a
// report will say.
//
// Plain values, no I/O. For one thread at a time.
#ifndef TLSWARDEN_REPORT_LEDGER_BATCH_H_
#define TLSWARDEN_REPORT_LEDGER_BATCH_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "policy/time.h"
#include "report/ledger_limits.h"
#include "report/tls_event.h"
#include "report/tls_report.h"

namespace tlswarden {

// Sessions by how far their TLS came.
struct TlsCounts {
  std::int64_t plain = 0;
  std::int64_t encrypted = 0;
  std::int64_t authenticated = 0;
  std::int64_t missing = 0;  // as StarttlsWasMissing has it
  Time last{};
  bool empty() const { return plain + encrypted + authenticated + missing == 0; }
};

// Brings all texts within the limits and to UTF-8: octets that are none become '?'.
void Bound(TlsEvent& event);

// Where policies and failures beyond the limits count.
ReportedPolicy RestOf(const ReportedPolicy& policy, const std::string& domain);
FailureDetail RestOf(const FailureDetail& detail);

class LedgerBatch {
 public:
  struct Place {
    Day day{};
    std::string domain;
    auto operator<=>(const Place&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Place& place) const;
  };
  struct Gathered {
    std::vector<PolicyTally> tallies;  // 0 sessions: details alone
    std::string tlsrpt_record;         // the last that wasn't empty
    TlsCounts tls;
    std::uint64_t events = 0;
    std::size_t rows = 0;  // details of all tallies
  };
  using Places = std::unordered_map<Place, Gathered, Hash>;

  // REQUIRES: the event has been through Bound; its `at` is of the day. False: it is lost, there is
  // no room.
  bool Add(TlsEvent&& event, const LedgerLimits& limits);

  // As if the events of the other had been added after those here. Returns how many were lost.
  std::uint64_t Add(LedgerBatch later, const LedgerLimits& limits);

  bool empty() const { return places_.empty(); }
  const Places& places() const { return places_; }
  std::size_t octets() const { return octets_; }  // about

 private:
  bool Knows(const Place& place, const TlsEvent& event) const;
  Places::value_type& At(Place place);
  PolicyTally& Tally(Gathered& gathered, const std::string& domain, ReportedPolicy policy,
                     const LedgerLimits& limits);
  void AddDetail(Gathered& gathered, PolicyTally& tally, FailureDetail detail,
                 const LedgerLimits& limits);

  Places places_;
  std::size_t octets_ = 0;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_LEDGER_BATCH_H_
