// hidden_rules: warnings of rules that can never match, since an earlier one always does.
#ifndef TLSWARDEN_DAEMON_HIDDEN_RULES_H_
#define TLSWARDEN_DAEMON_HIDDEN_RULES_H_

#include <vector>

#include "daemon/config_file.h"
#include "policy/rule.h"

namespace tlswarden {

// Looks for rules of which each matcher is covered by an enforced rule before, and for single
// domains of a rule, as `written`, which a rule for domains alone takes first. `filled` are the
// same rules with their lists. A rule that ends by itself hides nothing.
//
// Time is linear in the entries. Where thousands of rules name the same entry in all their matchers
// it gives up after kMostComparisons, and may miss some.
void WarnOfHiddenRules(const std::vector<Rule>& written, const std::vector<Rule>& filled,
                       ConfigFile* file);

inline constexpr std::size_t kMostComparisons = 1'000'000;

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_HIDDEN_RULES_H_
