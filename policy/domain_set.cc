#include "policy/domain_set.h"

#include <algorithm>

namespace tlswarden {
namespace {

using Reach = DomainPattern::Reach;

constexpr std::string_view kBelow = "*.";
constexpr std::string_view kBoth = "/*";

// Calls with each name above `name`, from the nearest, until one is taken.
template <typename Taken>
bool AnyAncestor(std::string_view name, Taken taken) {
  for (std::size_t dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.')) {
    name.remove_prefix(dot + 1);
    if (taken(name)) return true;
  }
  return false;
}

}  // namespace

Result<DomainPattern> ParseDomainPattern(std::string_view text) {
  DomainPattern pattern;
  if (text.starts_with(kBelow)) {
    pattern.reach = Reach::kBelow;
    text.remove_prefix(kBelow.size());
  } else if (text.ends_with(kBoth)) {
    pattern.reach = Reach::kBoth;
    text.remove_suffix(kBoth.size());
  }
  Result<Domain> domain = ParseDomain(text);
  if (!domain) return Error{domain.error()};
  pattern.domain = *domain;
  return pattern;
}

std::string ToString(const DomainPattern& pattern) {
  std::string text(pattern.reach == Reach::kBelow ? kBelow : "");
  text += pattern.domain.ascii;
  return pattern.reach == Reach::kBoth ? text.append(kBoth) : text;
}

void DomainSet::Add(const DomainPattern& pattern) {
  bool is_new = false;
  if (pattern.reach != Reach::kBelow) is_new |= itself_.insert(pattern.domain.ascii).second;
  if (pattern.reach != Reach::kItself) is_new |= below_.insert(pattern.domain.ascii).second;
  if (is_new) patterns_.push_back(pattern);
}

bool DomainSet::Contains(const Domain& domain) const {
  if (itself_.contains(domain.ascii)) return true;
  return !below_.empty() && AnyAncestor(domain.ascii, [this](std::string_view ancestor) {
    return below_.find(ancestor) != below_.end();
  });
}

bool DomainSet::Covers(const DomainPattern& pattern) const {
  if (pattern.reach != Reach::kBelow && !Contains(pattern.domain)) return false;
  if (pattern.reach == Reach::kItself || below_.contains(pattern.domain.ascii)) return true;
  return AnyAncestor(pattern.domain.ascii, [this](std::string_view ancestor) {
    return below_.find(ancestor) != below_.end();
  });
}

Result<bool> AddressSet::Add(std::string_view text) {
  if (text == "<>") {
    null_sender_ = true;
  } else if (text.find('@') != std::string_view::npos) {
    const MailAddress address = ParseMailAddress(text);
    if (address.domain.ascii.empty() || address.local.empty()) {
      return Error{"not an address of the form USER@DOMAIN"};
    }
    addresses_.insert(FoldedAddress(address));
  } else {
    Result<DomainPattern> pattern = ParseDomainPattern(text);
    if (!pattern) return Error{pattern.error()};
    domains_.Add(*pattern);
  }
  written_.emplace_back(text);
  return true;
}

bool AddressSet::Contains(const MailAddress& address) const {
  if (address.text.empty()) return null_sender_;
  if (address.domain.ascii.empty()) return false;
  return domains_.Contains(address.domain) ||
         (!addresses_.empty() && addresses_.contains(FoldedAddress(address)));
}

}  // namespace tlswarden
