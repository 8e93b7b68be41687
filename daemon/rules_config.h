// The [rule.NAME] sections: from values to the rules of policy/rule.h.
//
// Pure. Finds what only shows when rules are seen together: missing parts, and rules that an
// earlier one hides.
#ifndef TLSWARDEN_DAEMON_RULES_CONFIG_H_
#define TLSWARDEN_DAEMON_RULES_CONFIG_H_

#include <vector>

#include "daemon/config_file.h"
#include "policy/rule.h"

namespace tlswarden {

// The rules in force, in the order of the file. Adds to the file's errors and warnings.
std::vector<Rule> MakeRules(ConfigFile* file);

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_RULES_CONFIG_H_
