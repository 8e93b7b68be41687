// Closed-loop load for a milter: some sessions at once, each a thread with one connection that
// sends messages one after the other, as Postfix's smtpd processes do.
//
//   bench_milter_load --socket unix:/path --recipients domain1,domain2 --messages N --sessions C
//                     --seconds S [--pid PID]
//   bench_milter_load --socket unix:/path --negotiation yes
//
// --messages: how many before the session quits and connects again. Each reply must be CONTINUE
// or ACCEPT. Prints one line of name=value: messages per second; µs per message, the time that a
// session needs for one, its share of connecting included; the 50th and 99th percentile in µs from
// MAIL to the reply to the end of the message; with --pid the filter's CPU time in µs per message.
// --negotiation prints what the filter asked for, as flags of bench_null_milter.

#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "milter_session.h"
#include "support.h"

namespace tlswarden::bench {
namespace {

constexpr std::uint64_t kSecondNs = 1'000'000'000;
constexpr std::uint64_t kWarmUpNs = kSecondNs / 5;  // not measured: threads, caches, clocks

struct Plan {
  std::string socket;
  std::vector<std::string> domains;
  std::uint64_t messages = 1;  // in one session
  std::uint64_t begin_ns = 0;  // the time that is measured
  std::uint64_t end_ns = 0;
};

std::atomic<std::uint64_t> next_serial{1};

std::vector<std::string> Split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

// One thread's sessions until the end of the plan. Fills in the time in ns of each message that
// ended in the measured time.
void RunSessions(const Plan& plan, std::vector<std::uint32_t>& samples_ns) {
  MilterSession session(plan.socket, plan.domains);
  std::uint64_t now = NowNs();
  while (now < plan.end_ns) {
    session.Open();
    for (std::uint64_t i = 0; i < plan.messages && now < plan.end_ns; ++i) {
      const std::uint64_t before = NowNs();
      session.Message(next_serial.fetch_add(1, std::memory_order_relaxed));
      now = NowNs();
      if (now >= plan.begin_ns && now < plan.end_ns) samples_ns.push_back(SampleNs(before, now));
    }
    session.Close();
  }
}

void SleepUntil(std::uint64_t when_ns) {
  const std::uint64_t now = NowNs();
  if (when_ns > now) usleep(static_cast<useconds_t>((when_ns - now) / 1000));
}

void Run(Plan plan, std::size_t sessions, std::uint64_t seconds, pid_t pid) {
  plan.begin_ns = NowNs() + kWarmUpNs;
  plan.end_ns = plan.begin_ns + seconds * kSecondNs;
  std::vector<std::vector<std::uint32_t>> samples(sessions);
  std::vector<std::thread> threads;
  threads.reserve(sessions);
  for (auto& mine : samples) threads.emplace_back([&plan, &mine] { RunSessions(plan, mine); });
  SleepUntil(plan.begin_ns);
  const std::uint64_t cpu_before = pid != 0 ? ProcessCpuNs(pid) : 0;
  SleepUntil(plan.end_ns);
  const std::uint64_t cpu = pid != 0 ? ProcessCpuNs(pid) - cpu_before : 0;
  for (std::thread& thread : threads) thread.join();

  std::vector<std::uint32_t> all;
  for (const auto& mine : samples) all.insert(all.end(), mine.begin(), mine.end());
  if (all.empty()) Die("no messages");
  const auto count = static_cast<double>(all.size());
  const double rate = count / static_cast<double>(seconds);
  std::printf("rate=%.0f us_per_message=%.2f p50_us=%.1f p99_us=%.1f", rate,
              static_cast<double>(sessions) * 1e6 / rate, PercentileUs(all, 0.50),
              PercentileUs(all, 0.99));
  if (pid != 0) std::printf(" cpu_us=%.2f", static_cast<double>(cpu) / 1000 / count);
  std::printf("\n");
}

void PrintNegotiation(const Plan& plan) {
  MilterSession session(plan.socket, plan.domains);
  session.Open();
  const Negotiation& wishes = session.negotiation();
  std::string macros;
  for (const auto& [stage, names] : wishes.macros) {
    if (!macros.empty()) macros += ';';
    macros.append(std::to_string(stage)).append("=").append(names);
  }
  std::printf("--actions 0x%x --protocol 0x%x --macros '%s'\n", wishes.actions, wishes.protocol,
              macros.c_str());
  session.Close();
}

}  // namespace
}  // namespace tlswarden::bench

int main(int argc, char** argv) {
  using namespace tlswarden::bench;
  const Flags flags(
      argc, argv,
      {"socket", "recipients", "messages", "sessions", "seconds", "pid", "negotiation"});
  Plan plan;
  plan.socket = flags.Text("socket", "unix:null-milter.sock");
  plan.domains = Split(flags.Text("recipients", "sts.test"), ',');
  plan.messages = flags.Number("messages", 1, 1'000'000, 1);
  if (flags.Has("negotiation")) {
    PrintNegotiation(plan);
    return 0;
  }
  Run(plan, flags.Number("sessions", 1, 64, 1), flags.Number("seconds", 1, 60, 3),
      static_cast<pid_t>(flags.Number("pid", 1, 1U << 30, 0)));
}
