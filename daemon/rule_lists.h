// rule_lists: the lists that rules name by `@FILE`, and the rules with what stands in them.
//
// Pure. The same at start and when a list has changed.
#ifndef TLSWARDEN_DAEMON_RULE_LISTS_H_
#define TLSWARDEN_DAEMON_RULE_LISTS_H_

#include <string>
#include <vector>

#include "daemon/list_file.h"
#include "daemon/read_file.h"
#include "policy/rule.h"

namespace tlswarden {

inline constexpr std::size_t kMaxLists = 1000;  // different files
// In all rules together: a list that many rules name counts for each.
inline constexpr std::size_t kMaxFilledEntries = 10'000'000;

// `KEY = @PATH` in a rule.
struct ListUse {
  std::size_t rule = 0;  // its place in Settings::rules
  std::string key;
  std::string path;
  int line = 0;  // in the configuration
  bool operator==(const ListUse& other) const {
    return rule == other.rule && key == other.key && path == other.path;
  }
};

// A list, if each entry is one that the keys may have which name it. nullptr: it isn't, and
// `errors` says why, as "PATH:LINE: WHAT".
ListFilePtr MakeList(const std::string& path, FileText file, const std::vector<ListUse>& uses,
                     std::vector<std::string>* errors);

// How many entries the lists put into rules. REQUIRES: every list is there
std::size_t CountFilled(const std::vector<ListUse>& uses, const ListFiles& lists);

// The rules with the entries of the lists. A rule with a matcher that thereby holds nothing at all
// fits nothing: `warnings` name the list. REQUIRES: every list is there
std::vector<Rule> FilledRules(std::vector<Rule> rules, const std::vector<ListUse>& uses,
                              const ListFiles& lists, std::vector<std::string>* warnings);

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_RULE_LISTS_H_
