#include "daemon/hidden_rules.h"

#include <algorithm>
#include <limits>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "daemon/rule_cover.h"

namespace tlswarden {
namespace {

using Texts = std::vector<std::string>;

constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

// Finds, for a rule, those before it that may cover it. A rule that covers another covers its first
// entry of each kind, too; so a rule is filed under all its entries of one kind, that with the
// least crowd, and looked for under what covers the first entries.
class Shelf {
 public:
  void Add(const Rule& rule, std::uint32_t place);
  // Calls with places until one is taken.
  template <typename Taken>
  bool Any(const Rule& rule, Taken taken) const;

 private:
  // Of one kind, all names under which a rule could be filed.
  static Texts Names(char kind, const DomainSet& domains);
  static Texts Names(char kind, const AddressSet& addresses);
  static std::vector<Texts> Choices(const Rule& rule);
  Texts Questions(const Rule& rule) const;
  std::size_t Crowd(const Texts& names) const;

  std::unordered_map<std::string, std::vector<std::uint32_t>> filed_;
  std::set<unsigned> prefixes_;        // of the networks
  std::vector<std::uint32_t> others_;  // those that can't be filed, or have too many entries
};

// More than this, and the rule is compared with each: there can't be many of these.
constexpr std::size_t kMostNames = 10000;

std::string Name(char kind, char reach, std::string_view text) {
  return std::string{kind, reach}.append(text);
}

std::string Name(const AddressRange& range) {
  const auto& octets = range.first.octets;
  return Name('a', static_cast<char>(range.prefix), std::string(octets.begin(), octets.end()));
}

Texts Shelf::Names(char kind, const DomainSet& domains) {
  Texts names;
  for (const DomainPattern& pattern : domains.patterns()) {
    const std::string& ascii = pattern.domain.ascii;
    if (pattern.reach != DomainPattern::Reach::kBelow) names.push_back(Name(kind, '=', ascii));
    if (pattern.reach != DomainPattern::Reach::kItself) names.push_back(Name(kind, '.', ascii));
  }
  return names;
}

Texts Shelf::Names(char kind, const AddressSet& addresses) {
  Texts names = Names(kind, addresses.domains());
  for (const std::string& address : addresses.addresses()) {
    names.push_back(Name(kind, '@', address));
  }
  if (addresses.Contains(MailAddress())) names.push_back(Name(kind, '@', ""));
  return names;
}

std::vector<Texts> Shelf::Choices(const Rule& rule) {
  const Matchers& match = rule.match;
  std::vector<Texts> choices;
  const auto offer = [&choices](char kind, const auto& set) {
    if (!set.empty()) choices.push_back(Names(kind, set));
  };
  const auto small = [](const DomainSet& set) { return set.patterns().size() <= kMostNames; };
  if (small(match.recipient_domain)) offer('r', match.recipient_domain);
  if (small(match.sender_domain)) offer('s', match.sender_domain);
  if (small(match.mx_host)) offer('m', match.mx_host);
  if (small(match.client_name)) offer('c', match.client_name);
  if (match.recipient.written().size() <= kMostNames) offer('R', match.recipient);
  if (match.sender.written().size() <= kMostNames) offer('S', match.sender);
  if (!match.client_address.empty() && match.client_address.ranges().size() <= kMostNames) {
    Texts& names = choices.emplace_back();
    for (const AddressRange& range : match.client_address.ranges()) names.push_back(Name(range));
  }
  if (!match.authenticated.empty() && match.authenticated.size() <= kMostNames) {
    Texts& names = choices.emplace_back();
    for (const std::string& login : match.authenticated) names.push_back(Name('l', '=', login));
  }
  return choices;
}

std::size_t Shelf::Crowd(const Texts& names) const {
  const auto found = filed_.find(names.front());
  return found == filed_.end() ? 0 : found->second.size();
}

void Shelf::Add(const Rule& rule, std::uint32_t place) {
  const std::vector<Texts> choices = Choices(rule);
  if (choices.empty()) return others_.push_back(place);
  const auto best =
      std::min_element(choices.begin(), choices.end(), [this](const Texts& a, const Texts& b) {
        return std::pair(Crowd(a), a.size()) < std::pair(Crowd(b), b.size());
      });
  for (const std::string& name : *best) filed_[name].push_back(place);
  for (const AddressRange& range : rule.match.client_address.ranges()) {
    prefixes_.insert(range.prefix);
  }
}

// Under which names something stands that covers the pattern.
void AskFor(char kind, const DomainPattern& pattern, Texts* questions) {
  const std::string_view name = pattern.domain.ascii;
  if (pattern.reach != DomainPattern::Reach::kBelow) questions->push_back(Name(kind, '=', name));
  if (pattern.reach == DomainPattern::Reach::kBelow) questions->push_back(Name(kind, '.', name));
  AnyAncestor(name, [&](std::string_view ancestor) {
    questions->push_back(Name(kind, '.', ancestor));
    return false;
  });
}

void AskFor(char kind, const AddressSet& addresses, Texts* questions) {
  if (addresses.empty()) return;
  const std::string& first = addresses.written().front();
  if (first == "<>") return questions->push_back(Name(kind, '@', ""));
  const std::size_t at = first.rfind('@');
  if (at == std::string::npos) {
    return AskFor(kind, addresses.domains().patterns().front(), questions);
  }
  questions->push_back(Name(kind, '@', first));
  AskFor(kind, DomainPattern{Domain{first.substr(at + 1)}}, questions);
}

void AskFor(char kind, const DomainSet& domains, Texts* questions) {
  if (!domains.empty()) AskFor(kind, domains.patterns().front(), questions);
}

Texts Shelf::Questions(const Rule& rule) const {
  const Matchers& match = rule.match;
  Texts questions;
  AskFor('r', match.recipient_domain, &questions);
  AskFor('s', match.sender_domain, &questions);
  AskFor('m', match.mx_host, &questions);
  AskFor('c', match.client_name, &questions);
  AskFor('R', match.recipient, &questions);
  AskFor('S', match.sender, &questions);
  for (const unsigned prefix : prefixes_) {
    if (match.client_address.empty()) break;
    const AddressRange& first = match.client_address.ranges().front();
    if (prefix <= first.prefix) questions.push_back(Name(Widened(first, prefix)));
  }
  if (!match.authenticated.empty()) {
    questions.push_back(Name('l', '=', *match.authenticated.begin()));
    questions.push_back(Name('l', '=', "yes"));
  }
  return questions;
}

template <typename Taken>
bool Shelf::Any(const Rule& rule, Taken taken) const {
  if (std::any_of(others_.begin(), others_.end(), taken)) return true;
  for (const std::string& question : Questions(rule)) {
    const auto found = filed_.find(question);
    if (found == filed_.end()) continue;
    if (std::any_of(found->second.begin(), found->second.end(), taken)) return true;
  }
  return false;
}

bool AsksForDomainsOnly(const Rule& rule) {
  return !rule.match.recipient_domain.empty() && !NeedsMessage(rule) &&
         rule.match.next_hop.empty() && rule.match.mx_host.empty();
}

// The rules that ask for recipients' domains only: each of these is lost to all rules behind.
class DomainOwners {
 public:
  void Add(const Rule& rule, std::uint32_t place) {
    if (!AsksForDomainsOnly(rule)) return;
    if (rule.match.recipient_domain.patterns().size() > kMostNames) {
      large_.emplace_back(place, &rule.match.recipient_domain);
      return;
    }
    for (const DomainPattern& pattern : rule.match.recipient_domain.patterns()) {
      const std::string& ascii = pattern.domain.ascii;
      if (pattern.reach != DomainPattern::Reach::kBelow) itself_.emplace(ascii, place);
      if (pattern.reach != DomainPattern::Reach::kItself) below_.emplace(ascii, place);
    }
  }

