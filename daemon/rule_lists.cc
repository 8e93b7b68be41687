#include "daemon/rule_lists.h"

#include <cstring>
#include <set>
#include <utility>

#include "daemon/log_format.h"
#include "daemon/rule_keys.h"

namespace tlswarden {
namespace {

constexpr std::size_t kMaxShownOctets = 80;

// So many entries go into a rule that is thrown away: it may neither be made for each, nor hold
// all.
constexpr std::size_t kScratched = 8;

// Whether each entry is one that the key may have.
bool IsGoodFor(const RuleKey& key, const ListFile& list, ListErrors* problems) {
  bool good = true;
  Rule scratch;
  for (std::size_t i = 0; i < list.size() && !problems->full(); ++i) {
    if (i % kScratched == 0) scratch = Rule();
    const Result<bool> added = key.add(scratch, list.entry(i));
    if (added) continue;
    good = false;
    problems->Add(list.line(i), Printable(list.entry(i), kMaxShownOctets) + ": " + added.error());
  }
  return good;
}

}  // namespace

ListFilePtr MakeList(const std::string& path, FileText file, const std::vector<ListUse>& uses,
                     std::vector<std::string>* errors) {
  ListErrors problems(path, errors);
  if (file.failure != 0) {
    problems.Add(0, std::strerror(file.failure));
    return nullptr;
  }
  auto list = std::make_shared<const ListFile>(std::move(file.text), &problems);
  if (problems.any()) return nullptr;
  std::set<std::string_view> seen;
  for (const ListUse& use : uses) {
    if (use.path != path || !seen.insert(use.key).second) continue;
    if (!IsGoodFor(*FindRuleKey(use.key), *list, &problems)) return nullptr;
  }
  return list;
}

std::size_t CountFilled(const std::vector<ListUse>& uses, const ListFiles& lists) {
  std::size_t count = 0;
  for (const ListUse& use : uses) count += lists.find(use.path)->second->size();
  return count;
}

std::vector<Rule> FilledRules(std::vector<Rule> rules, const std::vector<ListUse>& uses,
                              const ListFiles& lists, std::vector<std::string>* warnings) {
  for (const ListUse& use : uses) {
    const ListFile& list = *lists.find(use.path)->second;
    const RuleKey& key = *FindRuleKey(use.key);
    for (std::size_t i = 0; i < list.size(); ++i) {
      [[maybe_unused]] const Result<bool> added = key.add(rules[use.rule], list.entry(i));
    }
  }
  for (const ListUse& use : uses) {
    if (!lists.find(use.path)->second->empty()) continue;
    Rule& rule = rules[use.rule];
    const bool holds_nothing = FindRuleKey(use.key)->print(rule).empty();
    if (holds_nothing) rule.match.never = use.key;
    warnings->push_back(use.path + ": no entry" +
                        (holds_nothing ? ", so [rule." + rule.name + "] matches nothing" : ""));
  }
  return rules;
}

}  // namespace tlswarden
