// The [rule.NAME] sections: from values to the rules of policy/rule.h.
//
// Pure. Finds what only shows when the lines of a rule are seen together: missing parts, and parts
// that contradict each other. hidden_rules.h looks at several rules.
#ifndef TLSWARDEN_DAEMON_RULES_CONFIG_H_
#define TLSWARDEN_DAEMON_RULES_CONFIG_H_

#include "daemon/config_file.h"
#include "daemon/settings.h"
#include "policy/time.h"

namespace tlswarden {

// Sets the settings' rules and lists; looks at its other members, which must be set. Adds to the
// file's errors and warnings.
void MakeRules(ConfigFile* file, Settings* settings, Time now);

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_RULES_CONFIG_H_
