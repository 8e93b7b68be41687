#include "policy/domain_set.h"

#include <algorithm>
#include <utility>

namespace tlswarden {
namespace {

using Reach = DomainPattern::Reach;

constexpr std::string_view kBelow = "*.";
constexpr std::string_view kBoth = "/*";
constexpr std::size_t kMostWithoutIndex = 8;

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

void DomainSet::Index::Add(const DomainPattern& pattern) {
  if (pattern.reach != Reach::kBelow) itself.insert(pattern.domain.ascii);
  if (pattern.reach != Reach::kItself) below.insert(pattern.domain.ascii);
}

bool DomainSet::Add(const DomainPattern& pattern) {
  const std::string& name = pattern.domain.ascii;
  const bool is_new = (pattern.reach != Reach::kBelow && !HasItself(name)) ||
                      (pattern.reach != Reach::kItself && !HasBelow(name));
  if (!is_new) return false;
  patterns_.push_back(pattern);
  if (patterns_.size() == kMostWithoutIndex + 1) {
    index_ = std::make_shared<Index>();
    for (const DomainPattern& member : patterns_) index_->Add(member);
  } else if (index_ != nullptr) {
    if (index_.use_count() > 1) index_ = std::make_shared<Index>(*index_);
    index_->Add(pattern);
  }
  return true;
}

bool DomainSet::HasItself(std::string_view name) const {
  if (index_ != nullptr) return index_->itself.find(name) != index_->itself.end();
  return std::any_of(patterns_.begin(), patterns_.end(), [name](const DomainPattern& pattern) {
    return pattern.reach != Reach::kBelow && pattern.domain.ascii == name;
  });
}

bool DomainSet::HasBelow(std::string_view name) const {
  if (index_ != nullptr) return index_->below.find(name) != index_->below.end();
  return std::any_of(patterns_.begin(), patterns_.end(), [name](const DomainPattern& pattern) {
    return pattern.reach != Reach::kItself && pattern.domain.ascii == name;
  });
}

bool DomainSet::HasAbove(std::string_view name) const {
  if (patterns_.empty() || (index_ != nullptr && index_->below.empty())) return false;
  return AnyAncestor(name, [this](std::string_view ancestor) { return HasBelow(ancestor); });
}

bool DomainSet::Contains(const Domain& domain) const {
  return HasItself(domain.ascii) || HasAbove(domain.ascii);
}

bool DomainSet::Covers(const DomainPattern& pattern) const {
  if (pattern.reach != Reach::kBelow && !Contains(pattern.domain)) return false;
  return pattern.reach == Reach::kItself || HasBelow(pattern.domain.ascii) ||
         HasAbove(pattern.domain.ascii);
}

Result<bool> AddressSet::Add(std::string_view text) {
  bool is_new = false;
  if (text == "<>") {
    is_new = !null_sender_;
    null_sender_ = true;
    if (is_new) written_.emplace_back(text);
  } else if (text.find('@') != std::string_view::npos) {
    const MailAddress address = ParseMailAddress(text);
    if (address.domain.ascii.empty() || address.local.empty() ||
        address.local.find_first_of("<>") != std::string::npos) {
      return Error{"not an address of the form USER@DOMAIN"};
    }
    std::string folded = FoldedAddress(address);
    is_new = addresses_.insert(folded).second;
    if (is_new) written_.push_back(std::move(folded));
  } else {
    Result<DomainPattern> pattern = ParseDomainPattern(text);
    if (!pattern) return Error{pattern.error()};
    is_new = domains_.Add(*pattern);
    if (is_new) written_.push_back(ToString(*pattern));
  }
  return is_new;
}

bool AddressSet::Covers(const AddressSet& other) const {
  if (other.null_sender_ && !null_sender_) return false;
  return std::all_of(other.domains_.patterns().begin(), other.domains_.patterns().end(),
                     [this](const DomainPattern& pattern) { return domains_.Covers(pattern); }) &&
         std::all_of(other.addresses_.begin(), other.addresses_.end(), [this](const auto& folded) {
           return addresses_.contains(folded) ||
                  domains_.Contains(Domain{folded.substr(folded.rfind('@') + 1)});
         });
}

bool AddressSet::Contains(const MailAddress& address) const {
  if (address.text.empty()) return null_sender_;
  if (address.domain.ascii.empty()) return false;
  return domains_.Contains(address.domain) ||
         (!addresses_.empty() && addresses_.contains(FoldedAddress(address)));
}

}  // namespace tlswarden
