#include "policy/message_tag.h"

#include <algorithm>
#include <array>

#include "policy/ascii.h"

namespace tlswarden {
namespace {

constexpr std::string_view kRulePrefix = "rule-";
constexpr std::string_view kPublished = "published";

// From the least strict.
constexpr std::array<Requirement, 5> kWords = {Requirement::kNone, Requirement::kPublished,
                                               Requirement::kEncrypt, Requirement::kAuthenticated,
                                               Requirement::kDane};

bool MayBeUnmet(Requirement require) {
  return require == Requirement::kAuthenticated || require == Requirement::kDane;
}

// Whether the demand isn't met, and [outbound] on-failure = accept left it at what is published.
bool WasLetGo(const Verdict& verdict) {
  if (!MayBeUnmet(verdict.requirement)) return false;
  switch (verdict.level) {
    case TlsLevel::kMay:
    case TlsLevel::kEncrypt:
    case TlsLevel::kDane:
      return true;
    case TlsLevel::kSecure:
      return verdict.requirement == Requirement::kDane;
    case TlsLevel::kDaneOnly:
    case TlsLevel::kFingerprint:
    case TlsLevel::kUndecided:
      return false;
  }
  return false;
}

// What no word can say. A rule that lets go what it can't have is one, since words never do.
bool NeedsItsName(const Rule& rule) {
  const OutboundDemand& demand = rule.outbound;
  return demand.require == Requirement::kPinned || demand.minimum_tls != TlsVersion::kNone ||
         !demand.ciphers.empty() ||
         (rule.on_failure == OnFailure::kAccept && MayBeUnmet(demand.require));
}

// Whether all that `a` lets through would be good enough for `b`. Pins are for one partner only.
bool Covers(const OutboundDemand& a, const OutboundDemand& b) {
  if (a == b) return true;
  if (a.require == Requirement::kPinned || b.require == Requirement::kPinned) return false;
  return a.require >= b.require && a.minimum_tls >= b.minimum_tls &&
         (b.ciphers.empty() || a.ciphers == b.ciphers);
}

int Rank(const std::string& tag) {
  if (tag.empty()) return static_cast<int>(Requirement::kPublished);
  const std::optional<Requirement> word = ParseRequirement(tag);
  return static_cast<int>(word.value_or(Requirement::kPinned));
}

}  // namespace

bool IsTag(std::string_view text) {
  return !text.empty() && text.size() <= kMaxTagOctets &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return IsAlnum(c) || c == '-' || c == '_'; });
}

std::string TagOf(const Rule& rule) {
  if (NeedsItsName(rule)) return std::string(kRulePrefix) + rule.name;
  return std::string(ToString(rule.outbound.require));
}

RulePtr OrderOf(std::string_view tag, const Rules& rules) {
  if (tag.starts_with(kRulePrefix)) return rules.Named(tag.substr(kRulePrefix.size()));
  const std::optional<Requirement> require = ParseRequirement(tag);
  if (!require || std::find(kWords.begin(), kWords.end(), *require) == kWords.end()) return nullptr;
  auto order = std::make_shared<Rule>();
  order->name = "message-" + std::string(tag);
  order->outbound.require = *require;
  order->on_failure = OnFailure::kDefer;  // [outbound] on-failure = accept must not empty the word
  return order;
}

std::string TagFor(const Verdict& verdict, const Verdict& by_map) {
  if (verdict.observed) return {};
  const std::string word(ToString(verdict.requirement));
  // The map may know the same rule, but lets go what that lets go.
  if (verdict.requiretls && verdict.requirement != Requirement::kPinned) return word;
  if (verdict.by == by_map.by && verdict.requirement == by_map.requirement) return {};
  const bool by_rule = verdict.by != nullptr && verdict.by->outbound.require == verdict.requirement;
  if (by_rule && NeedsItsName(*verdict.by)) return TagOf(*verdict.by);
  return WasLetGo(verdict) ? std::string(kPublished) : word;
}

std::optional<std::string> TagForBoth(const std::string& a, const std::string& b,
                                      const Rules& rules) {
  if (a == b) return a;
  const RulePtr order_a = OrderOf(a, rules), order_b = OrderOf(b, rules);
  if (order_a == nullptr || order_b == nullptr) return std::nullopt;
  if (Covers(order_a->outbound, order_b->outbound)) return a;
  if (Covers(order_b->outbound, order_a->outbound)) return b;
  return std::nullopt;
}

std::string StricterTag(const std::string& a, const std::string& b) {
  return Rank(a) < Rank(b) ? b : a;
}

}  // namespace tlswarden
