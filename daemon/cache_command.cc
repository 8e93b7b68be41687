// `tlswarden cache purge DOMAIN...`: lets domains do without the TLS that they had so far.

#include <iostream>

#include "daemon/commands.h"
#include "daemon/config_messages.h"
#include "daemon/let_go.h"
#include "daemon/wall_clock.h"

namespace tlswarden {

int CacheCommand(const CommandLine& line) {
  if (line.arguments.size() < 2 || line.arguments.front() != "purge") {
    std::cerr << "tlswarden: this version knows `tlswarden cache purge DOMAIN...` only\n";
    return kExitUsage;
  }
  const std::optional<Loaded> loaded = LoadOrComplain(line, false);
  if (!loaded) return kExitUsage;
  const std::string& ledger = loaded->settings.tlsrpt.ledger;
  if (ledger.empty()) {
    std::cerr << "tlswarden: [tlsrpt] ledger is empty, so nothing is remembered\n";
    return kExitUsage;
  }
  std::vector<Domain> domains;  // all of them first: none is let go where one is misspelt
  for (auto name = line.arguments.begin() + 1; name != line.arguments.end(); ++name) {
    const Result<Domain> domain = ParseDomain(*name);
    if (!domain) {
      std::cerr << "tlswarden: " << domain.error() << '\n';
      return kExitUsage;
    }
    domains.push_back(*domain);
  }
  for (const Domain& domain : domains) {
    if (const auto error = AddLetGo(LetGoPath(ledger), domain, WallClock())) {
      std::cerr << "tlswarden: " << *error << '\n';
      return kExitTemporary;
    }
    std::cout << domain.ascii
              << ": the TLS that it had so far isn't demanded any more, within five minutes; what "
                 "it publishes still is\n";
  }
  return kExitGood;
}

}  // namespace tlswarden
