#include "daemon/report_doors.h"

#include <sys/stat.h>

#include <memory>
#include <optional>
#include <utility>

#include "daemon/wiring.h"
#include "report/gzip.h"
#include "report/ledger.h"
#include "report/log_file.h"
#include "report/report_json.h"

namespace tlswarden {
namespace {

// Of our own reports; the ledger's limits keep them far below.
constexpr std::size_t kMaxOwnReportOctets = 64 << 20;

class LazyLedger {
 public:
  explicit LazyLedger(std::string path) : path_(std::move(path)) {}

  template <typename T, typename Read>
  Result<T> With(Read read) {
    if (const auto error = Open()) return Error{*error};
    if (!reader_) return T();  // nothing was counted yet
    return read(*reader_);
  }

 private:
  // What the path names now. The writer moves a damaged file aside and begins another.
  std::optional<std::string> Open() {
    struct stat status {};
    const bool there = stat(path_.c_str(), &status) == 0;
    if (reader_ && there && IdOf(status) == id_) return std::nullopt;
    reader_.reset();
    Result<std::optional<LedgerReader>> opened = LedgerReader::OpenIfThere(path_);
    if (!opened) return opened.error();
    reader_ = std::move(opened).value();
    id_ = IdOf(status);
    return std::nullopt;
  }

  const std::string path_;
  std::optional<LedgerReader> reader_;
  FileId id_;  // of what reader_ reads, or of what was there before
};

}  // namespace

std::uint64_t ReportSeed(const Settings& settings) {
  return Spread(0, HostName() + '\n' + settings.tlsrpt.contact_info);
}

SenderOptions MakeSenderOptions(const Settings& settings, bool at_once) {
  SenderOptions options;
  options.sender = ReportSenderOf(settings.tlsrpt);
  options.maker.organization_name = settings.tlsrpt.organization_name;
  options.maker.contact_info = settings.tlsrpt.contact_info;
  options.maker.seed = ReportSeed(settings);
  options.maker.times.spread =
      std::chrono::duration_cast<std::chrono::seconds>(settings.tlsrpt.spread);
  if (at_once) options.maker.times.rest = options.maker.times.spread = std::chrono::seconds(0);
  return options;
}

Result<std::string> PackReport(const TlsReport& report) { return Gzip(ToJson(report)); }

ReportMailContext MailContext(const std::string& domain, const std::string& to,
                              const std::string& from, const std::string& report_id, Time made) {
  return {domain, to, from, HostName(), report_id.substr(0, report_id.find('@')), made};
}

std::string MailReport(const ReportMail& mail) {
  const Result<std::string> json = Gunzip(mail.report.octets, kMaxOwnReportOctets);
  const Result<TlsReport> report = json ? ParseReport(*json) : Error{json.error()};
  const QueuedReport& queued = mail.report;
  return ComposeReportMail(
      report ? *report : TlsReport(), queued.octets,
      MailContext(queued.domain, mail.to, mail.sender, queued.report_id, queued.made));
}

SenderDoors MakeFileDoors(const Settings& settings, RecordSink& log) {
  const auto ledger = std::make_shared<LazyLedger>(settings.tlsrpt.ledger);
  SenderDoors doors;
  doors.maker.domains = [ledger](Day day) {
    return ledger->With<std::vector<std::string>>(
        [&](LedgerReader& reader) { return reader.Domains(day); });
  };
  doors.maker.tallies = [ledger](Day day, const std::string& domain) {
    return ledger->With<std::vector<PolicyTally>>(
        [&](LedgerReader& reader) { return reader.Tallies(day, domain); });
  };
  doors.maker.seen_record = [ledger](Day day, const std::string& domain) {
    return ledger->With<std::string>(
        [&](LedgerReader& reader) { return reader.TlsrptRecord(day, domain); });
  };
  doors.maker.compose = PackReport;
  doors.maker.log = [&log](Notice notice) { log.Write(std::move(notice)); };
  doors.compose_mail = MailReport;
  return doors;
}

}  // namespace tlswarden
