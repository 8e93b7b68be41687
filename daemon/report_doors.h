// report_doors: what a ReportSender gets from the settings, but for the network: its options, and
// the doors to the ledger, to composing and to the log.
#ifndef TLSWARDEN_DAEMON_REPORT_DOORS_H_
#define TLSWARDEN_DAEMON_REPORT_DOORS_H_

#include <cstdint>
#include <string>

#include "daemon/settings.h"
#include "policy/record.h"
#include "policy/result.h"
#include "policy/time.h"
#include "report/report_mail.h"
#include "report/report_sender.h"

namespace tlswarden {

// A number for this installation that stays the same.
std::uint64_t ReportSeed(const Settings& settings);

// `at_once`: a report is due when its day is over, not at a time of its own in the hours after.
SenderOptions MakeSenderOptions(const Settings& settings, bool at_once);

// The report as it is sent: JSON, gzipped.
Result<std::string> PackReport(const TlsReport& report);

// What the mail of a report is made of, but for `purpose`.
ReportMailContext MailContext(const std::string& domain, const std::string& to,
                              const std::string& from, const std::string& report_id, Time made);

// The mail that carries a packed report: the queue keeps what is sent, and the text beside it is
// made from that.
std::string MailReport(const ReportMail& mail);

// `lookup`, `submit`, `post` and `clock` are left to the caller. The log must outlive the doors,
// which are for one thread.
//
// The ledger is looked for again each time: it is made with the first session, and anew when it was
// found damaged.
SenderDoors MakeFileDoors(const Settings& settings, RecordSink& log);

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_REPORT_DOORS_H_
