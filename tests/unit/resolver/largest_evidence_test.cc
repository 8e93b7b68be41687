// The largest evidence that strangers can make the resolver bring home has to fit the store: what
// is stored and can't be read is a policy forgotten at the next restart.
#include <gtest/gtest.h>

#include <string>

#include "cache/evidence_codec.h"
#include "resolver/dns_wire.h"
#include "resolver/https.h"
#include "resolver/mx_gather.h"

namespace tlswarden {
namespace {

Domain LongName(std::size_t number) {
  const std::string label(63, 'x');
  const std::string digits = std::to_string(1000 + number);
  return {digits + label.substr(4) + '.' + label + '.' + label + '.' + label.substr(2)};
}

// As large as a fetched body may be, made of what JSON has to escape.
StsPolicy LargePolicy() {
  std::string body = "version: STSv1\nmode: enforce\nmx: mx.example\nmax_age: 86400\n";
  body += "x:" + std::string(kMaxPolicyOctets - body.size() - 3, '"') + '\n';
  return ParseStsPolicy(body).value();
}

TEST(LargestEvidence, CanBeReadBack) {
  const Failure failure{ResultType::kDnssecInvalid, std::string(600, 'x'), true};
  Evidence evidence;
  evidence.next_hop = ParseNextHop(LongName(0).ascii).value();
  evidence.sts.learned = LearnedStsPolicy{LargePolicy(), std::string(32, 'i'), Time()};
  evidence.sts.failure = failure;
  evidence.mx.security = Security::kInsecure;
  for (std::size_t i = 0; i < kMaxDnsRecords; ++i) {
    MxHost host;
    host.name = LongName(i);
    ASSERT_EQ(host.name.ascii.size(), kMaxDomainOctets);
    if (i < kMaxMxHosts) {
      host.tlsa_base = LongName(i);
      host.failure = failure;
      // Octets of three digits, in the records that have the fewest.
      constexpr std::size_t kDigest = 32;
      const TlsaRecord record{3, 1, 1, std::vector<std::uint8_t>(kDigest, 0xFF)};
      host.usable.assign(kMaxTlsaOctets / kMaxMxHosts / kDigest, record);
    }
    evidence.mx.hosts.push_back(std::move(host));
  }
  const std::string text = EncodeEvidence(evidence);
  EXPECT_LE(text.size(), kMaxEncodedOctets);
  const Result<Evidence> back = DecodeEvidence(text);
  ASSERT_TRUE(back.ok()) << back.error();
  EXPECT_EQ(*back, evidence);
}

}  // namespace
}  // namespace tlswarden
