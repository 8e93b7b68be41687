#include "resolver/probe_table.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace tlswarden {
namespace {

namespace asio = boost::asio;
using asio::awaitable;

// Each costs some kilobytes while it waits. Beyond this, askers are told that nothing is known.
constexpr std::size_t kMaxAskers = 5000;

// More than any look takes, DNS included.
constexpr std::chrono::minutes kPatience{10};

std::size_t HostsToLookAt(const Evidence& evidence) {
  return std::min(evidence.mx.hosts.size(), kMaxProbedHosts);
}

}  // namespace

ProbeTable::ProbeTable(asio::io_context& io, Prober& prober, RecordSink& sink,
                       ProbeTableOptions options)
    : io_(io),
      prober_(prober),
      sink_(sink),
      options_(std::move(options)),
      cache_(options_.max_age),
      limit_(options_.per_minute) {}

// Nothing for a host that needs no look.
std::optional<ProbeTable::Look> ProbeTable::LookFor(const Evidence& evidence,
                                                    const ProbeDemand& demand, std::size_t place) {
  const MxHost& host = evidence.mx.hosts[place];
  if (host.dane == HostDane::kUnreachable) return std::nullopt;
  HostDemand on_host = DemandOn(host, evidence, demand);
  if (on_host.unusable || !on_host.tls) return std::nullopt;
  ProbeTarget target = TargetOf(host, evidence, demand);
  std::string key = ProbeCache::Key(target);
  return Look{std::move(on_host), std::move(target), std::move(key)};
}

std::optional<ProbeOutcome> ProbeTable::Cached(const Evidence& evidence,
                                               const ProbeDemand& demand) const {
  const Time now = options_.clock();
  std::vector<ProbeFactsPtr> facts;
  bool all_known = true;
  for (std::size_t i = 0; i < HostsToLookAt(evidence); ++i) {
    facts.emplace_back();
    const std::optional<Look> look = LookFor(evidence, demand, i);
    if (!look) continue;
    facts.back() = cache_.Find(look->key, look->demand, now);
    if (facts.back() == nullptr) {
      all_known = false;
    } else if (!UnmetAt(*facts.back(), look->demand)) {
      break;
    }
  }
  ProbeOutcome outcome = JudgeProbes(evidence, demand, facts);
  if (outcome.state == ProbeState::kMet || all_known) return outcome;
  return std::nullopt;
}

void ProbeTable::ProbeAsync(EvidencePtr evidence, ProbeDemand demand, Callback callback) {
  asio::post(io_, [this, evidence = std::move(evidence), demand = std::move(demand),
                   callback = std::move(callback)]() mutable {
    Begin(std::move(evidence), std::move(demand), std::move(callback));
  });
}

void ProbeTable::Stop() {
  asio::post(io_, [this] {
    stopped_ = true;
    const auto askers = std::exchange(askers_, {});
    for (const auto& [asker, callback] : askers) callback(ProbeOutcome());
  });
}

void ProbeTable::Begin(EvidencePtr evidence, ProbeDemand demand, Callback callback) {
  if (std::optional<ProbeOutcome> known = Cached(*evidence, demand)) return callback(*known);
  if (stopped_ || askers_.size() >= kMaxAskers) return callback(ProbeOutcome());
  const std::uint64_t asker = next_asker_++;
  askers_.emplace(asker, std::move(callback));
  asio::co_spawn(io_, Walk(std::move(evidence), std::move(demand)),
                 [this, asker](const std::exception_ptr& thrown, ProbeOutcome outcome) {
                   Answer(asker, thrown != nullptr ? ProbeOutcome() : std::move(outcome));
                 });
}

void ProbeTable::Answer(std::uint64_t asker, ProbeOutcome outcome) {
  const auto found = askers_.find(asker);
  if (found == askers_.end()) return;  // stopped
  const Callback callback = std::move(found->second);
  askers_.erase(found);
  callback(std::move(outcome));
}

awaitable<ProbeOutcome> ProbeTable::Walk(EvidencePtr evidence, ProbeDemand demand) {
  std::vector<ProbeFactsPtr> facts;
  for (std::size_t i = 0; i < HostsToLookAt(*evidence) && !stopped_; ++i) {
    facts.emplace_back();
    const std::optional<Look> look = LookFor(*evidence, demand, i);
    if (!look) continue;
    facts.back() = cache_.Find(look->key, look->demand, options_.clock());
    if (facts.back() == nullptr) {
      const Flight flight = Join(*look, evidence->next_hop.domain);
      if (flight == nullptr) continue;
      auto waiting = flight->Wait();
      const bool arrived = co_await std::move(waiting);
      if (arrived) facts.back() = flight->Look();
    }
    if (facts.back() != nullptr && !UnmetAt(*facts.back(), look->demand)) break;
  }
  ProbeOutcome outcome = JudgeProbes(*evidence, demand, facts);
  co_return outcome;
}

// The look under way, or a new one; nullptr when there were too many.
ProbeTable::Flight ProbeTable::Join(const Look& look, const Domain& domain) {
  const auto flight = flights_.find(look.key);
  if (flight != flights_.end()) return flight->second;
  if (!limit_.Take(look.target.host, options_.clock())) return nullptr;
  Flight begun = Start(io_, Fly(look, domain), kPatience);
  flights_.emplace(look.key, begun);
  return begun;
}

awaitable<ProbeFactsPtr> ProbeTable::Fly(Look look, Domain domain) {
  // Only then is it among the flights.
  auto posting = asio::post(io_, asio::use_awaitable);
  co_await std::move(posting);
  ProbeFacts facts;
  facts.target = look.target;
  try {
    auto probing = prober_.Probe(look.target);
    facts = co_await std::move(probing);
  } catch (const std::exception& thrown) {  // out of memory, say
    facts.visited = false;
    facts.no_tls = Failure{ResultType::kValidationFailure, thrown.what(), true};
  }
  facts.at = options_.clock();
  facts.target.tlsa.clear();  // large, and the key stands for them
  std::optional<Failure> failure = UnmetAt(facts, look.demand);
  const auto seen = std::make_shared<const ProbeFacts>(std::move(facts));
  cache_.Put(look.key, seen, !failure);
  flights_.erase(look.key);
  sink_.Write(ProbeEnded{std::move(domain), seen, std::move(failure)});
  co_return seen;
}

}  // namespace tlswarden
