// MailAddress: an address of the envelope, as an MTA said it.
//
// Any octets may come: nothing here refuses, but only what reads as a domain becomes one.
#ifndef TLSWARDEN_POLICY_MAIL_ADDRESS_H_
#define TLSWARDEN_POLICY_MAIL_ADDRESS_H_

#include <optional>
#include <string>
#include <string_view>

#include "policy/domain.h"

namespace tlswarden {

struct MailAddress {
  std::string text;   // without angle brackets; empty for the null sender
  std::string local;  // before the last '@', as written
  Domain domain;      // empty: none, an address literal, or no name at all
  bool operator==(const MailAddress&) const = default;
};

// With or without angle brackets. A quoted local part may hold an '@': the last one counts.
MailAddress ParseMailAddress(std::string_view text);

// For comparing: the local part in lower case (ASCII) and the domain, "user@example.com"; empty
// when there is no domain.
std::string FoldedAddress(const MailAddress& address);

inline constexpr std::size_t kMaxKeptRecipientOctets = 2048;  // RFC 5321 wants 64 + 1 + 255

// One address has one form, whichever part of the MTA says it: without angle brackets, the domain
// (after the last '@') in lower case and without trailing dots. The local part stays as it is.
// Nothing when it is empty, longer than kMaxKeptRecipientOctets, or has control characters.
std::optional<std::string> CanonicalRecipient(std::string_view address);

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_MAIL_ADDRESS_H_
