// ProbeTable: the Probes of the daemon: cache first, then one look at a host however many wait.
//
// Walks through a domain's MX hosts in their order and stops at the first that meets the demand, so
// that big providers aren't flooded.
#ifndef TLSWARDEN_RESOLVER_PROBE_TABLE_H_
#define TLSWARDEN_RESOLVER_PROBE_TABLE_H_

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "policy/record.h"
#include "resolver/pending.h"
#include "resolver/probe_cache.h"
#include "resolver/probe_limit.h"
#include "resolver/prober.h"
#include "resolver/probes.h"

namespace tlswarden {

inline constexpr std::size_t kMaxProbedHosts = 8;  // a domain's first; further ones stay unknown

struct ProbeTableOptions {
  std::chrono::seconds max_age{3600};  // how long what meets a demand counts
  std::size_t per_minute = 120;        // looks that begin; beyond it the answer is kUnknown
  std::function<Time()> clock = {};    // called from any thread
};

class ProbeTable : public Probes {
 public:
  // Looks run on `io`, which one thread runs. All must outlive it.
  ProbeTable(boost::asio::io_context& io, Prober& prober, RecordSink& sink,
             ProbeTableOptions options);

  std::optional<ProbeOutcome> Cached(const Evidence& evidence,
                                     const ProbeDemand& demand) const override;
  void ProbeAsync(EvidencePtr evidence, ProbeDemand demand, Callback callback) override;

  // Answers all who wait with kUnknown, and all who come from now on. Thread-safe; io must run.
  void Stop();

 private:
  using Flight = std::shared_ptr<Pending<ProbeFactsPtr>>;
  struct Look {  // at one host
    HostDemand demand;
    ProbeTarget target;
    std::string key;
  };

  static std::optional<Look> LookFor(const Evidence& evidence, const ProbeDemand& demand,
                                     std::size_t place);
  void Begin(EvidencePtr evidence, ProbeDemand demand, Callback callback);
  boost::asio::awaitable<ProbeOutcome> Walk(EvidencePtr evidence, ProbeDemand demand);
  Flight Join(const Look& look, const Domain& domain);
  boost::asio::awaitable<ProbeFactsPtr> Fly(Look look, Domain domain);
  void Answer(std::uint64_t asker, ProbeOutcome outcome);

  boost::asio::io_context& io_;
  Prober& prober_;
  RecordSink& sink_;
  const ProbeTableOptions options_;
  ProbeCache cache_;
  // On io's thread only:
  ProbeLimit limit_;
  std::unordered_map<std::string, Flight> flights_;  // by ProbeCache::Key
  std::unordered_map<std::uint64_t, Callback> askers_;
  std::uint64_t next_asker_ = 0;
  bool stopped_ = false;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_RESOLVER_PROBE_TABLE_H_
