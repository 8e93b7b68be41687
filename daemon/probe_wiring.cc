#include "daemon/probe_wiring.h"

#include <unistd.h>

#include <array>
#include <chrono>
#include <utility>

#include "daemon/wall_clock.h"
#include "policy/domain.h"

namespace tlswarden {
namespace {

// What the system calls this machine, if that can stand in EHLO.
std::string MachineName() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  const Result<Domain> domain = ParseLdhDomain(name.data());
  return domain ? domain->ascii : "localhost";
}

}  // namespace

Result<ProbeParts> MakeProbes(boost::asio::io_context& io, const Settings& settings, Dns& dns,
                              RecordSink& sink) {
  ProbeParts parts;
  if (settings.probe.mode == ProbeMode::kNever) return parts;
  SmtpProbeOptions options;
  options.ca_file = settings.mta_sts.ca_file;
  options.timeout = settings.probe.timeout;
  options.source_addresses = settings.probe.source_addresses;
  options.helo_name = settings.probe.helo_name.empty() ? MachineName() : settings.probe.helo_name;
  options.allow_private_addresses = settings.mta_sts.allow_private_addresses;
  Result<std::unique_ptr<SmtpProber>> prober = SmtpProber::Create(dns, options);
  if (!prober) return Error{"[probe] " + prober.error()};
  parts.prober = std::move(prober).value();

  ProbeTableOptions table;
  table.max_age = std::chrono::duration_cast<std::chrono::seconds>(settings.probe.max_age);
  table.per_minute = settings.probe.per_minute;
  table.clock = WallClock;
  parts.table = std::make_unique<ProbeTable>(io, *parts.prober, sink, std::move(table));
  return parts;
}

}  // namespace tlswarden