  // The first rule that covers the whole pattern, or kNone.
  std::uint32_t OwnerOf(const DomainPattern& pattern) const {
    const std::uint32_t small = SmallOwnerOf(pattern);
    for (const auto& [place, domains] : large_) {
      if (place < small && domains->Covers(pattern)) return place;
    }
    return small;
  }

 private:
  using Places = std::unordered_map<std::string, std::uint32_t>;

  static std::uint32_t Find(const Places& places, const std::string& name) {
    const auto found = places.find(name);
    return found == places.end() ? kNone : found->second;
  }

  std::uint32_t SmallOwnerOf(const DomainPattern& pattern) const {
    const std::uint32_t above = OwnerAbove(pattern.domain.ascii);
    const std::uint32_t itself = std::min(Find(itself_, pattern.domain.ascii), above);
    const std::uint32_t below = std::min(Find(below_, pattern.domain.ascii), above);
    if (pattern.reach == DomainPattern::Reach::kItself) return itself;
    if (pattern.reach == DomainPattern::Reach::kBelow) return below;
    return itself == below ? itself : above;
  }

  std::uint32_t OwnerAbove(std::string_view name) const {
    std::uint32_t first = kNone;
    if (below_.empty()) return first;
    AnyAncestor(name, [&](std::string_view ancestor) {
      first = std::min(first, Find(below_, std::string(ancestor)));
      return false;
    });
    return first;
  }

