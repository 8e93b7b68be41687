#include "policy/rules.h"

#include <algorithm>
#include <utility>

namespace tlswarden {
namespace {

// A rule with more domains than this isn't indexed by them: its own set answers as fast, and few
// rules can be so large.
constexpr std::size_t kMostIndexedDomains = 1000;

bool IsIndexable(const DomainSet& domains) {
  return !domains.empty() && domains.patterns().size() <= kMostIndexedDomains;
}

// Whoever forges an unsigned MX record can make such a rule match. He must not get away with less
// than the next rule that matches demands.
bool IsChosenByForgeableMx(const Rule& rule, const Facts& facts) {
  return !rule.match.mx_host.empty() && facts.mx != nullptr &&
         facts.mx->security != Security::kSecure;
}

template <typename Map>
void Append(const Map& map, std::string_view key, std::vector<std::uint32_t>& places) {
  const auto found = map.find(key);
  if (found == map.end()) return;
  places.insert(places.end(), found->second.begin(), found->second.end());
}

}  // namespace

void Rules::DomainIndex::Add(const DomainSet& domains, std::uint32_t place) {
  using Reach = DomainPattern::Reach;
  for (const DomainPattern& pattern : domains.patterns()) {
    if (pattern.reach != Reach::kBelow) itself[pattern.domain.ascii].push_back(place);
    if (pattern.reach != Reach::kItself) below[pattern.domain.ascii].push_back(place);
  }
  all.push_back(place);
}

void Rules::DomainIndex::Collect(const Domain* domain, Places& candidates) const {
  if (all.empty()) return;
  if (domain == nullptr) {
    candidates.insert(candidates.end(), all.begin(), all.end());
    return;
  }
  Append(itself, domain->ascii, candidates);
  if (below.empty()) return;
  AnyAncestor(domain->ascii, [&](std::string_view ancestor) {
    Append(below, ancestor, candidates);
    return false;
  });
}

Rules::Rules(std::vector<Rule> rules) {
  rules_.reserve(rules.size());
  for (Rule& rule : rules) {
    const auto place = static_cast<std::uint32_t>(rules_.size());
    rules_.push_back(std::make_shared<const Rule>(std::move(rule)));
    Index(*rules_.back(), place);
  }
}

void Rules::Index(const Rule& rule, std::uint32_t place) {
  if (IsIndexable(rule.match.recipient_domain)) {
    by_recipient_domain_.Add(rule.match.recipient_domain, place);
  } else if (IsIndexable(rule.match.sender_domain)) {
    by_sender_domain_.Add(rule.match.sender_domain, place);
  } else {
    others_.push_back(place);
  }
  by_name_.emplace(rule.name, place);
  for (const HeaderPattern& pattern : rule.match.header) header_names_.insert(pattern.name);
}

Rules::Places Rules::Candidates(const Facts& facts) const {
  Places candidates = others_;
  by_recipient_domain_.Collect(facts.recipient_domain, candidates);
  // Who doesn't know the sender will never know: a policy map.
  if (facts.envelope != nullptr) {
    by_sender_domain_.Collect(&facts.envelope->sender.domain, candidates);
  }
  std::sort(candidates.begin(), candidates.end());
  candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
  return candidates;
}

RuleMatch Rules::Match(const Facts& facts, Time now) const {
  RuleMatch match;
  if (rules_.empty()) return match;
  for (const std::uint32_t place : Candidates(facts)) {
    const RulePtr& rule = rules_[place];
    const Fit fit = FitOf(*rule, facts, now);
    if (fit == Fit::kNo || rule->mode == Mode::kOff) continue;
    if (rule->mode == Mode::kObserve) {
      // Never decides, so nothing waits for it either.
      if (fit == Fit::kYes && match.observed == nullptr) match.observed = rule;
    } else if (fit == Fit::kUnknown) {
      const Requirement least = rule->outbound.require;
      match.undecided = std::min(match.undecided.value_or(least), least);
      if (facts.mx == nullptr && !rule->match.mx_host.empty()) match.waits_for_mx = true;
    } else {
      const bool stricter =
          match.rule == nullptr || rule->outbound.require > match.rule->outbound.require;
      if (stricter) match.rule = rule;
      if (!IsChosenByForgeableMx(*rule, facts)) break;
    }
  }
  return match;
}

RulePtr Rules::Named(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : rules_[found->second];
}

}  // namespace tlswarden
