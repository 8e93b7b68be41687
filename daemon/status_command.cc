// `tlswarden status --would`: what enforcement would have refused, from the daemon's file.

#include <boost/json.hpp>
#include <filesystem>
#include <iostream>

#include "daemon/commands.h"
#include "daemon/config_messages.h"
#include "daemon/status_output.h"

namespace tlswarden {
namespace {

constexpr std::size_t kMostRows = 100000;  // no more are in the file

}  // namespace

int StatusCommand(const CommandLine& line) {
  if (!line.would) {
    std::cerr << "tlswarden: this version knows `tlswarden status --would` only\n";
    return kExitUsage;
  }
  const std::optional<Loaded> loaded = LoadOrComplain(line, false);
  if (!loaded) return kExitUsage;
  const std::string& path = loaded->settings.outbound.would_log;
  if (path.empty()) {
    std::cerr << "tlswarden: [outbound] would-log is empty, so nothing was counted\n";
    return kExitUsage;
  }
  // The daemon makes the file when there is something to count.
  std::error_code unreadable;
  std::vector<WouldRow> rows;
  if (std::filesystem::exists(path, unreadable) || unreadable) {
    Result<std::vector<WouldRow>> read = ReadWouldLedger(path, kMostRows);
    if (!read) {
      std::cerr << "tlswarden: " << read.error() << '\n';
      return kExitTemporary;
    }
    rows = std::move(read).value();
  }
  if (line.json) {
    std::cout << boost::json::serialize(WouldJson(rows)) << '\n';
  } else {
    std::cout << WouldText(rows);
  }
  return kExitGood;
}

}  // namespace tlswarden
