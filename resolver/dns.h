// Dns: one question to the validating resolver, one answer with its security status.
//
// The seam between the order of questions (sts_gather, dane_gather) and the network: the daemon
// plugs in c-ares, the scenarios a script.
#ifndef TLSWARDEN_RESOLVER_DNS_H_
#define TLSWARDEN_RESOLVER_DNS_H_

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "policy/domain.h"
#include "policy/security.h"
#include "policy/tlsa.h"

namespace tlswarden {

enum class RrType : std::uint16_t {
  kA = 1,
  kCname = 5,
  kSoa = 6,
  kMx = 15,
  kTxt = 16,
  kAaaa = 28,
  kTlsa = 52,
};

std::string_view ToString(RrType type);

// The rcodes that matter to mail; all others are failures.
enum class Rcode { kNoError, kNxDomain, kFailure };

struct MxRecord {
  std::uint16_t preference = 0;
  std::string exchange;  // as received, lower case, no trailing dot; "" is the null MX (RFC 7505)
  bool operator==(const MxRecord&) const = default;
};

// What DNS said. A failure (timeout, SERVFAIL, garbage) has rcode kFailure, security
// kIndeterminate or kBogus and no records; NODATA is kNoError with no records.
struct DnsReply {
  Rcode rcode = Rcode::kFailure;
  Security security = Security::kIndeterminate;
  std::chrono::seconds ttl{0};  // least TTL of all records used; of a denial, RFC 2308 section 5
  std::string canonical_name;   // the owner of the records after CNAMEs, or the name asked
  bool aliased = false;         // a CNAME was followed
  std::vector<std::string> addresses;  // A, AAAA: text form
  std::vector<MxRecord> mx;
  std::vector<std::string> txt;  // the strings of each record joined (RFC 8461 section 3.1)
  std::vector<TlsaRecord> tlsa;
  std::string failure;  // for a person, when rcode is kFailure: "SERVFAIL", "timeout"
};

class Dns {
 public:
  virtual ~Dns() = default;

  // Never throws for what the network does. `name` has no trailing dot.
  // Runs on the executor that awaits; not thread-safe.
  virtual boost::asio::awaitable<DnsReply> Query(std::string name, RrType type) = 0;
};

struct AddressReplies {
  DnsReply a;
  DnsReply aaaa;
};

// IPv4 first.
std::vector<std::string> AllAddresses(const AddressReplies& replies);

// Asks for both address families at once. `dns` must outlive the question.
boost::asio::awaitable<AddressReplies> QueryAddresses(Dns& dns, std::string name);

// A failure as Query gives it: indeterminate, without records.
DnsReply FailedReply(std::string name, std::string failure);

}  // namespace tlswarden

#endif  // TLSWARDEN_RESOLVER_DNS_H_
