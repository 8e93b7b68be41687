// Rules: what the operator demands beyond what domains publish. The first match in file order wins.
#ifndef TLSWARDEN_POLICY_RULE_H_
#define TLSWARDEN_POLICY_RULE_H_

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "policy/domain.h"

namespace tlswarden {

// What must hold for a session, in rising order.
enum class Requirement {
  kNone,           // nothing, not even what the domain publishes: an exception
  kPublished,      // what the domain publishes; without a rule, this
  kEncrypt,        // TLS with anybody, if the domain publishes nothing better
  kAuthenticated,  // DANE or an enforced MTA-STS policy
  kDane,           // DANE on every host that is used
};

std::string_view ToString(Requirement requirement);
std::optional<Requirement> ParseRequirement(std::string_view text);  // the words of `require =`

// What follows when the demand can't be met.
enum class OnFailure { kDefer, kReject, kAccept };

std::string_view ToString(OnFailure on_failure);
std::optional<OnFailure> ParseOnFailure(std::string_view text);

// `example.com` matches itself only, `*.example.com` every name below it.
struct DomainPattern {
  Domain domain;
  bool below = false;
  bool operator==(const DomainPattern&) const = default;
};

Result<DomainPattern> ParseDomainPattern(std::string_view text);

struct Rule {
  std::string name;
  int line = 0;  // in the configuration file
  std::vector<DomainPattern> recipient_domains;
  Requirement require = Requirement::kPublished;
  std::optional<OnFailure> on_failure;  // empty: as [outbound] on-failure says
  std::string notify = {};              // a mail address; empty: as [outbound] notify says
  bool operator==(const Rule&) const = default;
};

// Finds the first rule for a domain in time that depends on the number of its labels, not of the
// rules. Immutable after construction, so any thread may ask.
class Rules {
 public:
  Rules() = default;
  explicit Rules(std::vector<Rule> rules);

  // nullptr: no rule matches.
  const Rule* Match(const Domain& recipient_domain) const;

  const std::vector<Rule>& all() const { return rules_; }

 private:
  std::vector<Rule> rules_;
  std::unordered_map<std::string, std::size_t> exact_;  // domain → index of its first rule
  std::unordered_map<std::string, std::size_t> below_;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_RULE_H_
