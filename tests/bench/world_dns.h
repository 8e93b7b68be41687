// The DNS of the benchmark's small internet, without its sockets.
//
// sts.test, dN.test and slowN.test (N a number) publish an enforced MTA-STS policy for their only
// MX, mx.<domain>; plain.test has an MX and no policy. deadN.test and everything below never get
// an answer. All answers are insecure (no AD bit) and may be kept for a day.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tlswarden::bench {

inline constexpr char kPolicyHostAddress[] = "127.0.0.2";

// What the world was asked so far. Written by the world's threads, read by any.
struct Counters {
  std::atomic<std::uint64_t> a{0}, aaaa{0}, mx{0}, txt{0}, tlsa{0}, other{0};  // DNS questions
  std::atomic<std::uint64_t> fetches{0};  // HTTPS requests for a policy
};

// The reply to one question, to be sent as it is; empty: no answer at all. Counts the question.
// The question TXT counters.bench isn't counted: its answer is the counters as name=value.
std::vector<std::uint8_t> AnswerQuestion(std::span<const std::uint8_t> query, Counters& counters);

// True for the domains whose policy host takes its time: the host is mta-sts.slowN.test.
bool IsSlowHost(const std::string& host);

}  // namespace tlswarden::bench
