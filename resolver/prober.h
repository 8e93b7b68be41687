// Prober: one look at the TLS of one MX host.
//
// The seam between probe_table and the network: the daemon plugs in SmtpProber, tests a script.
#ifndef TLSWARDEN_RESOLVER_PROBER_H_
#define TLSWARDEN_RESOLVER_PROBER_H_

#include <boost/asio/awaitable.hpp>

#include "policy/probe_facts.h"

namespace tlswarden {

class Prober {
 public:
  virtual ~Prober() = default;

  // Everything but `at`, which who asks sets. Never throws for what the network does. Ends in
  // bounded time. No mail transaction is begun.
  virtual boost::asio::awaitable<ProbeFacts> Probe(ProbeTarget target) = 0;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_RESOLVER_PROBER_H_
