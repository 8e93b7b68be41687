// fail2ban: whether an SMTP reply, as an MTA logs it, would get the client banned.
//
// A site that bans whoever is refused would lock out its own users and partners for a policy of
// somebody else's domain. Written after fail2ban 1.0.2 and newer (filter.d/postfix.conf,
// sendmail-reject.conf), its older releases, and filters that sites share.
#ifndef TLSWARDEN_TESTS_UNIT_MILTER_FAIL2BAN_H_
#define TLSWARDEN_TESTS_UNIT_MILTER_FAIL2BAN_H_

#include <algorithm>
#include <array>
#include <cctype>
#include <regex>
#include <string>
#include <string_view>

namespace tlswarden {

// Wherever they stand. The filters want them at the beginning; filters of sites are laxer.
inline constexpr std::array<std::string_view, 27> kBannedPhrases = {
    "access denied",
    "service unavailable",
    "client host rejected",
    "client host [",
    "command rejected",
    "address rejected",
    "sender address",
    "recipient address",
    "relay access",
    "relaying denied",
    "relaying temporarily denied",
    "malformed dns server reply",
    "host not found",
    "domain not found",
    "need fully-qualified hostname",
    "user unknown",
    "unknown user",
    "undeliverable address",
    "no such user",
    "ip name",
    "proper authentication required",
    "fix reverse dns",
    "domain of sender address",
    "rejected:",
    "connection rate limit",
    "too many",
    "authentication failed",
};

// In source files, where the same words may mean something else, only the words that filters begin
// with.
inline constexpr std::size_t kPhrasesOfFilters = 5;

// "550 5.7.5 TEXT" → what in it is banned, or nothing.
inline std::string WhyBanned(std::string_view reply) {
  std::string lower(reply);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const std::string_view phrase : kBannedPhrases) {
    if (lower.find(phrase) != std::string::npos) return std::string(phrase);
  }
  // Whatever follows these codes is banned by older releases and by filters against probing.
  static const std::regex kCodes(
      R"((?:554 5\.7\.1|450 4\.7\.1|450 4\.2\.0|550 5\.1\.1|450 4\.1\.8|504 5\.5\.2|421 )[^]*)");
  if (std::regex_match(lower, kCodes)) return "the codes";
  // The rejections of a command or an address may have an address in front, and may say just that a
  // table matched.
  static const std::regex kAtTheBeginning(
      R"([45][50][04] [45]\.\d\.\d+ (?:(?:<[^>]*>)?: )?match\b[^]*)");
  if (std::regex_match(lower, kAtTheBeginning)) return "match";
  return "";
}

}  // namespace tlswarden

#endif  // TLSWARDEN_TESTS_UNIT_MILTER_FAIL2BAN_H_
