// MessageTag: what one message demands for a recipient, beyond what the recipient's domain does.
//
// The milter decides on it; the MTA carries it to the delivery: Postfix in the message, Sendmail by
// asking back under its queue id.
#ifndef TLSWARDEN_POLICY_MESSAGE_TAG_H_
#define TLSWARDEN_POLICY_MESSAGE_TAG_H_

#include <optional>
#include <string>
#include <string_view>

namespace tlswarden {

inline constexpr std::size_t kMaxTagOctets = 128;
inline constexpr std::size_t kMaxRecipientOctets = 2048;  // RFC 5321 wants 64 + 1 + 255

struct MessageTag {
  enum class Kind { kNone, kEncrypt, kAuthenticated, kDane, kRule };
  Kind kind = Kind::kNone;
  std::string rule;  // kRule: the name of the rule whose demand is meant
  bool operator==(const MessageTag&) const = default;
};

// `none`, `encrypt`, `authenticated`, `dane`, `rule-NAME`; at most kMaxTagOctets. NAME has letters,
// digits, hyphens and underscores.
std::optional<MessageTag> ParseMessageTag(std::string_view text);
std::string ToString(const MessageTag& tag);

// One address has one form, whichever part of the MTA says it: without angle brackets, the domain
// (after the last '@') in lower case and without trailing dots. The local part stays as it is.
// Nothing when it is empty, longer than kMaxRecipientOctets, or has control characters.
std::optional<std::string> CanonicalRecipient(std::string_view address);

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_MESSAGE_TAG_H_
