// Rules: all rules of one direction. The first match in file order wins.
#ifndef TLSWARDEN_POLICY_RULES_H_
#define TLSWARDEN_POLICY_RULES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "policy/rule.h"
#include "policy/rule_match.h"

namespace tlswarden {

struct RuleMatch {
  RulePtr rule;      // the first that certainly matches and is enforced; nullptr: none
  RulePtr observed;  // the first before it with mode = observe; nullptr: none
  // The least that an enforced rule before it would demand which may match once more is known. Of
  // an unknown envelope nothing more ever will be: then, rules by sender-domain may be left out.
  std::optional<Requirement> undecided;
  bool waits_for_mx = false;  // one of these asks for MX hosts that aren't known
};

// Behind an unsigned MX record, a rule that was chosen by mx-host yields to the next one that
// matches if that demands more.
//
// Finds the first rule in time that depends on the number of a domain's labels, and of the rules
// that name no domain or very many. Immutable after construction, so any thread may ask.
class Rules {
 public:
  Rules() = default;
  explicit Rules(std::vector<Rule> rules);

  RuleMatch Match(const Facts& facts, Time now) const;

  // nullptr: there is none of that name.
  RulePtr Named(std::string_view name) const;

  const std::vector<RulePtr>& all() const { return rules_; }

  // The headers that some rule asks for, in lower case.
  const TextSet& header_names() const { return header_names_; }

 private:
  using Places = std::vector<std::uint32_t>;  // indices of rules, rising
  using PlacesOf = std::unordered_map<std::string, Places, TextHash, std::equal_to<>>;

  // The rules that name a domain, by that domain.
  struct DomainIndex {
    PlacesOf itself;
    PlacesOf below;
    Places all;  // of all that stand here, for when the domain isn't known
    void Add(const DomainSet& domains, std::uint32_t place);
    void Collect(const Domain* domain, Places& candidates) const;
  };

  void Index(const Rule& rule, std::uint32_t place);
  Places Candidates(const Facts& facts) const;

  std::vector<RulePtr> rules_;
  DomainIndex by_recipient_domain_;
  DomainIndex by_sender_domain_;
  Places others_;
  TextSet header_names_;
  std::unordered_map<std::string_view, std::uint32_t> by_name_;  // the rules hold the names
};

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_RULES_H_
