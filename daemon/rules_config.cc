#include "daemon/rules_config.h"

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
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
  std::unordered_set<std::string> seen_domains;
};

void Apply(const ConfigValue& value, Draft* draft) {
  const std::string_view key = value.option->key;
  if (key == "recipient-domain") {
    const auto& patterns = std::get<std::vector<DomainPattern>>(value.value);
    for (const DomainPattern& pattern : patterns) {
      const bool is_new = draft->seen_domains.insert(PrintPattern(pattern)).second;
      if (is_new) draft->rule.recipient_domains.push_back(pattern);
    }
  } else if (key == "require") {
    draft->rule.require = ParseRequirement(WordOf(value)).value();
    draft->has_require = true;
  } else if (key == "on-failure") {
    draft->rule.on_failure = ParseOnFailure(WordOf(value)).value();
  } else if (key == "notify") {
    draft->rule.notify = std::get<std::string>(value.value);
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

// Which earlier pattern takes a pattern's domains away. Asks for each label, not for each rule.
class Covered {
 public:
  // The rule that comes first, or nullptr.
  const Rule* By(const DomainPattern& pattern) const {
    const auto& same = pattern.below ? below_ : exact_;
    if (const auto it = same.find(pattern.domain.ascii); it != same.end()) return it->second;
    std::string_view name = pattern.domain.ascii;
    for (std::size_t dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.')) {
      name.remove_prefix(dot + 1);
      if (const auto it = below_.find(std::string(name)); it != below_.end()) return it->second;
    }
    return nullptr;
  }

  void Add(const DomainPattern& pattern, const Rule* rule) {
    (pattern.below ? below_ : exact_).try_emplace(pattern.domain.ascii, rule);
  }

 private:
  std::unordered_map<std::string, const Rule*> exact_;
  std::unordered_map<std::string, const Rule*> below_;
};

void WarnOfHiddenPatterns(const std::vector<Rule>& rules, ConfigFile* file) {
  Covered covered;
  for (const Rule& rule : rules) {
    for (const DomainPattern& pattern : rule.recipient_domains) {
      const Rule* earlier = covered.By(pattern);
      if (earlier == nullptr) continue;
      file->warnings.push_back(
          {rule.line, "[rule." + rule.name + "] recipient-domain " + PrintPattern(pattern) +
                          ": never matches, since [rule." + earlier->name + "] on line " +
                          std::to_string(earlier->line) + " comes first"});
    }
    // Only now: one pattern of a rule may well lie within another.
    for (const DomainPattern& pattern : rule.recipient_domains) covered.Add(pattern, &rule);
  }
}

void ReportMissing(const Draft& draft, ConfigFile* file) {
  const std::string section = "[rule." + draft.rule.name + "]";
  if (draft.is_broken) return;
  if (draft.rule.recipient_domains.empty()) {
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
