// ReportSending: a ReportSender with its doors to ledger, DNS, HTTPS and the relay, as the settings
// say. `run` and `report --send` share it.
#ifndef TLSWARDEN_DAEMON_REPORT_SENDING_H_
#define TLSWARDEN_DAEMON_REPORT_SENDING_H_

#include <functional>
#include <memory>

#include "daemon/settings.h"
#include "policy/record.h"
#include "policy/result.h"
#include "report/report_sender.h"
#include "report/smtp_submit.h"

namespace tlswarden {

// Hands one mail to the relay or to sendmail(8), as the settings say. Blocks, in bounded time.
SmtpOutcome SubmitReportMail(const Settings::Tlsrpt& settings, const SmtpMail& mail);

class ReportSending {
 public:
  enum class When {
    kSpread,   // each report at its own time, in the hours after the day's end
    kNow,      // all reports of days that are over
    kPreview,  // the same, to look at: no file is made or changed
  };

  // The log must outlive it. Has threads of its own for DNS and HTTPS. Errors: the queue, the
  // resolver or the CA file, with the setting's name.
  static Result<std::unique_ptr<ReportSending>> Make(const Settings& settings, When when,
                                                     RecordSink& log, std::function<Time()> clock);
  ~ReportSending();

  ReportSender& sender();

 private:
  struct Parts;
  explicit ReportSending(std::unique_ptr<Parts> parts);
  const std::unique_ptr<Parts> parts_;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_REPORT_SENDING_H_
