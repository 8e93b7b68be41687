#include <iostream>

#include "daemon/commands.h"
#include "daemon/config_messages.h"
#include "daemon/print.h"

namespace tlswarden {

int CheckConfigCommand(const CommandLine& line) {
  const std::optional<Loaded> loaded = LoadOrComplain(line, true);
  if (!loaded) return kExitUsage;
  if (line.print) {
    std::cout << PrintEffective(loaded->settings);
  } else {
    std::cout << line.config_file << ": good\n";
  }
  return kExitGood;
}

}  // namespace tlswarden
