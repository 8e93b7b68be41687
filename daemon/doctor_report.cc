// CheckReportMail of doctor.h.

#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <thread>

#include "daemon/doctor.h"
#include "daemon/report_doors.h"
#include "daemon/report_sending.h"
#include "daemon/wall_clock.h"
#include "daemon/wiring.h"
#include "report/received_store.h"
#include "report/report_mail.h"
#include "report/self_report.h"

namespace tlswarden {
namespace {

constexpr std::chrono::seconds kWait{30};
constexpr std::chrono::milliseconds kLookEach{200};

constexpr const char* kPurpose =
    "It is a test by `tlswarden doctor`, of whether our reports are signed by DKIM, which is seen "
    "in this mail's header. If no program has read it: save it as a file, header and all, and "
    "look within a day by `tlswarden report read FILE`.";

SelfReportSecret NewSecret() {
  SelfReportSecret secret;
  // So few octets are never cut short.
  while (getrandom(secret.data(), secret.size(), 0) != static_cast<ssize_t>(secret.size()))
    continue;
  return secret;
}

SmtpMail ComposeMail(const Settings::Tlsrpt& tlsrpt, const TlsReport& report, Time now) {
  ReportMailContext context = MailContext(Submitter(tlsrpt.contact_info), tlsrpt.contact_info,
                                          ReportSenderOf(tlsrpt), report.report_id, now);
  context.purpose = kPurpose;
  const std::string text = ComposeReportMail(report, *PackReport(report), context);
  return {context.from, {context.to}, text};
}

// A file that root makes here must not keep out those who write to it otherwise: they may write to
// its folder.
void GiveToOwnerOfFolder(const std::string& path) {
  struct stat folder {};
  const std::string parent = std::filesystem::path(path).parent_path().string();
  if (geteuid() != 0 || stat(parent.c_str(), &folder) != 0) return;
  static_cast<void>(!chown(path.c_str(), folder.st_uid, folder.st_gid));
}

Result<ReceivedStore> OpenStore(const std::string& path, RecordSink& log, Time now) {
  std::error_code unreadable;
  const bool is_new = !std::filesystem::exists(path, unreadable) && !unreadable;
  Result<ReceivedStore> store = ReceivedStore::Open(path, log, now);
  if (store && is_new) GiveToOwnerOfFolder(path);
  return store;
}

Result<std::optional<SelfReport>> WaitFor(ReceivedStore& store, const std::string& id) {
  const auto end = std::chrono::steady_clock::now() + kWait;
  while (true) {
    Result<std::optional<SelfReport>> seen = store.FindSelfReport(id, WallClock());
    if (!seen || (*seen && (*seen)->came)) return seen;
    if (std::chrono::steady_clock::now() >= end) return seen;
    std::this_thread::sleep_for(kLookEach);
  }
}

Finding StoreFinding(const Settings::Tlsrpt& tlsrpt, const std::string& why) {
  return {Finding::Result::kUnknown, "report-mail", tlsrpt.contact_info,
          "[tlsrpt] received: " + why,
          "Run this as root, or as a user who may write to that file and its folder."};
}

}  // namespace

Finding CheckReportMail(const Settings& settings, RecordSink& log,
                        const std::function<void(const std::string&)>& say) {
  const Settings::Tlsrpt& tlsrpt = settings.tlsrpt;
  if (!tlsrpt.send) {
    return {Finding::Result::kSkipped, "report-mail", "",
            "[tlsrpt] send = no: no reports are sent, so nothing was tested", ""};
  }
  const Time now = WallClock();
  Result<ReceivedStore> opened = OpenStore(tlsrpt.received, log, now);
  if (!opened) return StoreFinding(tlsrpt, opened.error());
  ReceivedStore store = std::move(opened).value();
  const TlsReport report =
      MakeSelfReport(tlsrpt.organization_name, tlsrpt.contact_info, NewSecret(), now);
  if (const auto error = store.ExpectSelfReport(report.report_id, now)) {
    return StoreFinding(tlsrpt, *error);
  }
  const SmtpOutcome outcome = SubmitReportMail(tlsrpt, ComposeMail(tlsrpt, report, now));
  if (outcome.status != SmtpOutcome::Status::kSent) {
    return ReportMailFinding(tlsrpt, outcome, std::nullopt);
  }
  say("a test report is on its way to " + tlsrpt.contact_info + "; waiting for up to " +
      std::to_string(kWait.count()) + " s until it comes back");
  const Result<std::optional<SelfReport>> seen = WaitFor(store, report.report_id);
  if (!seen) return StoreFinding(tlsrpt, seen.error());
  return ReportMailFinding(tlsrpt, outcome, *seen);
}

}  // namespace tlswarden
