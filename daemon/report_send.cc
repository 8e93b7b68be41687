// `tlswarden report --send` and `--dry-run`.

#include <iostream>

#include "daemon/log_sink.h"
#include "daemon/report_commands.h"
#include "daemon/report_sending.h"
#include "daemon/syslog_sink.h"

namespace tlswarden {
namespace {

constexpr std::size_t kMostShown = 1000;

void Print(const ReportPreview& preview) {
  std::cout << DayText(preview.day) << ' ' << preview.domain << ": " << preview.successes
            << " good, " << preview.failures << " failed, due " << ToString(preview.due);
  if (preview.record.destinations.empty()) {
    std::cout << ", not sent: " << preview.record.why;
  } else {
    for (const ReportDestination& each : preview.record.destinations) {
      std::cout << ' ' << ToString(each);
    }
  }
  std::cout << '\n';
}

int DryRun(ReportSender& sender) {
  const Result<std::vector<ReportPreview>> previews = sender.Preview(kMostShown);
  if (!previews) return Complain(kExitTemporary, previews.error());
  const Result<std::vector<Claim>> waiting = sender.PreviewTargets(kMostShown);
  if (!waiting) return Complain(kExitTemporary, waiting.error());
  for (const ReportPreview& preview : *previews) Print(preview);
  for (const Claim& claim : *waiting) {
    std::cout << DayText(claim.report.day) << ' ' << claim.report.domain << ": again to "
              << ToString(claim.target.destination) << ", since " << claim.target.last_error
              << '\n';
  }
  if (previews->empty() && waiting->empty()) std::cout << "no report is due\n";
  return kExitGood;
}

int Send(ReportSender& sender) {
  const Result<SendCounts> counts = sender.SendDue();
  if (!counts) return Complain(kExitTemporary, counts.error());
  std::cout << counts->sent << " sent, " << counts->failed << " to be tried again, "
            << counts->given_up << " given up\n";
  if (counts->put_off != 0) {
    std::cout << counts->put_off << " not made yet: DNS doesn't say whether the domain wants it\n";
  }
  return counts->failed + counts->given_up + counts->put_off == 0 ? kExitGood : kExitBadNews;
}

}  // namespace

int SendReports(const CommandLine& line, const Settings& settings, Time now) {
  const Settings::Tlsrpt& tlsrpt = settings.tlsrpt;
  if (tlsrpt.contact_info.empty() || tlsrpt.organization_name.empty() || tlsrpt.ledger.empty()) {
    return Complain(kExitUsage,
                    "[tlsrpt] organization-name, contact-info and ledger say what to send; one of "
                    "them is empty");
  }
  SyslogSink syslog(settings.log);
  LogSink log(syslog);
  const auto when = line.report.dry_run ? ReportSending::When::kPreview : ReportSending::When::kNow;
  const Result<std::unique_ptr<ReportSending>> sending =
      ReportSending::Make(settings, when, log, [now] { return now; });
  if (!sending) return Complain(kExitTemporary, sending.error());
  const int code = line.report.dry_run ? DryRun((*sending)->sender()) : Send((*sending)->sender());
  log.Flush();
  return code;
}

}  // namespace tlswarden
