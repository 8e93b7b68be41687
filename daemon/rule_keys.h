// rule_keys: what each key of a [rule.NAME] section does to a rule, and how it is printed back.
//
// Pure. The option table has the help; here is the way into Rule and out of it.
#ifndef TLSWARDEN_DAEMON_RULE_KEYS_H_
#define TLSWARDEN_DAEMON_RULE_KEYS_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/result.h"
#include "policy/rule.h"

namespace tlswarden {

// Of those that are compared one by one with each message: globs, headers, listeners.
inline constexpr std::size_t kMostSlowEntries = 1000;

struct RuleKey {
  enum class Side { kBoth, kOutbound, kInbound };
  std::string_view key;
  Side side = Side::kBoth;
  bool is_matcher = false;
  bool may_be_list = false;  // `@FILE`
  // One entry, or the value. False: it was there already. Errors say what is allowed.
  Result<bool> (*add)(Rule& rule, std::string_view text) = nullptr;
  // In one spelling; nothing when it isn't given. What `add` reads back as the same.
  std::vector<std::string> (*print)(const Rule& rule) = nullptr;
};

// In the order in which they are printed.
std::span<const RuleKey> RuleKeys();

// nullptr: there is none.
const RuleKey* FindRuleKey(std::string_view key);

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_RULE_KEYS_H_
