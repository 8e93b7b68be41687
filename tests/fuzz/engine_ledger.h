// engine_ledger: what fuzz_engine knows of policies by itself: from the bodies that were served,
// the visits of the engine and the clock, never from the engine's own evidence.
#ifndef TLSWARDEN_TESTS_FUZZ_ENGINE_LEDGER_H_
#define TLSWARDEN_TESTS_FUZZ_ENGINE_LEDGER_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "policy/next_hop.h"
#include "tests/fuzz/engine_world.h"

namespace tlswarden {

struct Taken {
  std::string domain;
  StsPolicy policy;
  Time at;
  Time ExpiresAt() const { return at + policy.max_age; }
  bool Enforces(Time now) const { return policy.mode == StsMode::kEnforce && now < ExpiresAt(); }
};

class Ledger {
 public:
  // The policy last learned for the next hop's domain, at whatever port; in force or not.
  const Taken* Known(const NextHop& next_hop) const;

  // Books the visits of one inquiry. The policy that was taken, or nullptr.
  const Taken* Book(const NextHop& next_hop, const Desk& desk, const Served& served);

  // Books what the daemon did by itself, for whichever next hops.
  void BookVisits(const Desk& desk, const Served& served);

  // Some policy of this domain that was taken fulfils the condition.
  template <typename Condition>
  bool Any(const std::string& domain, Condition condition) const {
    for (const Taken& taken : taken_) {
      if (taken.domain == domain && condition(taken)) return true;
    }
    return false;
  }

 private:
  std::vector<Taken> taken_;
  std::map<std::string, std::size_t> known_;  // domain → index
};

}  // namespace tlswarden

#endif  // TLSWARDEN_TESTS_FUZZ_ENGINE_LEDGER_H_
