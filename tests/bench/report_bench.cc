// What it costs to make, queue and send a day's reports as the daemon does: from a ledger, by the
// daemon's own doors, on real files with all of their syncs; only DNS and the relay are missing.
//
//   report_bench [REPORTS [DIRECTORY]]
//
// Beside it, in the same run, the same octets written to a bare file: once with a single sync at
// the end, and once with a sync after each, as often as the queue has one for each report.
//
// It ends after five minutes, done or not, and says how far it came.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <string>

#include "daemon/report_doors.h"
#include "report/ledger.h"

namespace tlswarden::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr Day kDay{std::chrono::year(2026) / 11 / 24};
constexpr Time kNoon = Time(kDay) + std::chrono::hours(12);
constexpr Time kNow = Time(kDay + std::chrono::days(1)) + std::chrono::hours(6);
constexpr std::chrono::minutes kMost{5};
constexpr int kSyncsOfAReport = 3;  // it is queued, a try begins, it is sent

// Adds up what leaves.
struct Sent {
  std::size_t mails = 0;
  std::size_t octets = 0;
};

class Silence : public RecordSink {
 public:
  void Write(Record) override {}
};

[[noreturn]] void Die(const std::string& what) {
  std::fprintf(stderr, "report_bench: %s\n", what.c_str());
  std::exit(1);
}

double SecondsSince(SteadyClock::time_point began) {
  return std::chrono::duration<double>(SteadyClock::now() - began).count();
}

void Print(const char* what, std::size_t count, double seconds) {
  std::printf("%-28s %8.2f s, %6.0f us each\n", what, seconds,
              seconds * 1e6 / static_cast<double>(std::max<std::size_t>(1, count)));
}

