#include "resolver/engine.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <utility>

#include "cache/freshness.h"
#include "cache/upkeep.h"
#include "resolver/inquiry_records.h"
#include "resolver/mx_gather.h"
#include "resolver/pending.h"
#include "resolver/sts_gather.h"

namespace tlswarden {
namespace {

namespace asio = boost::asio;
using asio::awaitable;

// Each costs some kilobytes while it hangs. Beyond this, askers are told to come again.
constexpr std::size_t kMaxFlights = 5000;

// With more under way, nothing is begun that nobody waits for.
constexpr std::size_t kMaxBackground = 20;

// In so many seconds, the table has been looked through.
constexpr std::size_t kMaintenanceShares = 10;

// What comes from the future was learned before the clock was set back, and would last too long.
bool IsUsable(const EvidencePtr& evidence, Time now) {
  return evidence != nullptr && now < evidence->UsableUntil() &&
         evidence->obtained_at <= now + kMostTtl;
}

awaitable<StsEvidence> NoSts(Time now) {
  StsEvidence sts;
  sts.look_again_at = now + kMostTtl;
  co_return sts;
}

awaitable<StsEvidence> AskSts(Dns& dns, Https& https, const NextHop& next_hop, StsEvidence known,
                              const EngineOptions& options, Time now) {
  if (!options.sts_enabled) return NoSts(now);
  const StsTerms terms{options.allow_private_addresses, now, options.jitter()};
  return GatherSts(dns, https, next_hop.domain, std::move(known), terms);
}

// What counts while the inquiry about MTA-STS goes on: the policy known before, if there is one.
StsEvidence Provisional(const StsEvidence& before, Time now) {
  StsEvidence sts = before;
  sts.look_again_at = now + kFailureTtl;
  sts.failure = Failure{ResultType::kStsPolicyFetchError, "no answer in time", true};
  return sts;
}

// No policy of any kind applies to an address, so there is nothing to ask, nor to keep.
EvidencePtr NothingApplies(const NextHop& next_hop, Time now) {
  Evidence evidence;
  evidence.next_hop = next_hop;
  evidence.mx.security = Security::kSecure;  // the operator named it
  evidence.obtained_at = now;
  return std::make_shared<const Evidence>(std::move(evidence));
}

// What counts while the MX hosts aren't known: nothing may be sent.
MxEvidence MxNotInTime(Time now) {
  MxEvidence mx;
  mx.failure = Failure{ResultType::kDnssecInvalid, "no answer from DNS in time", true};
  mx.good_until = now + kFailureTtl;
  return mx;
}

}  // namespace

awaitable<Evidence> Inquire(Dns& dns, Https& https, NextHop next_hop, StsEvidence known,
                            const EngineOptions& options) {
  using asio::experimental::awaitable_operators::operator&&;
  const Time now = options.clock();
  Evidence evidence;
  evidence.next_hop = next_hop;
  evidence.obtained_at = now;
  // Named one by one: GCC 12 destroys temporaries in co_await expressions twice.
  awaitable<StsEvidence> sts = AskSts(dns, https, next_hop, std::move(known), options, now);
  const MxTerms mx_terms{options.dane_enabled, now, 0, 0};
  awaitable<MxEvidence> mx = GatherMx(dns, next_hop, mx_terms);
  auto sts_and_mx = std::move(sts) && std::move(mx);
  auto both = co_await std::move(sts_and_mx);
  evidence.sts = std::move(std::get<0>(both));
  evidence.mx = std::move(std::get<1>(both));
  co_return evidence;
}

Engine::Engine(asio::io_context& io, EngineParts parts, EngineOptions options)
    : io_(io), parts_(parts), options_(std::move(options)) {}

EvidencePtr Engine::Cached(const NextHop& next_hop) const {
  const Time now = options_.clock();
  EvidencePtr evidence = parts_.table.Use(ToString(next_hop), now);
  return IsUsable(evidence, now) ? evidence : nullptr;
}

void Engine::AskAsync(const NextHop& next_hop, Callback callback) {
  asio::post(io_, [this, next_hop, callback = std::move(callback)]() mutable {
    Begin(next_hop, std::move(callback));
  });
}

void Engine::Stop() {
  asio::post(io_, [this] {
    stopped_ = true;
    auto flights = std::exchange(flights_, {});
    for (auto& [key, flight] : flights) {
      for (Callback& waiter : flight.waiters) waiter(nullptr);
    }
  });
}

void Engine::Begin(const NextHop& next_hop, Callback callback) {
  if (next_hop.address_literal) return callback(NothingApplies(next_hop, options_.clock()));
  const std::string key = ToString(next_hop);
  EvidencePtr known = Known(key);
  if (IsUsable(known, options_.clock())) {
    parts_.table.Use(key, options_.clock());
    return callback(std::move(known));
  }
  if (stopped_ || (flights_.size() >= kMaxFlights && !flights_.contains(key))) {
    return callback(nullptr);
  }
  const auto [flight, is_new] = flights_.try_emplace(key);
  if (flight->second.interim != nullptr) return callback(flight->second.interim);
  flight->second.waiters.push_back(std::move(callback));
  if (is_new) Launch(next_hop);
}

// REQUIRES: an entry in flights_
void Engine::Launch(const NextHop& next_hop) {
  const std::string key = ToString(next_hop);
  asio::co_spawn(io_, Fly(next_hop), [this, key](const std::exception_ptr& thrown) {
    if (thrown != nullptr) Answer(key, nullptr);
    flights_.erase(key);
  });
}

// From the table, or from the store into the table.
EvidencePtr Engine::Known(const std::string& key) {
  EvidencePtr known = parts_.table.Find(key);
  if (known != nullptr || parts_.store == nullptr) return known;
  known = parts_.store->Load(key);
  if (known != nullptr) parts_.table.Put(key, known, options_.clock());
  return known;
}

awaitable<void> Engine::Fly(NextHop next_hop) {
  const std::string key = ToString(next_hop);
  const Time now = options_.clock();
  EvidencePtr known = parts_.table.Find(key);
  MxTerms mx_terms{options_.dane_enabled, now, options_.jitter(), 0};
  if (known != nullptr) mx_terms.failed_lookups = known->mx.failed_lookups;
  const StsEvidence before = KnownSts(next_hop, known);
  const auto sts = Start(io_, AskSts(parts_.dns, parts_.https, next_hop, before, options_, now),
                         options_.patience);
  const auto mx = Start(io_, GatherMx(parts_.dns, next_hop, mx_terms), options_.patience);
  const bool mx_in_time = co_await mx->Wait();
  const bool sts_in_time = co_await sts->Wait();
  Evidence evidence;
  evidence.next_hop = next_hop;
  evidence.obtained_at = now;
  if (!mx_in_time || !sts_in_time) {
    evidence.mx = mx_in_time ? mx->Look() : MxNotInTime(now);
    evidence.sts = sts_in_time ? sts->Look() : Provisional(before, now);
    AnswerForNow(key, evidence);
    co_await mx->WaitForEver();
    co_await sts->WaitForEver();
  }
  evidence.mx = mx->Take();
  evidence.sts = sts->Take();
  AdoptShared(evidence);
  for (Record& record : InquiryRecords(before, evidence)) parts_.sink.Write(std::move(record));
  const bool fetched = evidence.sts.learned && evidence.sts.learned != before.learned;
  if (fetched && key != next_hop.domain.ascii) ShareWithDomain(evidence);
  const auto learned = std::make_shared<const Evidence>(std::move(evidence));
  Keep(key, learned);
  Answer(key, learned);
}

void Engine::Keep(const std::string& key, const EvidencePtr& evidence) {
  parts_.table.Put(key, evidence, evidence->obtained_at);
  if (parts_.store != nullptr) parts_.store->Save(evidence);
}

// A policy is its domain's, whatever the port and the brackets (RFC 8461 section 3.4), so the plain
// domain always has the one that was fetched last.
StsEvidence Engine::KnownSts(const NextHop& next_hop, const EvidencePtr& known) {
  EvidencePtr source = known;
  if (ToString(next_hop) != next_hop.domain.ascii) {
    EvidencePtr of_domain = Known(next_hop.domain.ascii);
    if (of_domain != nullptr) source = std::move(of_domain);
  }
  StsEvidence sts;
  if (source != nullptr) sts = source->sts;
  sts.interim = false;
  return sts;
}

// An inquiry for another port may have learned the policy while this one failed to.
void Engine::AdoptShared(Evidence& evidence) const {
  if (evidence.sts.learned) return;
  const EvidencePtr of_domain = parts_.table.Find(evidence.next_hop.domain.ascii);
  if (of_domain == nullptr || StsInForce(of_domain->sts, evidence.obtained_at) == nullptr) return;
  evidence.sts.learned = of_domain->sts.learned;
  evidence.sts.refresh_at = of_domain->sts.refresh_at;
}

// What the domain's own inquiries said of its MX hosts stays as it was, or is still to be asked.
void Engine::ShareWithDomain(const Evidence& evidence) {
  const std::string& domain = evidence.next_hop.domain.ascii;
  Evidence of_domain;
  if (const EvidencePtr known = Known(domain)) of_domain = *known;
  of_domain.next_hop = NextHop{evidence.next_hop.domain};
  of_domain.sts = evidence.sts;
  of_domain.obtained_at = evidence.obtained_at;
  Keep(domain, std::make_shared<const Evidence>(std::move(of_domain)));
}

// Whoever waits, or comes while the inquiry goes on, gets this.
void Engine::AnswerForNow(const std::string& key, Evidence evidence) {
  evidence.sts.interim = true;
  const auto interim = std::make_shared<const Evidence>(std::move(evidence));
  if (!IsLookupFailure(interim->mx.security)) parts_.table.Put(key, interim, interim->obtained_at);
  const auto flight = flights_.find(key);
  if (flight == flights_.end()) return;  // stopped
  flight->second.interim = interim;
  Answer(key, interim);
}

void Engine::Answer(const std::string& key, const EvidencePtr& evidence) {
  const auto flight = flights_.find(key);
  if (flight == flights_.end()) return;  // stopped
  const std::vector<Callback> waiters = std::exchange(flight->second.waiters, {});
  if (!waiters.empty() && evidence != nullptr) parts_.table.Use(key, evidence->obtained_at);
  for (const Callback& waiter : waiters) waiter(evidence);
}

// Called each second, so every entry is looked at several times in the last half minute of its
// life. Background work gives way to questions, and each second brings only some of it.
void Engine::Maintain() {
  const Time now = options_.clock();
  for (const MemoryTable::Entry& entry : parts_.table.Walk(kMaintenanceShares)) {
    const NextHop& next_hop = entry.evidence->next_hop;
    switch (DecideUpkeep(*entry.evidence, entry.last_used, now)) {
      case Upkeep::kNothing:
        break;
      case Upkeep::kForget:
        parts_.table.Erase(ToString(next_hop));
        break;
      case Upkeep::kLookAgain:
        if (flights_.size() < kMaxBackground && flights_.try_emplace(ToString(next_hop)).second) {
          Launch(next_hop);
        }
        break;
    }
  }
}

void Engine::StartMaintaining() { asio::co_spawn(io_, MaintainForEver(), asio::detached); }

awaitable<void> Engine::MaintainForEver() {
  asio::steady_timer timer(io_);
  while (!stopped_) {
    timer.expires_after(std::chrono::seconds(1));
    co_await timer.async_wait(asio::use_awaitable);
    Maintain();
  }
}

}  // namespace tlswarden
