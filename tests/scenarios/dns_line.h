// dns_line: reads a scenario's `dns` line into a reply.
#ifndef TLSWARDEN_TESTS_SCENARIOS_DNS_LINE_H_
#define TLSWARDEN_TESTS_SCENARIOS_DNS_LINE_H_

#include <string>

#include "policy/result.h"
#include "resolver/dns.h"

namespace tlswarden {

struct DnsLine {
  std::string type;
  std::string name;
  DnsReply reply;
};

// `TYPE NAME STATUS [ttl N] [at CANONICAL] DATA[, DATA…]`, see README.md.
Result<DnsLine> ParseDnsLine(const std::string& text);

}  // namespace tlswarden

#endif  // TLSWARDEN_TESTS_SCENARIOS_DNS_LINE_H_