class Folder {
 public:
  explicit Folder(const std::string& parent) {
    std::string name = parent + "/report_bench.XXXXXX";
    if (mkdtemp(name.data()) == nullptr) Die(name + ": can't be made");
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string operator/(const std::string& name) const { return path_ + '/' + name; }

 private:
  std::string path_;
};

// A hundred good sessions for each domain, and failures of two kinds.
void FillLedger(const std::string& path, int count) {
  Ledger ledger(
      path, [](const std::string& what) { Die(what); }, [] { return kNoon; });
  for (int i = 0; i < count; ++i) {
    TlsEvent event;
    event.at = kNoon;
    event.domain = "d" + std::to_string(i) + ".example";
    event.policy = {"sts",
                    {"version: STSv1", "mode: enforce", "mx: *." + event.domain, "max_age: 604800"},
                    event.domain,
                    {"*." + event.domain}};
    for (int session = 0; session < 100; ++session) ledger.Add(event);
    event.outcome = TlsEvent::Outcome::kFailure;
    for (const char* type : {"certificate-expired", "starttls-not-supported"}) {
      event.details = {{type, "192.0.2.1", "mx." + event.domain, "", "198.51.100.7", "", "", 1}};
      ledger.Add(event);
    }
    if (i % 1000 == 999) ledger.Flush();
  }
}

Settings SettingsIn(const Folder& folder) {
  Settings settings = DefaultSettings();
  settings.tlsrpt.ledger = folder / "ledger.db";
  settings.tlsrpt.queue = folder / "reports.db";
  settings.tlsrpt.organization_name = "Example Org";
  settings.tlsrpt.contact_info = "tls@example.org";
  return settings;
}

SenderDoors Doors(const Settings& settings, RecordSink& log, Sent& sent) {
  SenderDoors doors = MakeFileDoors(settings, log);
  doors.maker.lookup = [](const std::string& name) -> Result<std::vector<std::string>> {
    return std::vector<std::string>{"v=TLSRPTv1; rua=mailto:tls@" + name.substr(11)};
  };
  doors.submit = [&sent](const SmtpMail& mail) {
    ++sent.mails;
    sent.octets += mail.text.size();
    return SmtpOutcome{SmtpOutcome::Status::kSent, "", {}};
  };
  doors.clock = [] { return kNow; };
  return doors;
}

ReportQueue OpenQueue(const Settings& settings, RecordSink& log) {
  Result<ReportQueue> opened =
      ReportQueue::Open(settings.tlsrpt.queue, ReportSeed(settings), log, kNow);
  if (!opened) Die(opened.error());
  return std::move(opened).value();
}

// Ledger, JSON, gzip, queue. Returns how many were made.
std::size_t Make(const Settings& settings, SenderDoors doors, SteadyClock::time_point end) {
  Silence silence;
  ReportQueue queue = OpenQueue(settings, silence);
  ReportMaker maker(queue, MakeSenderOptions(settings, false).maker, std::move(doors.maker));
  std::size_t made = 0;
  while (SteadyClock::now() < end) {
    const Result<bool> more = maker.MakeNext(kNow);
    if (!more) Die(more.error());
    if (!*more) break;
    ++made;
  }
  return made;
}

// Queue, the mail of the report, the end of a try.
void Send(const Settings& settings, SenderDoors doors, SteadyClock::time_point end) {
  Silence silence;
  SenderOptions options = MakeSenderOptions(settings, false);
  options.reports_a_minute = 1'000'000'000;
  ReportSender* sending = nullptr;
  doors.submit = [&sending, end, submit = doors.submit](const SmtpMail& mail) {
    if (SteadyClock::now() >= end) sending->Stop();
    return submit(mail);
  };
  ReportSender sender(OpenQueue(settings, silence), options, std::move(doors));
  sending = &sender;
  const Result<SendCounts> counts = sender.SendDue();
  if (!counts) Die(counts.error());
}

void Bare(const char* what, const std::string& path, const Sent& sent, int syncs) {
  const SteadyClock::time_point began = SteadyClock::now();
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) Die(path + ": can't be made");
  const std::string mail(sent.octets / std::max<std::size_t>(1, sent.mails), 'x');
  for (std::size_t i = 0; i < sent.mails; ++i) {
    if (write(file, mail.data(), mail.size()) != static_cast<ssize_t>(mail.size())) Die(path);
    for (int sync = 0; sync < syncs; ++sync) {
      // A sync without anything new would cost nothing.
      if (sync > 0 && write(file, "x", 1) != 1) Die(path);
      if (fdatasync(file) != 0) Die(path);
    }
  }
  if (fdatasync(file) != 0) Die(path);
  close(file);
  Print(what, sent.mails, SecondsSince(began));
}

int Run(int count, const std::string& parent) {
  const Folder folder(parent);
  const Settings settings = SettingsIn(folder);
  FillLedger(settings.tlsrpt.ledger, count);
  Silence silence;
  Sent sent;
  const std::clock_t used = std::clock();
  const SteadyClock::time_point began = SteadyClock::now();
  const SteadyClock::time_point end = began + kMost;
  const std::size_t made = Make(settings, Doors(settings, silence, sent), end);
  const double making = SecondsSince(began);
  Send(settings, Doors(settings, silence, sent), end);
  const double both = SecondsSince(began);
  std::printf("%zu of %d reports made, %zu sent, %zu octets of mail each\n", made, count,
              sent.mails, sent.octets / std::max<std::size_t>(1, sent.mails));
  Print("make", made, making);
  Print("send", sent.mails, both - making);
  Print("both", sent.mails, both);
  Print("of that the processor", sent.mails,
        static_cast<double>(std::clock() - used) / CLOCKS_PER_SEC);
  Bare("bare file, one sync", folder / "bare", sent, 0);
  Bare("bare file, as many syncs", folder / "bare", sent, kSyncsOfAReport);
  return sent.mails == static_cast<std::size_t>(count) ? 0 : 1;
}

}  // namespace
}  // namespace tlswarden::bench

int main(int argc, char** argv) {
  const int count = argc > 1 ? std::max(1, std::atoi(argv[1])) : 10000;
  return tlswarden::bench::Run(count, argc > 2 ? argv[2] : "/var/tmp");
}
