// dns_line: reads a scenario's `dns` statement into a reply.
#ifndef TLSWARDEN_TESTS_SCENARIOS_DNS_LINE_H_
#define TLSWARDEN_TESTS_SCENARIOS_DNS_LINE_H_

#include <optional>
#include <string>
#include <string_view>

#include "policy/result.h"
#include "resolver/dns.h"

namespace tlswarden {

struct DnsLine {
  std::optional<RrType> type;  // empty: `*`, all types that have no line of their own
  std::string name;
  DnsReply reply;
};

// TYPE NAME secure|insecure [ttl DURATION] [at CANONICAL] RECORD[, RECORD…]
// TYPE NAME secure|insecure [ttl DURATION] nodata|nxdomain
// TYPE NAME bogus
// TYPE NAME fail [REASON]
Result<DnsLine> ParseDnsLine(std::string_view text);

}  // namespace tlswarden

#endif  // TLSWARDEN_TESTS_SCENARIOS_DNS_LINE_H_
