// probe_wiring: makes what looks at MX hosts, from settings. Beside wiring.h, for `run`.
#ifndef TLSWARDEN_DAEMON_PROBE_WIRING_H_
#define TLSWARDEN_DAEMON_PROBE_WIRING_H_

#include <boost/asio/io_context.hpp>
#include <memory>

#include "daemon/settings.h"
#include "policy/result.h"
#include "resolver/dns.h"
#include "resolver/probe_table.h"
#include "resolver/smtp_probe.h"

namespace tlswarden {

// Both nullptr in mode never.
struct ProbeParts {
  std::unique_ptr<SmtpProber> prober;
  std::unique_ptr<ProbeTable> table;
};

// Errors: a CA file that can't be read. All arguments must outlive the parts.
Result<ProbeParts> MakeProbes(boost::asio::io_context& io, const Settings& settings, Dns& dns,
                              RecordSink& sink);

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_PROBE_WIRING_H_
