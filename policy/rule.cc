#include "policy/rule.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tlswarden {
namespace {

constexpr std::array<std::pair<Requirement, std::string_view>, 5> kRequirements = {{
    {Requirement::kNone, "none"},
    {Requirement::kPublished, "published"},
    {Requirement::kEncrypt, "encrypt"},
    {Requirement::kAuthenticated, "authenticated"},
    {Requirement::kDane, "dane"},
}};

constexpr std::array<std::pair<OnFailure, std::string_view>, 3> kOnFailures = {{
    {OnFailure::kDefer, "defer"},
    {OnFailure::kReject, "reject"},
    {OnFailure::kAccept, "accept"},
}};

template <typename Table, typename Enum>
std::string_view Word(const Table& table, Enum value) {
  for (const auto& [entry, word] : table) {
    if (entry == value) return word;
  }
  return {};
}

template <typename Enum, typename Table>
std::optional<Enum> Value(const Table& table, std::string_view text) {
  for (const auto& [entry, word] : table) {
    if (word == text) return entry;
  }
  return std::nullopt;
}

}  // namespace

std::string_view ToString(Requirement requirement) { return Word(kRequirements, requirement); }

std::optional<Requirement> ParseRequirement(std::string_view text) {
  return Value<Requirement>(kRequirements, text);
}

std::string_view ToString(OnFailure on_failure) { return Word(kOnFailures, on_failure); }

std::optional<OnFailure> ParseOnFailure(std::string_view text) {
  return Value<OnFailure>(kOnFailures, text);
}

Result<DomainPattern> ParseDomainPattern(std::string_view text) {
  DomainPattern pattern;
  if (text.starts_with("*.")) {
    pattern.below = true;
    text.remove_prefix(2);
  }
  Result<Domain> domain = ParseDomain(text);
  if (!domain) return Error{domain.error()};
  pattern.domain = *domain;
  return pattern;
}

Rules::Rules(std::vector<Rule> rules) : rules_(std::move(rules)) {
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    for (const DomainPattern& pattern : rules_[i].recipient_domains) {
      (pattern.below ? below_ : exact_).try_emplace(pattern.domain.ascii, i);
    }
  }
}

const Rule* Rules::Match(const Domain& recipient_domain) const {
  std::size_t first = rules_.size();
  if (const auto it = exact_.find(recipient_domain.ascii); it != exact_.end()) first = it->second;
  std::string_view ancestor = recipient_domain.ascii;
  for (std::size_t dot = ancestor.find('.'); dot != std::string_view::npos && !below_.empty();
       dot = ancestor.find('.')) {
    ancestor.remove_prefix(dot + 1);
    if (const auto it = below_.find(std::string(ancestor)); it != below_.end()) {
      first = std::min(first, it->second);
    }
  }
  return first < rules_.size() ? &rules_[first] : nullptr;
}

}  // namespace tlswarden
