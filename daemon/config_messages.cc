#include "daemon/config_messages.h"

#include <iostream>

namespace tlswarden {

std::optional<Loaded> LoadOrComplain(const CommandLine& line, bool must_exist) {
  const bool missing_is_fine = !must_exist && !line.config_given;
  Loaded loaded = LoadSettings(line.config_file, missing_is_fine);
  for (const std::string& warning : loaded.warnings) {
    std::cerr << "tlswarden: warning: " << warning << '\n';
  }
  for (const std::string& error : loaded.errors) std::cerr << "tlswarden: " << error << '\n';
  if (!loaded.errors.empty()) return std::nullopt;
  return loaded;
}

}  // namespace tlswarden
