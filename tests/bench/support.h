// What the benchmark programs share: flags, clocks, sockets, percentiles.
//
// Every failure ends the program: a benchmark that goes on after an error would print a number
// that means nothing. Exit status: 1 for a failed run, 2 for wrong flags.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tlswarden::bench {

// Prints the text to stderr and exits with status 1. printf format, no newline at the end.
[[noreturn]] void Die(const char* format, ...) __attribute__((format(printf, 1, 2)));

// Command line of `--name value` pairs. Unknown names and missing values end the program with the
// list of known names and status 2.
class Flags {
 public:
  Flags(int argc, char** argv, const std::vector<std::string>& known);

  bool Has(const std::string& name) const { return values_.count(name) != 0; }
  std::string Text(const std::string& name, const std::string& fallback) const;
  // Decimal or 0x-prefixed; a value outside [min, max] ends the program with status 2.
  std::uint64_t Number(const std::string& name, std::uint64_t min, std::uint64_t max,
                       std::uint64_t fallback) const;

 private:
  std::map<std::string, std::string> values_;
};

// Monotonic clock in nanoseconds.
std::uint64_t NowNs();

// CPU time in nanoseconds, user and system, that all threads of the process have used so far.
std::uint64_t ProcessCpuNs(pid_t pid);

// The value below which `fraction` (0 to 1) of the samples lie, in microseconds. Samples are in
// nanoseconds and get reordered. 0 when there are none.
double PercentileUs(std::vector<std::uint32_t>& samples_ns, double fraction);

// A duration as a sample: nanoseconds, saturated at 4.29 s.
std::uint32_t SampleNs(std::uint64_t begin_ns, std::uint64_t end_ns);

// Connects a blocking TCP socket to 127.0.0.1, with TCP_NODELAY, and returns it.
int ConnectTcp(std::uint16_t port);

// Connects as ConnectTcp does, makes the socket non-blocking and has `epoll` tell of what comes in,
// with `data`; returns it.
int WatchTcp(std::uint16_t port, int epoll, void* data);

// Connects a blocking socket to libmilter's address syntax, `unix:PATH` or `inet:PORT@IPV4`, and
// returns it. Reads on it fail after 5 s of silence.
int ConnectMilter(const std::string& address);

}  // namespace tlswarden::bench