  Places itself_;
  Places below_;
  std::vector<std::pair<std::uint32_t, const DomainSet*>> large_;  // in the file's order
};

// All rules of one direction.
class Finder {
 public:
  Finder(const std::vector<Rule>& written, const std::vector<Rule>& filled, ConfigFile* file)
      : written_(written), filled_(filled), file_(file) {}

  void Look(std::uint32_t place) {
    const Rule& rule = filled_[place];
    const std::uint32_t coverer = CovererOf(rule);
    if (coverer != kNone) return Warn(rule, "", coverer);
    for (const DomainPattern& pattern : written_[place].match.recipient_domain.patterns()) {
      const std::uint32_t owner = owners_.OwnerOf(pattern);
      if (owner != kNone) Warn(rule, " recipient-domain " + ToString(pattern), owner);
    }
    if (!CanHide(rule)) return;
    shelf_.Add(rule, place);
    owners_.Add(rule, place);
  }

 private:
  std::uint32_t CovererOf(const Rule& rule) {
    std::uint32_t coverer = kNone;
    shelf_.Any(rule, [&](std::uint32_t place) {
      if (++comparisons_ > kMostComparisons) return true;
      const bool covers = Covers(filled_[place], rule);
      if (covers) coverer = place;
      return covers;
    });
    return coverer;
  }

  void Warn(const Rule& rule, const std::string& what, std::uint32_t earlier) {
    const Rule& first = filled_[earlier];
    file_->warnings.push_back(
        {rule.line, "[rule." + rule.name + "]" + what + ": never matches, since [rule." +
                        first.name + "] on line " + std::to_string(first.line) + " comes first"});
  }

  const std::vector<Rule>& written_;
  const std::vector<Rule>& filled_;
  ConfigFile* file_;
  Shelf shelf_;
  DomainOwners owners_;
  std::size_t comparisons_ = 0;
};

}  // namespace

void WarnOfHiddenRules(const std::vector<Rule>& written, const std::vector<Rule>& filled,
                       ConfigFile* file) {
  Finder outbound(written, filled, file);
  Finder inbound(written, filled, file);
  for (std::uint32_t place = 0; place < filled.size(); ++place) {
    if (!filled[place].match.never.empty()) continue;
    (filled[place].direction == Direction::kInbound ? inbound : outbound).Look(place);
  }
}

}  // namespace tlswarden
