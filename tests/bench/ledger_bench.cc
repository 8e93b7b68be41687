// What the ledger costs: sessions counted into its file, beside a loop that only merges the same
// events into a table in memory; and what reading a day for its reports takes.
//
//   bench_ledger [--events N] [--domains N] [--batch N] [--file PATH]
//
// A million events of 10,000 domains, the busiest with most: 80 % without a policy, the rest sts
// and tlsa; 2 % of them fail, in three ways. --batch: the ledger is flushed after so many, as if
// that were the traffic of half a second; 0: it writes when it likes. The file is removed at the
// end.

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

#include "report/ledger.h"
#include "support.h"

namespace tlswarden::bench {
namespace {

constexpr Time kNow{std::chrono::seconds(1800000000)};
const Day kToday = std::chrono::floor<std::chrono::days>(kNow);

// The processor's time that this thread has used: other work on the machine doesn't count.
std::uint64_t ThreadCpuNs() {
  timespec used{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return static_cast<std::uint64_t>(used.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(used.tv_nsec);
}

double SecondsSince(std::uint64_t begin_ns) {
  return static_cast<double>(NowNs() - begin_ns) / 1e9;
}

ReportedPolicy PolicyOf(std::size_t number, const std::string& domain) {
  if (number % 10 == 1) {
    return {"tlsa", {"3 1 1 " + std::string(64, 'a')}, "mx." + domain, {}};
  }
  if (number % 10 != 2) return {"no-policy-found", {}, domain, {}};
  return {"sts",
          {"version: STSv1", "mode: enforce", "mx: mx." + domain, "max_age: 604800"},
          domain,
          {"mx." + domain}};
}

TlsEvent MakeEvent(std::size_t number, std::mt19937& random) {
  TlsEvent event;
  event.at = kNow;
  event.domain = "domain" + std::to_string(number) + ".example";
  event.policy = PolicyOf(number, event.domain);
  event.tlsrpt_record = "v=TLSRPTv1; rua=mailto:tls-reports@" + event.domain;
  event.reached = TlsReached::kAuthenticated;
  if (random() % 50 != 0) return event;
  constexpr const char* kTypes[] = {"certificate-expired", "validation-failure",
                                    "starttls-not-supported"};
  event.outcome = TlsEvent::Outcome::kFailure;
  event.details = {{kTypes[random() % 3], "192.0.2.1", "mx." + event.domain,
                    "mx." + event.domain + " ESMTP", "192.0.2.25", "", "certificate has expired",
                    1}};
  return event;
}

// The busiest domain has most of the mail, as names in nature: the square root evens it somewhat.
std::vector<TlsEvent> MakeEvents(std::size_t events, std::size_t domains) {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> uniform(0, 1);
  std::vector<TlsEvent> made;
  made.reserve(events);
  for (std::size_t i = 0; i < events; ++i) {
    const double place = std::pow(uniform(random), 2) * static_cast<double>(domains);
    made.push_back(MakeEvent(static_cast<std::size_t>(place), random));
  }
  return made;
}

// The yardstick: no threads, no limits, no file.
double MergeOnly(std::vector<TlsEvent> events) {
  struct Counts {
    std::int64_t successes = 0;
    std::int64_t failures = 0;
  };
  std::unordered_map<std::string, Counts> merged;
  const std::uint64_t begin = ThreadCpuNs();
  for (const TlsEvent& event : events) {
    std::string key = event.domain + '\n' + event.policy.type + '\n' + event.policy.domain;
    for (const std::string& text : event.policy.strings) key += '\n' + text;
    Counts& counts = merged[key];
    ++(event.outcome == TlsEvent::Outcome::kSuccess ? counts.successes : counts.failures);
    for (const FailureDetail& detail : event.details) {
      ++merged[key + '\n' + detail.result_type + '\n' + detail.receiving_mx_hostname].failures;
    }
  }
  return static_cast<double>(ThreadCpuNs() - begin) / 1e9;
}

void Show(const char* what, double seconds, std::size_t number) {
  std::printf("%-34s %8.3f s  %10.0f /s\n", what, seconds, static_cast<double>(number) / seconds);
}

void Write(const std::string& path, std::vector<TlsEvent> events, std::size_t batch) {
  const std::size_t number = events.size();
  const std::uint64_t cpu = ProcessCpuNs(getpid());
  const std::uint64_t begin = NowNs();
  const std::uint64_t begin_cpu = ThreadCpuNs();
  Ledger ledger(
      path, [](const std::string& what) { Die("%s", what.c_str()); }, [] { return kNow; });
  std::size_t added = 0;
  for (TlsEvent& event : events) {
    ledger.Add(std::move(event));
    if (batch == 0 || ++added % batch != 0) continue;
    ledger.Flush();
  }
  Show("Add, the caller's processor time", static_cast<double>(ThreadCpuNs() - begin_cpu) / 1e9,
       number);
  ledger.Flush();
  Show("until all is in the file", SecondsSince(begin), number);
  std::printf("%-34s %8.3f s\n", "processor time of both threads",
              static_cast<double>(ProcessCpuNs(getpid()) - cpu) / 1e9);
  std::printf("%-34s %8llu\n", "lost", static_cast<unsigned long long>(ledger.counts().lost));
}

void CountRows(const std::string& path) {
  const Result<SqliteDb> db = SqliteDb::OpenToRead(path);
  if (!db) Die("%s", db.error().c_str());
  for (const char* table : {"policy", "tally", "failure", "domain_day"}) {
    SqliteStatement count(*db, ("SELECT count(*) FROM " + std::string(table)).c_str());
    if (count.Step()) std::printf("rows of %-26s %8lld\n", table, (long long)count.Number(0));
  }
}

template <typename T>
T Got(Result<T> result) {
  if (!result) Die("%s", result.error().c_str());
  return std::move(result).value();
}

void Read(const std::string& path, std::size_t events) {
  std::printf("%-34s %8.1f MB\n", "file",
              static_cast<double>(std::filesystem::file_size(path)) / 1e6);
  std::uint64_t begin = NowNs();
  LedgerReader reader = Got(LedgerReader::Open(path));
  const std::vector<std::string> domains = Got(reader.Domains(kToday));
  std::size_t sessions = 0;
  for (const std::string& domain : domains) {
    for (const PolicyTally& tally : Got(reader.Tallies(kToday, domain))) {
      sessions += static_cast<std::size_t>(tally.successes + tally.failures);
    }
  }
  Show("Tallies of each domain", SecondsSince(begin), domains.size());
  if (sessions != events) Die("%zu sessions of %zu are in the file", sessions, events);
  begin = NowNs();
  const std::size_t most = Got(reader.DomainTotals(kToday, kToday, 10)).size();
  const std::size_t types = Got(reader.Failures(kToday, kToday)).size();
  Show("DomainTotals, Failures of the day", SecondsSince(begin), most + types);
}

int Main(int argc, char** argv) {
  const Flags flags(argc, argv, {"events", "domains", "batch", "file"});
  const std::size_t number = flags.Number("events", 1, 100'000'000, 1'000'000);
  const std::size_t domains = flags.Number("domains", 1, 1'000'000, 10'000);
  const std::size_t batch = flags.Number("batch", 0, 100'000'000, 0);
  const std::string path =
      flags.Text("file", "/tmp/bench-ledger-" + std::to_string(getpid()) + ".db");
  if (std::filesystem::exists(path)) Die("%s is there already", path.c_str());
  const std::vector<TlsEvent> events = MakeEvents(number, domains);
  std::printf("%zu events of %zu domains\n", number, domains);
  Show("unordered_map alone, likewise", MergeOnly(events), number);
  Write(path, events, batch);
  CountRows(path);
  Read(path, number);
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path + suffix);
  return 0;
}

}  // namespace
}  // namespace tlswarden::bench

int main(int argc, char** argv) { return tlswarden::bench::Main(argc, argv); }
