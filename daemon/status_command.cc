// `tlswarden status`: domains that have lost the TLS they had so far; with `--would`, what
// enforcement would have refused. Both from the daemon's files.

#include <boost/json.hpp>
#include <filesystem>
#include <iostream>

#include "daemon/commands.h"
#include "daemon/config_messages.h"
#include "daemon/lessons.h"
#include "daemon/status_output.h"
#include "daemon/wall_clock.h"

namespace tlswarden {
namespace {

constexpr std::size_t kMostRows = 100000;  // no more are in the file

int ShowWould(const CommandLine& line, const Settings& settings) {
  const std::string& path = settings.outbound.would_log;
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

int ShowRemembered(const CommandLine& line, const Settings& settings) {
  const Time now = WallClock();
  std::vector<RememberedDomain> gone;
  if (!settings.tlsrpt.ledger.empty()) {
    const Result<RememberedTablePtr> table = ReadRemembered(settings.tlsrpt.ledger, now);
    if (!table) {
      std::cerr << "tlswarden: " << table.error() << '\n';
      return kExitTemporary;
    }
    gone = (*table)->Gone(now);
  }
  if (line.json) {
    std::cout << boost::json::serialize(GoneJson(gone)) << '\n';
  } else {
    std::cout << GoneText(gone);
  }
  return kExitGood;
}

}  // namespace

int StatusCommand(const CommandLine& line) {
  const std::optional<Loaded> loaded = LoadOrComplain(line, false);
  if (!loaded) return kExitUsage;
  return line.would ? ShowWould(line, loaded->settings) : ShowRemembered(line, loaded->settings);
}

}  // namespace tlswarden
