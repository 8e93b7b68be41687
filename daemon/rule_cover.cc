#include "daemon/rule_cover.h"

#include <algorithm>
#include <string>
#include <vector>

#include "policy/ascii.h"
#include "policy/glob.h"
#include "policy/next_hop.h"

namespace tlswarden {
namespace {

using Texts = std::vector<std::string>;

bool CoversAll(const DomainSet& wide, const DomainSet& narrow) {
  return std::all_of(narrow.patterns().begin(), narrow.patterns().end(),
                     [&wide](const DomainPattern& pattern) { return wide.Covers(pattern); });
}

bool CoversAll(const AddressSet& wide, const AddressSet& narrow) { return wide.Covers(narrow); }

bool CoversAll(const NextHopSet& wide, const NextHopSet& narrow) {
  return CoversAll(wide.domains, narrow.domains) &&
         std::all_of(narrow.exact.begin(), narrow.exact.end(), [&wide](const std::string& text) {
           return wide.exact.contains(text) ||
                  wide.domains.Contains(ParseNextHop(text).value().domain);
         });
}

bool CoversAll(const AddressRanges& wide, const AddressRanges& narrow) {
  return std::all_of(narrow.ranges().begin(), narrow.ranges().end(),
                     [&wide](const AddressRange& range) { return wide.Covers(range); });
}

// Logins.
bool CoversAll(const TextSet& wide, const TextSet& narrow) {
  return std::all_of(narrow.begin(), narrow.end(), [&wide](const std::string& word) {
    return wide.contains(word) || (word != "no" && wide.contains("yes"));
  });
}

// A glob as a text is matched by any glob that matches all that it matches, and by some that don't
// only if those hold `?`.
bool GlobCovers(const std::string& wide, const std::string& narrow) {
  return EqualsIgnoringCase(wide, narrow) ||
         (wide.find('?') == std::string::npos && GlobMatches(wide, narrow));
}

bool CoversAll(const Texts& wide, const Texts& narrow) {
  return std::all_of(narrow.begin(), narrow.end(), [&wide](const std::string& text) {
    return std::any_of(wide.begin(), wide.end(),
                       [&text](const std::string& glob) { return GlobCovers(glob, text); });
  });
}

bool CoversAll(const std::vector<HeaderPattern>& wide, const std::vector<HeaderPattern>& narrow) {
  return std::all_of(narrow.begin(), narrow.end(), [&wide](const HeaderPattern& pattern) {
    return std::any_of(wide.begin(), wide.end(), [&pattern](const HeaderPattern& other) {
      return other.name == pattern.name && GlobCovers(other.glob, pattern.glob);
    });
  });
}

template <typename T>
bool MatcherCovers(const T& wide, const T& narrow) {
  return wide.empty() || (!narrow.empty() && CoversAll(wide, narrow));
}

// Names, not globs.
bool ListenersCover(const Texts& wide, const Texts& narrow) {
  const auto has = [&wide](const std::string& name) {
    return std::any_of(wide.begin(), wide.end(), [&name](const std::string& other) {
      return EqualsIgnoringCase(name, other);
    });
  };
  return wide.empty() || (!narrow.empty() && std::all_of(narrow.begin(), narrow.end(), has));
}

}  // namespace

bool CanHide(const Rule& rule) {
  const bool only_signed_mx =
      !rule.match.mx_host.empty() && rule.outbound.require == Requirement::kNone;
  return rule.mode != Mode::kObserve && !rule.until && rule.match.never.empty() && !only_signed_mx;
}

bool Covers(const Rule& earlier, const Rule& later) {
  const Matchers& wide = earlier.match;
  const Matchers& narrow = later.match;
  return earlier.direction == later.direction && CanHide(earlier) &&
         MatcherCovers(wide.recipient_domain, narrow.recipient_domain) &&
         MatcherCovers(wide.sender_domain, narrow.sender_domain) &&
         MatcherCovers(wide.recipient, narrow.recipient) &&
         MatcherCovers(wide.sender, narrow.sender) &&
         MatcherCovers(wide.next_hop, narrow.next_hop) &&
         MatcherCovers(wide.mx_host, narrow.mx_host) &&
         MatcherCovers(wide.transport, narrow.transport) &&
         MatcherCovers(wide.client_address, narrow.client_address) &&
         MatcherCovers(wide.client_name, narrow.client_name) &&
         MatcherCovers(wide.authenticated, narrow.authenticated) &&
         ListenersCover(wide.listener, narrow.listener) &&
         MatcherCovers(wide.header, narrow.header);
}

}  // namespace tlswarden
