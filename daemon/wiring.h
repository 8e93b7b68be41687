// wiring: makes the parts of the daemon from settings. `run` and `explain` share it.
#ifndef TLSWARDEN_DAEMON_WIRING_H_
#define TLSWARDEN_DAEMON_WIRING_H_

#include <boost/asio/io_context.hpp>
#include <memory>

#include "daemon/notifier.h"
#include "daemon/settings.h"
#include "policy/orders.h"
#include "policy/record.h"
#include "policy/result.h"
#include "report/would_ledger.h"
#include "resolver/dns_cares.h"
#include "resolver/engine.h"
#include "resolver/https_beast.h"

namespace tlswarden {

// The doors to the network. Errors: no resolver, a CA file that can't be read.
struct Network {
  std::unique_ptr<CaresDns> dns;
  std::unique_ptr<BeastHttps> https;
};
CaresOptions DnsOptionsOf(const Settings& settings);
Result<Network> MakeNetwork(boost::asio::io_context& io, const Settings& settings);

EngineOptions MakeEngineOptions(const Settings& settings);

// This machine's name.
std::string HostName();

// The name of the rule for our own report mail, which goes before all others.
inline constexpr std::string_view kReportMailRule = "tls-reports";

// The envelope's sender of report mail.
std::string ReportSenderOf(const Settings::Tlsrpt& tlsrpt);

// `rules` are those of the settings with what stands in lists (Loaded::rules).
Orders MakeOrders(const Settings& settings, std::vector<Rule> rules);

// nullptr: it is turned off. The log must outlive it.
std::unique_ptr<WouldLedger> MakeWouldLedger(const Settings& settings, RecordSink& log);
// The orders must outlive the notifier.
NotifierOptions MakeNotifierOptions(const Settings& settings, const CurrentOrders& orders,
                                    std::function<Time()> clock);

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_WIRING_H_
