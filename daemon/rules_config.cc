#include "daemon/rules_config.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "daemon/option_value.h"

namespace tlswarden {
namespace {

std::string_view WordOf(const ConfigValue& value) {
  const auto place = static_cast<std::size_t>(std::get<std::int64_t>(value.value));
  return SplitWords(value.option->words).at(place);
}

// A rule while its lines are gathered.
struct Draft {
  Rule rule;
  bool has_require = false;
  bool is_inbound = false;
  bool is_broken = false;
};

void Apply(const ConfigValue& value, Draft* draft) {
  const std::string_view key = value.option->key;
  if (key == "recipient-domain") {
    const auto& patterns = std::get<std::vector<DomainPattern>>(value.value);
    for (const DomainPattern& pattern : patterns) draft->rule.match.recipient_domain.Add(pattern);
  } else if (key == "require") {
    draft->rule.outbound.require = ParseRequirement(WordOf(value)).value();
    draft->has_require = true;
  } else if (key == "on-failure") {
    draft->rule.on_failure = ParseOnFailure(WordOf(value)).value();
  } else if (key == "direction") {
    draft->is_inbound = WordOf(value) == "inbound";
  }
}

std::vector<Draft> Gather(const ConfigFile& file) {
  std::vector<Draft> drafts;
  std::unordered_map<std::string, std::size_t> places;  // by section
  for (const RuleSection& section : file.rules) {
    places.emplace("rule." + section.name, drafts.size());
    Draft draft;
    draft.rule.name = section.name;
    draft.rule.line = section.line;
    draft.is_broken = section.broken;
    drafts.push_back(std::move(draft));
  }
  for (const ConfigValue& value : file.values) {
    const auto place = places.find(value.section);
    if (place != places.end()) Apply(value, &drafts[place->second]);
  }
  return drafts;
}

void WarnOfHiddenPatterns(const std::vector<Rule>& rules, ConfigFile* file) {
  for (std::size_t later = 0; later < rules.size(); ++later) {
    for (const DomainPattern& pattern : rules[later].match.recipient_domain.patterns()) {
      const auto end = rules.begin() + static_cast<std::ptrdiff_t>(later);
      const auto earlier = std::find_if(rules.begin(), end, [&pattern](const Rule& rule) {
        return rule.match.recipient_domain.Covers(pattern);
      });
      if (earlier == end) continue;
      file->warnings.push_back(
          {rules[later].line, "[rule." + rules[later].name + "] recipient-domain " +
                                  ToString(pattern) + ": never matches, since [rule." +
                                  earlier->name + "] on line " + std::to_string(earlier->line) +
                                  " comes first"});
    }
  }
}

void ReportMissing(const Draft& draft, ConfigFile* file) {
  const std::string section = "[rule." + draft.rule.name + "]";
  if (draft.is_broken) return;
  if (draft.rule.match.recipient_domain.empty()) {
    file->errors.push_back(
        {draft.rule.line, section + ": no recipient-domain, so it would match nothing"});
  }
  if (!draft.has_require) {
    file->errors.push_back({draft.rule.line, section + ": no require; set it to " +
                                                 Allowed(*FindOption("rule", "require"))});
  }
}

}  // namespace

std::vector<Rule> MakeRules(ConfigFile* file) {
  std::vector<Rule> rules;
  for (Draft& draft : Gather(*file)) {
    if (draft.is_inbound) {
      file->warnings.push_back({draft.rule.line, "[rule." + draft.rule.name +
                                                     "] direction = inbound: this version doesn't "
                                                     "do that yet; the section has no effect"});
      continue;
    }
    ReportMissing(draft, file);
    rules.push_back(std::move(draft.rule));
  }
  WarnOfHiddenPatterns(rules, file);
  return rules;
}

}  // namespace tlswarden
