// `tlswarden report`: how sessions went, as text, JSON or a page; reports to send; one message.

#include <boost/json/serialize.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>

#include "daemon/commands.h"
#include "daemon/config_messages.h"
#include "daemon/report_commands.h"
#include "daemon/wall_clock.h"
#include "daemon/wiring.h"
#include "report/ledger.h"
#include "report/overview_json.h"
#include "report/overview_read.h"
#include "report/overview_text.h"
#include "report/page.h"
#include "report/received_store.h"

namespace tlswarden {
namespace {

constexpr int kShownDays = 30;
constexpr std::size_t kMostReceived = 20'000;

// What others report about us; nothing was received where there is no file.
Result<std::vector<TlsReport>> Received(const std::string& path, Day first, Day last) {
  std::vector<TlsReport> reports;
  std::error_code unreadable;
  if (!std::filesystem::exists(path, unreadable) && !unreadable) return reports;
  Result<ReceivedStore> store = ReceivedStore::OpenToRead(path);
  if (!store) return Error{store.error()};
  ReceivedStore open = std::move(store).value();
  Result<std::vector<ReceivedReport>> list = open.List(first, last, kMostReceived);
  if (!list) return Error{path + ": " + list.error()};
  for (const ReceivedReport& received : *list) reports.push_back(received.report);
  return reports;
}

Result<Overview> MakeOverviewOf(const Settings::Tlsrpt& settings, const OverviewFrame& frame) {
  Result<std::vector<TlsReport>> received = Received(settings.received, frame.first, frame.last);
  if (!received) return Error{received.error()};
  std::optional<LedgerReader> ledger;
  if (!settings.ledger.empty()) {
    Result<std::optional<LedgerReader>> opened = LedgerReader::OpenIfThere(settings.ledger);
    if (!opened) return Error{opened.error()};
    ledger = std::move(opened).value();
  }
  if (!ledger) return MakeOverview(frame, LedgerFigures(), *received);
  return ReadOverview(*ledger, frame, *received);
}

int WritePage(const std::string& path, const Overview& overview) {
  const std::string page = OverviewPage(overview);
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << page;
  file.close();
  if (file) return kExitGood;
  return Complain(kExitBadNews, path + ": " + std::strerror(errno));
}

// What was asked for, or why there is no such thing.
Result<OverviewFrame> FrameOf(const ReportRequest& request, Time now) {
  OverviewFrame frame;
  frame.made = now;
  frame.host = HostName();
  frame.version = TLSWARDEN_VERSION;
  frame.last = DayOf(now);
  frame.first = frame.last - std::chrono::days(kShownDays - 1);
  if (!request.day.empty()) {
    const std::optional<Time> day = ParseTime(request.day);
    if (!day) return Error{"--day " + request.day + ": use 2026-11-25"};
    if (DayOf(*day) > frame.last) {
      return Error{"--day " + request.day + ": that day (UTC) hasn't begun"};
    }
    frame.first = frame.last = DayOf(*day);
  }
  if (!request.domain.empty()) {
    const Result<Domain> domain = ParseDomain(request.domain);
    if (!domain) return Error{"--domain: " + domain.error()};
    frame.domain = domain->ascii;
  }
  return frame;
}

int Show(const CommandLine& line, const Settings::Tlsrpt& settings, Time now) {
  const Result<OverviewFrame> frame = FrameOf(line.report, now);
  if (!frame) return Complain(kExitUsage, frame.error());
  const Result<Overview> overview = MakeOverviewOf(settings, *frame);
  if (!overview) return Complain(kExitTemporary, overview.error());
  if (!line.report.html.empty()) return WritePage(line.report.html, *overview);
  if (line.json) {
    std::cout << boost::json::serialize(OverviewJson(*overview)) << '\n';
  } else {
    std::cout << OverviewText(*overview);
  }
  return kExitGood;
}

}  // namespace

int Complain(int code, const std::string& what) {
  std::cerr << "tlswarden: " << what << '\n';
  return code;
}

int ReportCommand(const CommandLine& line) {
  const bool reads = !line.arguments.empty() && line.arguments.front() == "read";
  if (!line.arguments.empty() && !reads) {
    return Complain(kExitUsage, "report knows `report read FILE`, not " + line.arguments.front());
  }
  if (reads && line.arguments.size() != 2) {
    return Complain(kExitUsage, "report read needs a FILE, or - for standard input");
  }
  Time now = WallClock();
  if (!line.report.now.empty()) {
    const std::optional<Time> given = ParseTime(line.report.now);
    if (!given) return Complain(kExitUsage, "--now: use 2026-11-25T07:00:00Z");
    now = *given;
  }
  const std::optional<Loaded> loaded = LoadOrComplain(line, false);
  if (!loaded) return kExitUsage;
  const Settings& settings = loaded->settings;
  if (reads) return ReadReceived(line.arguments[1], settings, now);
  if (!line.report.message.empty()) return ShowMessage(line, settings);
  if (line.report.send || line.report.dry_run) return SendReports(line, settings, now);
  return Show(line, settings.tlsrpt, now);
}

}  // namespace tlswarden
