// How fast a log is followed: FileFollower with a callback that only counts, beside `wc -l` and
// `grep -c ''` on the same file, in turns. Looks inside tlswarden, as micro_bench does.
//
//   bench_log_follow [--megabytes 200] [--rounds 5]
//
// The file is made in a directory of its own below /tmp, and removed. Prints lines a second and the
// ratio of the medians, and asserts nothing but that all count the same.
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "report/log_follower.h"
#include "support.h"

namespace {

using namespace tlswarden;
using tlswarden::bench::Die;

// A delivery in Postfix's words with TLS logged at level 1: lengths as they come.
constexpr const char* kLines[] = {
    "Nov 25 10:00:%02u mx postfix/smtp[%u]: Trusted TLS connection established to"
    " mx.example.com[192.0.2.25]:25: TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)"
    " key-exchange X25519 server-signature RSA-PSS (2048 bits) server-digest SHA256\n",
    "Nov 25 10:00:%02u mx postfix/smtp[%u]: 4XyZ1234567890: to=<someone@example.com>,"
    " relay=mx.example.com[192.0.2.25]:25, delay=0.61, delays=0.05/0.01/0.4/0.15, dsn=2.0.0,"
    " status=sent (250 2.0.0 Ok: queued as 4AbC9876543210)\n",
    "Nov 25 10:00:%02u mx postfix/qmgr[%u]: 4XyZ1234567890: removed\n",
};

std::uint64_t MakeLog(const std::string& path, std::uint64_t octets) {
  std::ofstream file(path, std::ios::binary);
  std::string block;
  std::uint64_t lines = 0;
  for (std::uint64_t written = 0; written < octets; written += block.size()) {
    block.clear();
    while (block.size() < 1000000) {
      char line[400];
      std::snprintf(line, sizeof line, kLines[lines % std::size(kLines)],
                    static_cast<unsigned>(lines % 60), static_cast<unsigned>(lines % 30000));
      block += line;
      ++lines;
    }
    file << block;
  }
  if (!file.flush()) Die("%s: can't be written", path.c_str());
  return lines;
}

struct Run {
  double seconds = 0;
  std::uint64_t lines = 0;
};

Run Follow(const std::string& log, const std::string& state, std::uint64_t wanted) {
  struct stat status {};
  if (stat(log.c_str(), &status) != 0) Die("%s: is gone", log.c_str());
  // From the front, as after a long pause.
  const LogPosition front{log, status.st_dev, status.st_ino, 0, 0, Fingerprint("")};
  std::ofstream(state) << ToText(front);
  std::uint64_t lines = 0;
  std::atomic<bool> is_done = false;
  const std::uint64_t begin = bench::NowNs();
  auto follower =
      FileFollower::Open({log, state},
                         [&](std::string_view) {
                           if (++lines != wanted) return;
                           is_done = true;
                           is_done.notify_all();
                         },
                         {nullptr, [](const std::string& what) { Die("%s", what.c_str()); }});
  if (!follower) Die("%s", follower.error().c_str());
  is_done.wait(false);
  return {static_cast<double>(bench::NowNs() - begin) / 1e9, wanted};
}

Run Command(const std::string& command) {
  const std::uint64_t begin = bench::NowNs();
  FILE* output = popen(command.c_str(), "r");
  if (output == nullptr) Die("%s: can't be started", command.c_str());
  unsigned long long lines = 0;
  if (std::fscanf(output, "%llu", &lines) != 1 || pclose(output) != 0) {
    Die("%s: failed", command.c_str());
  }
  return {static_cast<double>(bench::NowNs() - begin) / 1e9, lines};
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  const bench::Flags flags(argc, argv, {"megabytes", "rounds"});
  const std::uint64_t megabytes = flags.Number("megabytes", 1, 1000, 200);
  const std::uint64_t rounds = flags.Number("rounds", 1, 100, 5);
  char folder[] = "/tmp/tlswarden-bench-XXXXXX";
  if (mkdtemp(folder) == nullptr) Die("%s: can't be made", folder);
  static std::string log, state, place;  // for what is removed at any end, Die's too
  place = folder;
  log = place + "/mail.log";
  state = place + "/place";
  std::atexit([] {
    for (const std::string* path : {&log, &state}) unlink(path->c_str());
    rmdir(place.c_str());
  });
  const std::uint64_t lines = MakeLog(log, megabytes * 1000000);

  const char* const names[] = {"FileFollower", "wc -l", "grep -c ''"};
  std::vector<double> seconds[3];
  for (std::uint64_t round = 0; round < rounds; ++round) {
    for (std::size_t k = 0; k < 3; ++k) {
      const std::size_t i = round % 2 == 0 ? k : 2 - k;
      const Run run = i == 0   ? Follow(log, state, lines)
                      : i == 1 ? Command("LC_ALL=C wc -l < " + log)
                               : Command("LC_ALL=C grep -c '' " + log);
      if (run.lines != lines)
        Die("%s counts %llu", names[i], static_cast<unsigned long long>(run.lines));
      seconds[i].push_back(run.seconds);
    }
  }
  const double own = Median(seconds[0]);
  for (std::size_t i = 0; i < 3; ++i) {
    const double median = Median(seconds[i]);
    std::printf("%-13s %6.2f million lines/s  %7.0f MB/s", names[i],
                static_cast<double>(lines) / median / 1e6, static_cast<double>(megabytes) / median);
    std::printf(i == 0 ? "\n" : "  FileFollower takes %.2f of its time\n", own / median);
  }
  return 0;
}
