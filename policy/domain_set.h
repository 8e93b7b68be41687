// DomainSet, AddressSet: many domains or addresses, as rules name them.
//
// Asked in time that depends on the number of a name's labels, not of the members: lists of
// partners have 100,000 of them.
#ifndef TLSWARDEN_POLICY_DOMAIN_SET_H_
#define TLSWARDEN_POLICY_DOMAIN_SET_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "policy/domain.h"
#include "policy/mail_address.h"
#include "policy/result.h"

namespace tlswarden {

// `example.com` is that domain, `*.example.com` every name below it, `example.com/*` both.
struct DomainPattern {
  enum class Reach { kItself, kBelow, kBoth };
  Domain domain;
  Reach reach = Reach::kItself;
  bool operator==(const DomainPattern&) const = default;
};

Result<DomainPattern> ParseDomainPattern(std::string_view text);
std::string ToString(const DomainPattern& pattern);

// Hashes without a copy of the text.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>()(text);
  }
};
using TextSet = std::unordered_set<std::string, TextHash, std::equal_to<>>;

class DomainSet {
 public:
  // Whether it is new.
  bool Add(const DomainPattern& pattern);
  bool Contains(const Domain& domain) const;
  // Whether every domain of the pattern is a member.
  bool Covers(const DomainPattern& pattern) const;
  bool empty() const { return patterns_.empty(); }
  const std::vector<DomainPattern>& patterns() const { return patterns_; }  // as added, each once
  bool operator==(const DomainSet& other) const { return patterns_ == other.patterns_; }

 private:
  // Most rules name one domain or a few, and there may be 100,000 rules: small sets have no index.
  struct Index {
    TextSet itself;
    TextSet below;
    void Add(const DomainPattern& pattern);
  };

  bool HasItself(std::string_view name) const;
  bool HasBelow(std::string_view name) const;
  bool HasAbove(std::string_view name) const;

  std::vector<DomainPattern> patterns_;
  std::shared_ptr<Index> index_;  // copies share it until one of them grows
};

// `user@example.com`, or all addresses at the domains of a pattern.
class AddressSet {
 public:
  // Whether it is new. The part before the '@' is compared without case.
  Result<bool> Add(std::string_view text);
  // The null sender has no address: `<>` stands for it.
  bool Contains(const MailAddress& address) const;
  // Whether every member of `other` is one.
  bool Covers(const AddressSet& other) const;
  bool empty() const { return written_.empty(); }
  // In one spelling, in the order in which they were added, each once.
  const std::vector<std::string>& written() const { return written_; }
  const DomainSet& domains() const { return domains_; }
  const TextSet& addresses() const { return addresses_; }
  bool operator==(const AddressSet& other) const { return written_ == other.written_; }

 private:
  std::vector<std::string> written_;
  TextSet addresses_;  // folded
  DomainSet domains_;
  bool null_sender_ = false;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_DOMAIN_SET_H_
