// How fast the mail log is read, beside `grep -c` on the same file: bench_mail_log [LINES [SHARE]].
// Of SHARE (0.1) in the log's lines smtp is the author, a third of them of TLS; the rest are
// smtpd's, qmgr's, cleanup's and those of other daemons, as on a host that sends and receives.

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "report/log_joiner.h"

namespace tlswarden::bench {
namespace {

constexpr Time kNow{std::chrono::seconds(1795492800)};  // 2026-11-24

std::string Stamp(long second) {
  char text[32];
  std::snprintf(text, sizeof text, "Nov 24 %02ld:%02ld:%02ld out ", second / 3600 % 24,
                second / 60 % 60, second % 60);
  return text;
}

std::string Number(long n) { return std::to_string(n); }

// Three lines of one delivery.
std::string Delivery(long n) {
  const std::string program = Stamp(n / 100) + "postfix/smtp[" + Number(1000 + n % 50) + "]: ";
  const std::string domain = "d" + Number(n % 5000) + ".example";
  const std::string relay = "mx." + domain + "[192.0.2." + Number(n % 250) + "]:25";
  const std::string to = program + "4ABC" + Number(100000 + n) + ": to=<user" + Number(n) + "@" +
                         domain + ">, relay=" + relay +
                         ", delay=0.23, delays=0.02/0.02/0.06/0.12, dsn=2.0.0, status=sent (250 "
                         "2.0.0 Ok: queued as 8373CA721EB)\n";
  return program + "Trusted TLS connection established to " + relay +
         ": TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits) key-exchange X25519 "
         "server-signature ECDSA (prime256v1) server-digest SHA256\n" +
         to + to;
}

std::string Other(long n) {
  const std::string stamp = Stamp(n / 100);
  const std::string id = "4ABC" + Number(100000 + n) + ": ";
  switch (n % 6) {
    case 0:
      return stamp + "postfix/smtpd[77]: connect from mail" + Number(n) +
             ".example[198.51.100.7]\n";
    case 1:
      return stamp + "postfix/smtpd[77]: " + id + "client=mail.example[198.51.100.7]\n";
    case 2:
      return stamp + "postfix/cleanup[78]: " + id + "message-id=<" + Number(n) + "@mail.example>\n";
    case 3:
      return stamp + "postfix/qmgr[79]: " + id + "from=<a" + Number(n) +
             "@lab.example>, size=25012, nrcpt=1 (queue active)\n";
    case 4:
      return stamp + "dovecot: imap-login: Login: user=<u" + Number(n) +
             ">, method=PLAIN, rip=198.51.100.9, lip=192.0.2.1, mpid=4711, TLS, session=<x>\n";
    default:
      return stamp + "postfix/qmgr[79]: " + id + "removed\n";
  }
}

long Write(const std::string& path, long lines, double share) {
  std::ofstream file(path);
  long written = 0;
  double due = 0;
  for (long n = 0; written < lines; ++n) {
    due += share / 3;
    if (due >= 1.0 / 3) {
      file << Delivery(n);
      written += 3;
      due -= 1;
    } else {
      file << Other(n);
      ++written;
    }
  }
  return written;
}

struct Outcome {
  long lines = 0;
  std::size_t sessions = 0;
};

Outcome Read(const std::string& path) {
  LogJoiner joiner;
  Outcome outcome;
  const auto take = [&](std::string_view line) {
    ++outcome.lines;
    const auto split = SplitLogLine(line, kNow, std::chrono::minutes(0));
    if (split) outcome.sessions += joiner.Take(*split).sessions.size();
  };
  const int file = open(path.c_str(), O_RDONLY);
  std::vector<char> buffer(1 << 20);
  std::size_t kept = 0;
  while (true) {
    const ssize_t got = read(file, buffer.data() + kept, buffer.size() - kept);
    if (got <= 0) break;
    const std::size_t end = kept + static_cast<std::size_t>(got);
    std::size_t start = 0;
    while (const void* found = std::memchr(buffer.data() + start, '\n', end - start)) {
      const auto at = static_cast<std::size_t>(static_cast<const char*>(found) - buffer.data());
      take({buffer.data() + start, at - start});
      start = at + 1;
    }
    kept = end - start;
    std::memmove(buffer.data(), buffer.data() + start, kept);
  }
  close(file);
  outcome.sessions += joiner.Finish().sessions.size();
  return outcome;
}

// Processor time of this process and of those it waited for: the machine may have other work.
double Used() {
  double used = 0;
  for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage usage{};
    getrusage(who, &usage);
    for (const timeval& time : {usage.ru_utime, usage.ru_stime}) {
      used += static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    }
  }
  return used;
}

template <typename Work>
double BestOf(int times, Work work) {
  double best = 1e9;
  for (int i = 0; i < times; ++i) {
    const double before = Used();
    work();
    best = std::min(best, Used() - before);
  }
  return best;
}

int Run(long lines, double share) {
  std::string path = "/tmp/mail_log_XXXXXX";
  const int made = mkstemp(path.data());
  if (made < 0) return 1;
  close(made);
  lines = Write(path, lines, share);
  Outcome outcome;
  const double ours = BestOf(5, [&] { outcome = Read(path); });
  // Into a pipe: at /dev/null grep stops with the first line that it finds.
  const std::string count = "grep -c 'postfix/smtp\\[' " + path + " | cat > /dev/null";
  const std::string regex =
      "grep -cE 'postfix/smtp\\[[0-9]+\\]: [0-9A-F]+: to=<' " + path + " | cat > /dev/null";
  const double grep = BestOf(5, [&] { [[maybe_unused]] int ignored = std::system(count.c_str()); });
  const double extended =
      BestOf(5, [&] { [[maybe_unused]] int ignored = std::system(regex.c_str()); });
  unlink(path.c_str());
  std::cout << lines << " lines, " << share << " of smtp, " << outcome.sessions << " sessions\n"
            << "LogJoiner " << ours << " s, "
            << static_cast<long>(static_cast<double>(lines) / ours) << " lines/s\n"
            << "grep -c   " << grep << " s: LogJoiner takes " << ours / grep << " times as long\n"
            << "grep -cE  " << extended << " s: LogJoiner takes " << ours / extended
            << " times as long\n";
  return 0;
}

}  // namespace
}  // namespace tlswarden::bench

int main(int argc, char** argv) {
  const long lines = argc > 1 ? std::atol(argv[1]) : 2000000;
  const double share = argc > 2 ? std::atof(argv[2]) : 0.1;
  return tlswarden::bench::Run(lines, share);
}
