// doctor: what `tlswarden doctor` looks at, each look as a finding.
//
// Each blocks, in bounded time, and changes nothing, but for the mail of CheckReportMail.
#ifndef TLSWARDEN_DAEMON_DOCTOR_H_
#define TLSWARDEN_DAEMON_DOCTOR_H_

#include <functional>
#include <vector>

#include "daemon/doctor_output.h"
#include "daemon/settings.h"
#include "policy/record.h"

namespace tlswarden {

// Whether each resolver answers and validates, and whether its word counts.
std::vector<Finding> CheckResolvers(const Settings& settings);

// Whether the CAs of [mta-sts] ca-file, or OpenSSL's, can be read.
Finding CheckCaStore(const Settings& settings);

// Whether the daemon takes connections where the MTA makes them.
std::vector<Finding> CheckSockets(const Settings& settings);

// Mails a report to ourselves (self_report.h) as reports are mailed, and waits until
// `tlswarden report read` has seen it. Where no reports are sent, nothing is. `say` is told what is
// going on.
Finding CheckReportMail(const Settings& settings, RecordSink& log,
                        const std::function<void(const std::string&)>& say);

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_DOCTOR_H_
