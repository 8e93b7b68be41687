#include "daemon/report_wiring.h"

#include <filesystem>
#include <utility>

#include "daemon/listen.h"

namespace tlswarden {
namespace {

// Beside the ledger: what was read belongs together with what was counted of it.
constexpr char kMailLogState[] = "mail-log.state";

void Warn(RecordSink& log, std::string text) {
  log.Write(Notice{Notice::Level::kWarning, std::move(text)});
}

std::unique_ptr<Collector> OpenCollector(const ReportSurroundings& around, ToldDomains& told) {
  const Settings::Tlsrpt& tlsrpt = around.settings.tlsrpt;
  if (tlsrpt.socket.empty()) return nullptr;
  const Result<int> socket = TakeDatagrams(tlsrpt.socket, tlsrpt.socket_mode);
  if (!socket) {
    Warn(around.log, socket.error() + "; no MTA can tell how its sessions went");
    return nullptr;
  }
  const auto complain = [&log = around.log](const std::string& what) {
    Warn(log, "[tlsrpt] socket: " + what);
  };
  const EventSink events = [&told, events = around.events, clock = around.clock](TlsEvent event) {
    told.Note(event.domain, clock());
    events(std::move(event));
  };
  return std::make_unique<Collector>(*socket, events, around.clock, complain);
}

std::unique_ptr<MailLogFeed> OpenMailLog(const ReportSurroundings& around,
                                         const ToldDomains& told) {
  const Settings::Tlsrpt& tlsrpt = around.settings.tlsrpt;
  if (tlsrpt.mail_log == "off") return nullptr;
  const std::filesystem::path folder = std::filesystem::path(tlsrpt.ledger).parent_path();
  const auto complain = [&log = around.log](const std::string& what) {
    Warn(log, "[tlsrpt] mail-log: " + what);
  };
  const MailLogDoors doors{around.resolver,
                           around.orders,
                           around.events,
                           [&told, clock = around.clock](const std::string& domain) {
                             return told.IsTold(domain, clock());
                           },
                           [ledger = around.ledger] { ledger->Flush(); },
                           complain};
  Result<std::unique_ptr<MailLogFeed>> feed =
      MailLogFeed::Open({tlsrpt.mail_log, (folder / kMailLogState).string()}, doors);
  if (feed) return std::move(feed).value();
  complain(feed.error() + "; its sessions aren't counted");
  return nullptr;
}

std::unique_ptr<ReportSending> OpenSending(const ReportSurroundings& around) {
  if (!around.settings.tlsrpt.send) return nullptr;
  Result<std::unique_ptr<ReportSending>> sending =
      ReportSending::Make(around.settings, ReportSending::When::kSpread, around.log, around.clock);
  if (!sending) {
    Warn(around.log, sending.error() + "; no reports are sent");
    return nullptr;
  }
  (*sending)->sender().Start();
  return std::move(sending).value();
}

}  // namespace

std::unique_ptr<Ledger> MakeLedger(const Settings& settings, RecordSink& log,
                                   std::function<Time()> clock) {
  if (settings.tlsrpt.ledger.empty()) return nullptr;
  const auto complain = [&log](const std::string& what) {
    Warn(log, "[tlsrpt] ledger: " + what + "; sessions aren't counted until that is mended");
  };
  LedgerLimits limits;
  limits.keep_days =
      static_cast<int>(std::chrono::duration_cast<std::chrono::days>(settings.tlsrpt.keep).count());
  return std::make_unique<Ledger>(settings.tlsrpt.ledger, complain, std::move(clock), limits);
}

EventSink MakeEventSink(Lessons& lessons, Ledger* ledger) {
  if (ledger == nullptr) return nullptr;
  return [&lessons, ledger](TlsEvent event) {
    lessons.Observe(event);
    ledger->Add(std::move(event));
  };
}

void ReportParts::StopSources() {
  if (mail_log) mail_log->Stop();
  if (collector) collector->Stop();
}

ReportParts OpenReportParts(const ReportSurroundings& around) {
  ReportParts parts;
  if (around.ledger == nullptr) return parts;
  parts.told = std::make_unique<ToldDomains>();
  parts.collector = OpenCollector(around, *parts.told);
  parts.mail_log = OpenMailLog(around, *parts.told);
  parts.sending = OpenSending(around);
  return parts;
}

}  // namespace tlswarden
