// RememberedTable: the domains that have proven TLS, for the judge to look up.
//
// Immutable after construction, so any thread may ask; who learns more makes a new one. Bounded.
#ifndef TLSWARDEN_POLICY_REMEMBERED_TABLE_H_
#define TLSWARDEN_POLICY_REMEMBERED_TABLE_H_

#include <cstddef>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "policy/domain.h"
#include "policy/next_hop.h"
#include "policy/remembered_tls.h"

namespace tlswarden {

struct RememberedDomain {
  Domain domain;
  RememberedTls tls;
  bool operator==(const RememberedDomain&) const = default;
};

inline constexpr std::size_t kMostRemembered = 100'000;  // at about 200 octets

class RememberedTable {
 public:
  RememberedTable() = default;

  // Keeps those that have proven TLS; of more than `most`, those whose last session is the latest.
  explicit RememberedTable(std::vector<RememberedDomain> domains,
                           std::size_t most = kMostRemembered);

  // nullptr: nothing stands at `now`.
  const RememberedTls* Find(const Domain& domain, Time now) const;

  // The same for a next hop, which must be one that MX records lead to: of a host or port that the
  // operator has named, the sessions of the domain say nothing.
  const RememberedTls* Find(const NextHop& next_hop, Time now) const;

  // The administrator lets a domain go.
  std::shared_ptr<const RememberedTable> Without(const Domain& domain) const;

  // Those where TLS has been missing lately, by name.
  std::vector<RememberedDomain> Gone(Time now) const;

  std::size_t size() const { return domains_.size(); }

 private:
  std::unordered_map<std::string, RememberedTls> domains_;
};

using RememberedTablePtr = std::shared_ptr<const RememberedTable>;

// What `status` says of one of these, in a line: since when, and the command that lets it go.
std::string DescribeGone(const RememberedDomain& gone);

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_REMEMBERED_TABLE_H_
