#include "cache/worth.h"

#include <algorithm>

namespace tlswarden {
namespace {

constexpr std::size_t kAllocation = 16;  // what malloc adds

std::size_t OctetsOf(const std::string& text) {
  // Short texts lie in the string itself.
  return text.capacity() > 15 ? text.capacity() + kAllocation : 0;
}

std::size_t OctetsOf(const std::optional<Failure>& failure) {
  return failure ? OctetsOf(failure->reason) : 0;
}

std::size_t OctetsOf(const StsPolicy& policy) {
  std::size_t octets = sizeof policy + kAllocation;
  for (const MxPattern& pattern : policy.mx) {
    octets += sizeof pattern + OctetsOf(pattern.domain.ascii);
  }
  for (const std::string& line : policy.lines) octets += sizeof(std::string) + OctetsOf(line);
  return octets;
}

std::size_t OctetsOf(const MxHost& host) {
  std::size_t octets = sizeof host + OctetsOf(host.name.ascii) + OctetsOf(host.tlsa_base.ascii) +
                       OctetsOf(host.failure);
  for (const TlsaRecord& record : host.usable) {
    octets += sizeof record + record.data.capacity() + kAllocation;
  }
  for (const std::string& text : host.unusable) octets += sizeof(std::string) + OctetsOf(text);
  return octets;
}

}  // namespace

int Worth(const Evidence& evidence, Time now) {
  if (const LearnedStsPolicy* learned = StsInForce(evidence.sts, now)) {
    return learned->policy->mode == StsMode::kEnforce ? 3 : 2;
  }
  const bool dane = std::any_of(evidence.mx.hosts.begin(), evidence.mx.hosts.end(),
                                [](const MxHost& host) { return host.dane == HostDane::kUsable; });
  return dane ? 1 : 0;
}

std::size_t OctetsOf(const Evidence& evidence) {
  std::size_t octets = sizeof evidence + kAllocation;
  octets += OctetsOf(evidence.next_hop.domain.ascii) + OctetsOf(evidence.sts.failed_id) +
            OctetsOf(evidence.sts.failure) + OctetsOf(evidence.mx.failure);
  if (evidence.sts.learned) {
    octets += OctetsOf(evidence.sts.learned->id) + OctetsOf(*evidence.sts.learned->policy);
  }
  for (const MxHost& host : evidence.mx.hosts) octets += OctetsOf(host);
  return octets;
}

}  // namespace tlswarden
