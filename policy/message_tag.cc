#include "policy/message_tag.h"

#include <algorithm>
#include <array>

namespace tlswarden {
namespace {

constexpr std::string_view kRulePrefix = "rule-";

// From the least strict.
constexpr std::array<Requirement, 5> kWords = {Requirement::kNone, Requirement::kPublished,
                                               Requirement::kEncrypt, Requirement::kAuthenticated,
                                               Requirement::kDane};

// What no word can say.
bool NeedsItsName(const OutboundDemand& demand) {
  return demand.require == Requirement::kPinned || demand.minimum_tls != TlsVersion::kNone ||
         !demand.ciphers.empty();
}

int Rank(const std::string& tag) {
  if (tag.empty()) return static_cast<int>(Requirement::kPublished);
  const std::optional<Requirement> word = ParseRequirement(tag);
  return static_cast<int>(word.value_or(Requirement::kPinned));
}

}  // namespace

std::string TagOf(const Rule& rule) {
  if (NeedsItsName(rule.outbound)) return std::string(kRulePrefix) + rule.name;
  return std::string(ToString(rule.outbound.require));
}

RulePtr OrderOf(std::string_view tag, const Rules& rules) {
  if (tag.starts_with(kRulePrefix)) return rules.Named(tag.substr(kRulePrefix.size()));
  const std::optional<Requirement> require = ParseRequirement(tag);
  if (!require || std::find(kWords.begin(), kWords.end(), *require) == kWords.end()) return nullptr;
  auto order = std::make_shared<Rule>();
  order->name = "message-" + std::string(tag);
  order->outbound.require = *require;
  return order;
}

std::string TagFor(const Verdict& verdict, const Verdict& by_map) {
  if (verdict.observed) return {};
  if (verdict.by == by_map.by && verdict.requirement == by_map.requirement) return {};
  const bool by_rule = verdict.by != nullptr && verdict.by->outbound.require == verdict.requirement;
  return by_rule ? TagOf(*verdict.by) : std::string(ToString(verdict.requirement));
}

std::string StricterTag(const std::string& a, const std::string& b) {
  return Rank(a) < Rank(b) ? b : a;
}

}  // namespace tlswarden
