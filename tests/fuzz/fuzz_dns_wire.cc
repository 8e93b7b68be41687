// libFuzzer target: replies of a hostile resolver to questions for a.example.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>

#include "resolver/dns_wire.h"

namespace {

using tlswarden::DnsReply;
using tlswarden::Rcode;
using tlswarden::RrType;
using tlswarden::Security;

void Demand(bool condition) {
  if (!condition) std::abort();
}

void DemandPlainName(std::string_view name) {
  for (const char c : name) {
    Demand((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           std::string_view("-_.\\").find(c) != std::string_view::npos);
  }
}

void Check(const DnsReply& reply, bool authentic) {
  const bool failed = reply.rcode == Rcode::kFailure;
  Demand(failed == !reply.failure.empty());
  Demand(failed == (reply.security == Security::kIndeterminate));
  Demand(authentic || reply.security != Security::kSecure);
  Demand(reply.ttl.count() >= 0 && reply.ttl.count() <= 0x7FFFFFFF);
  Demand(reply.rcode == Rcode::kNoError ||
         (reply.addresses.empty() && reply.mx.empty() && reply.txt.empty() && reply.tlsa.empty()));
  DemandPlainName(reply.canonical_name);
  for (const tlswarden::MxRecord& mx : reply.mx) DemandPlainName(mx.exchange);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span<const std::uint8_t> message(data, size);
  const bool ad = size > 3 && (data[3] & 0x20) != 0;
  for (const RrType type : {RrType::kA, RrType::kCname, RrType::kSoa, RrType::kMx, RrType::kTxt,
                            RrType::kAaaa, RrType::kTlsa}) {
    Check(tlswarden::ParseReply(message, "a.example", type, true), ad);
    Check(tlswarden::ParseReply(message, "a.example", type, false), false);
  }
  tlswarden::IsServfail(message);
  return 0;
}
