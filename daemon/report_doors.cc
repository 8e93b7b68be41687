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
#include "report/report_mail.h"

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

std::string MailReport(const ReportMail& mail) {
  const Result<std::string> json = Gunzip(mail.report.octets, kMaxOwnReportOctets);
  const Result<TlsReport> report = json ? ParseReport(*json) : Error{json.error()};
  ReportMailContext context;
  context.domain = mail.report.domain;
  context.to = mail.to;
  context.from = mail.sender;
  context.host = HostName();
  context.unique = mail.report.report_id.substr(0, mail.report.report_id.find('@'));
  context.now = mail.report.made;
  return ComposeReportMail(report ? *report : TlsReport(), mail.report.octets, context);
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
