// rule_cover: whether one rule takes from a later one all that it could match.
#ifndef TLSWARDEN_DAEMON_RULE_COVER_H_
#define TLSWARDEN_DAEMON_RULE_COVER_H_

#include "policy/rule.h"

namespace tlswarden {

// Whether the rule takes whatever it matches from the rules behind it, now and later.
bool CanHide(const Rule& rule);

// Whether `earlier`, which can hide others, matches whatever `later` matches: each kind of matcher
// that it has, the other has, too, with no entry that isn't covered. Some covers aren't seen, such
// as that of a sender's address by sender-domain.
bool Covers(const Rule& earlier, const Rule& later);

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_RULE_COVER_H_
