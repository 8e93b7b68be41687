// `tlswarden doctor`: what the set-up of this machine lacks, and what to do about it.

#include <boost/json/serialize.hpp>
#include <iostream>

#include "daemon/commands.h"
#include "daemon/config_messages.h"
#include "daemon/doctor.h"
#include "daemon/log_sink.h"
#include "daemon/syslog_sink.h"

namespace tlswarden {
namespace {

// Prints each finding as soon as it is there, or all of them as JSON.
class Findings {
 public:
  explicit Findings(bool json) : json_(json) {}

  void Add(Finding finding) {
    if (!json_) std::cout << FindingText(finding) << std::flush;
    all_.push_back(std::move(finding));
  }
  void Add(std::vector<Finding> findings) {
    for (Finding& finding : findings) Add(std::move(finding));
  }
  void Say(const std::string& what) const {
    if (!json_) std::cout << "         " << what << '\n' << std::flush;
  }
  int Finish() const {
    if (json_) std::cout << boost::json::serialize(FindingsJson(all_)) << '\n';
    return ExitCodeOf(all_);
  }

 private:
  const bool json_;
  std::vector<Finding> all_;
};

}  // namespace

int DoctorCommand(const CommandLine& line) {
  const std::optional<Loaded> loaded = LoadOrComplain(line, false);
  if (!loaded) return kExitUsage;
  const Settings& settings = loaded->settings;
  SyslogSink syslog(settings.log);
  LogSink log(syslog);
  Findings findings(line.json);
  findings.Add(CheckResolvers(settings));
  findings.Add(CheckCaStore(settings));
  findings.Add(CheckSockets(settings));
  findings.Add(
      CheckReportMail(settings, log, [&](const std::string& what) { findings.Say(what); }));
  log.Flush();
  return findings.Finish();
}

}  // namespace tlswarden
