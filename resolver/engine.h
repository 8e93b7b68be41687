// Engine: the resolver of the daemon: cache first, then the network, one inquiry for a next hop.
#ifndef TLSWARDEN_RESOLVER_ENGINE_H_
#define TLSWARDEN_RESOLVER_ENGINE_H_

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "cache/memory_table.h"
#include "cache/store.h"
#include "policy/evidence.h"
#include "policy/record.h"
#include "resolver/dns.h"
#include "resolver/https.h"
#include "resolver/resolver.h"

namespace tlswarden {

struct EngineOptions {
  bool sts_enabled = true;
  bool dane_enabled = true;
  bool allow_private_addresses = false;
  // How long askers wait. Then they are answered for now, and the inquiry goes on. Without
  // MTA-STS's part, what was known before counts: a slow policy host must not hold up mail (RFC
  // 8461 section 5.1), and must be learned all the same. Without the MX hosts the mail has to wait.
  std::chrono::milliseconds patience{6000};
  std::function<Time()> clock;  // called from any thread
  // 0 <= jitter < 1, anew each time: spreads what is asked again. On io's thread.
  std::function<double()> jitter = [] { return 0.0; };
};

// The outside world of an engine. All must outlive it. `store` may be nullptr.
struct EngineParts {
  Dns& dns;
  Https& https;
  MemoryTable& table;
  Store* store;
  RecordSink& sink;
};

// The order of all questions about one next hop, without cache: what `explain` shows.
boost::asio::awaitable<Evidence> Inquire(Dns& dns, Https& https, NextHop next_hop,
                                         StsEvidence known, const EngineOptions& options);

class Engine : public Resolver {
 public:
  // Inquiries run on `io`, which one thread runs.
  Engine(boost::asio::io_context& io, EngineParts parts, EngineOptions options);

  EvidencePtr Cached(const NextHop& next_hop) const override;
  void AskAsync(const NextHop& next_hop, Callback callback) override;
  Time Now() const override { return options_.clock(); }

  // Looks after what is known (upkeep.h): called each second once this has been called.
  void StartMaintaining();

  // One round of it, of which ten see everything. On io's thread.
  void Maintain();

  // Answers all who wait with nullptr, and all who come from now on. Thread-safe; io must run.
  void Stop();

 private:
  void Begin(const NextHop& next_hop, Callback callback);
  void Launch(const NextHop& next_hop);
  boost::asio::awaitable<void> Fly(NextHop next_hop);
  boost::asio::awaitable<void> MaintainForEver();
  EvidencePtr Known(const std::string& key);
  StsEvidence KnownSts(const NextHop& next_hop, const EvidencePtr& known);
  void Keep(const std::string& key, const EvidencePtr& evidence);
  void ShareWithDomain(const Evidence& evidence);
  void AdoptShared(Evidence& evidence) const;
  void Answer(const std::string& key, const EvidencePtr& evidence);
  void AnswerForNow(const std::string& key, Evidence evidence);

  boost::asio::io_context& io_;
  EngineParts parts_;
  const EngineOptions options_;
  struct Flight {
    std::vector<Callback> waiters;
    EvidencePtr interim;  // what is answered while the inquiry goes on beyond patience
  };
  std::unordered_map<std::string, Flight> flights_;  // by next hop; on io's thread only
  bool stopped_ = false;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_RESOLVER_ENGINE_H_
