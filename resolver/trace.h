// Trace: the questions of one inquiry, in the order they were answered, for `explain`.
//
// Decorators of Dns and Https, so that the order of questions (sts_gather, mx_gather) knows
// nothing of it.
#ifndef TLSWARDEN_RESOLVER_TRACE_H_
#define TLSWARDEN_RESOLVER_TRACE_H_

#include <chrono>
#include <string>
#include <vector>

#include "policy/security.h"
#include "resolver/dns.h"
#include "resolver/https.h"

namespace tlswarden {

struct Step {
  std::string what;      // "MX example.com", "GET https://…"
  std::string result;    // "10 mx.example.com", "NXDOMAIN", "SERVFAIL"
  std::string security;  // of a DNS answer: "secure" and so on; else empty
  std::chrono::seconds ttl{0};
  std::chrono::microseconds took{0};
};

using Trace = std::vector<Step>;

// Both write to a trace that must outlive them; they belong to one inquiry, on one thread.
class TracedDns : public Dns {
 public:
  TracedDns(Dns& dns, Trace& trace) : dns_(dns), trace_(trace) {}
  boost::asio::awaitable<DnsReply> Query(std::string name, RrType type) override;

 private:
  Dns& dns_;
  Trace& trace_;
};

class TracedHttps : public Https {
 public:
  TracedHttps(Https& https, Trace& trace) : https_(https), trace_(trace) {}
  boost::asio::awaitable<Result<std::string, Failure>> GetPolicy(
      std::string host, std::vector<std::string> addresses) override;

 private:
  Https& https_;
  Trace& trace_;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_RESOLVER_TRACE_H_
