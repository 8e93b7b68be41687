// report_wiring: makes the bookkeeper's parts from settings, for `run`.
//
// What can't be opened here is a warning: mail is what counts, and it goes on without.
#ifndef TLSWARDEN_DAEMON_REPORT_WIRING_H_
#define TLSWARDEN_DAEMON_REPORT_WIRING_H_

#include <functional>
#include <memory>

#include "daemon/lessons.h"
#include "daemon/mail_log_feed.h"
#include "daemon/report_sending.h"
#include "daemon/settings.h"
#include "daemon/told_domains.h"
#include "policy/orders.h"
#include "policy/record.h"
#include "report/collector.h"
#include "report/ledger.h"
#include "resolver/resolver.h"

namespace tlswarden {

// nullptr: it is turned off. The log must outlive it.
std::unique_ptr<Ledger> MakeLedger(const Settings& settings, RecordSink& log,
                                   std::function<Time()> clock);

// Teaches and counts. Empty without a ledger. Both must outlive it.
EventSink MakeEventSink(Lessons& lessons, Ledger* ledger);

// What tells of sessions, and what sends reports of them. Each is nullptr where it is off, or
// couldn't be opened.
struct ReportParts {
  std::unique_ptr<ToldDomains> told;  // the two below use it
  std::unique_ptr<Collector> collector;
  std::unique_ptr<MailLogFeed> mail_log;
  std::unique_ptr<ReportSending> sending;

  // The sources have handed on what they have. Reports that are on their way go on: what became of
  // them is found out at the next start.
  void StopSources();
};

// All must outlive the parts.
struct ReportSurroundings {
  const Settings& settings;
  RecordSink& log;
  Resolver& resolver;
  const CurrentOrders& orders;
  EventSink events;
  Ledger* ledger;
  std::function<Time()> clock;
};

ReportParts OpenReportParts(const ReportSurroundings& around);

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_REPORT_WIRING_H_
