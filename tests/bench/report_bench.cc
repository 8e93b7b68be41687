// What it costs to make, queue and send a day's reports: on a real file, with all of its syncs.
//
//   report_bench [REPORTS [DIRECTORY]]
//
// ComposeFor is where the daemon's own composition belongs; what stands there has the size of it.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "report/report_sender.h"

namespace tlswarden::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr Day kDay{std::chrono::year(2026) / 11 / 24};
constexpr Time kNow = Time(kDay + std::chrono::days(1)) + std::chrono::hours(6);

class Silence : public RecordSink {
 public:
  void Write(Record) override {}
};

Result<std::string> ComposeFor(const TlsReport& report) {
  return report.report_id + std::string(700, '\xff');
}

std::vector<std::string> Domains(int count) {
  std::vector<std::string> domains;
  for (int i = 0; i < count; ++i) domains.push_back("d" + std::to_string(i) + ".example");
  return domains;
}

MakerDoors Doors(int count) {
  MakerDoors doors;
  doors.domains = [count](Day) -> Result<std::vector<std::string>> { return Domains(count); };
  doors.tallies = [](Day, const std::string& domain) -> Result<std::vector<PolicyTally>> {
    PolicyTally tally;
    tally.policy = {"sts", {"version: STSv1", "mode: enforce", "mx: *." + domain}, domain, {}};
    tally.successes = 100;
    tally.failures = 3;
    tally.details = {{"certificate-expired", "192.0.2.1", "mx." + domain, "", "", "", "", 3}};
    return std::vector<PolicyTally>{tally};
  };
  doors.seen_record = [](Day, const std::string&) -> Result<std::string> { return std::string(); };
  doors.lookup = [](const std::string& name) -> Result<std::vector<std::string>> {
    return std::vector<std::string>{"v=TLSRPTv1; rua=mailto:tls@" + name.substr(11)};
  };
  doors.compose = ComposeFor;
  doors.log = [](const Notice&) {};
  return doors;
}

SenderDoors Sending(MakerDoors maker) {
  SenderDoors doors;
  doors.maker = std::move(maker);
  doors.compose_mail = [](const ReportMail& mail) { return mail.report.octets; };
  doors.submit = [](const SmtpMail&) { return SmtpOutcome{SmtpOutcome::Status::kSent, "", {}}; };
  doors.post = [](const std::string&, const std::string&, const std::string&) {
    return PostOutcome{PostOutcome::Status::kAccepted, "", false};
  };
  doors.clock = [] { return kNow; };
  return doors;
}

void Print(const char* what, int count, SteadyClock::time_point began) {
  const std::chrono::duration<double> took = SteadyClock::now() - began;
  std::printf("%-6s %d reports: %.2f s, %.0f us each\n", what, count, took.count(),
              took.count() * 1e6 / count);
}

int Run(int count, const std::string& directory) {
  const std::string path = directory + "/report_bench.db";
  for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(path + end);
  Silence silence;
  Result<ReportQueue> opened = ReportQueue::Open(path, 7, silence, kNow);
  if (!opened) return std::fprintf(stderr, "%s\n", opened.error().c_str()), 1;
  ReportQueue queue = std::move(opened).value();
  MakerOptions options{"Example Org", "tls@example.org", 7, {}};
  ReportMaker maker(queue, options, Doors(count));
  SteadyClock::time_point began = SteadyClock::now();
  for (Result<bool> more = true; *more;) {
    more = maker.MakeNext(kNow);
    if (!more) return std::fprintf(stderr, "%s\n", more.error().c_str()), 1;
  }
  Print("make", count, began);
  std::printf("file   %ju octets\n", static_cast<std::uintmax_t>(std::filesystem::file_size(path)));
  ReportSender sender(std::move(queue), {options, "tls@example.org", 1'000'000'000},
                      Sending(Doors(count)));
  began = SteadyClock::now();
  const Result<SendCounts> sent = sender.SendDue();
  if (!sent || sent->sent != static_cast<std::size_t>(count)) return 1;
  Print("send", count, began);
  for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(path + end);
  return 0;
}

}  // namespace
}  // namespace tlswarden::bench

int main(int argc, char** argv) {
  const int count = argc > 1 ? std::max(1, std::atoi(argv[1])) : 10000;
  return tlswarden::bench::Run(count, argc > 2 ? argv[2] : "/var/tmp");
}
