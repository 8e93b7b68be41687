// `tlswarden report read`: takes in what others report about our domains. An alias may pipe mail to
// it, so what is wrong with a mail must not bounce it for ever.

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>

#include "daemon/log_sink.h"
#include "daemon/report_commands.h"
#include "daemon/syslog_sink.h"
#include "report/received_store.h"
#include "report/report_mail.h"
#include "report/report_reader.h"
#include "report/self_report.h"

namespace tlswarden {
namespace {

// One octet more than is allowed tells that there is more.
Result<std::string> ReadAll(std::istream& input, const std::string& name) {
  std::string octets(kMaxReceivedOctets + 1, '\0');
  input.read(octets.data(), static_cast<std::streamsize>(octets.size()));
  if (input.bad()) return Error{name + ": " + std::strerror(errno)};
  octets.resize(static_cast<std::size_t>(input.gcount()));
  return octets;
}

Result<std::string> ReadInput(const std::string& file) {
  if (file == "-") return ReadAll(std::cin, "standard input");
  std::ifstream input(file, std::ios::binary);
  if (!input) return Error{file + ": " + std::strerror(errno)};
  return ReadAll(input, file);
}

// The organization is a stranger's text.
std::string Summary(const TlsReport& report) {
  const SessionCounts sum = SumOf(report.policies);
  const std::string organization = Printable(report.organization_name, 100);
  return DayText(report.begin) + " " + (organization.empty() ? "(no name)" : organization) + ": " +
         std::to_string(sum.successes) + " good, " + std::to_string(sum.failures) + " failed";
}

void TellOfNew(const std::vector<FailureKind>& kinds, RecordSink& log) {
  for (const FailureKind& kind : kinds) {
    log.Write(Notice{Notice::Level::kWarning, Printable(kind.organization, 100) + " reports " +
                                                  Printable(kind.result_type, 100) +
                                                  " for mail to " +
                                                  Printable(kind.policy_domain, kMaxDomainOctets) +
                                                  " for the first time; see tlswarden report"});
  }
}

// Whether it is the test of `tlswarden doctor`, which waits for it, and is no report about us.
Result<bool> TakeSelfReport(const ReceivedReport& received, ReceivedStore& store, RecordSink& log,
                            Time now) {
  const TlsReport& report = received.report;
  const Result<std::optional<SelfReport>> expected = store.FindSelfReport(report.report_id, now);
  if (!expected) return Error{expected.error()};
  if (!*expected) return false;
  std::string text = "the test report of " + ToString((*expected)->sent) + " is ";
  if (received.signatures) {
    if (const auto error = store.SelfReportCame(report.report_id, *received.signatures, now)) {
      return Error{*error};
    }
    text += DescribeSignatures(*received.signatures, Submitter(report.contact_info));
  } else {
    text += "here, but not the header of its mail, which shows whether it was signed";
  }
  std::cout << text << '\n';
  log.Write(Notice{Notice::Level::kInfo, "report read: " + text});
  return true;
}

}  // namespace

int ReadReceived(const std::string& file, const Settings& settings, Time now) {
  const Result<std::string> octets = ReadInput(file);
  if (!octets) return Complain(kExitTemporary, octets.error());
  const Result<std::vector<ReceivedReport>> reports = ReadReports(*octets);
  if (!reports) return Complain(kExitBadNews, file + ": " + reports.error());
  SyslogSink syslog(settings.log);
  LogSink log(syslog);
  Result<ReceivedStore> opened = ReceivedStore::Open(settings.tlsrpt.received, log, now);
  if (!opened) return Complain(kExitTemporary, "[tlsrpt] received: " + opened.error());
  ReceivedStore store = std::move(opened).value();
  for (const ReceivedReport& received : *reports) {
    const Result<bool> is_own = TakeSelfReport(received, store, log, now);
    if (!is_own) return Complain(kExitTemporary, "[tlsrpt] received: " + is_own.error());
    if (*is_own) continue;
    const Result<Storing> stored = store.Add(received, now);
    if (!stored) return Complain(kExitTemporary, "[tlsrpt] received: " + stored.error());
    std::cout << Summary(received.report) << (stored->is_duplicate ? " (known already)" : "")
              << '\n';
    TellOfNew(stored->new_failures, log);
  }
  log.Flush();
  return kExitGood;
}

}  // namespace tlswarden
