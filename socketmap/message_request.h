// message_request: what Sendmail's tls_rcpt ruleset asks about one message: `QUEUEID:ADDRESS`.
//
// Beside request, which has the domains' maps. The socketmap's name is that of the map in
// contrib/sendmail/tlswarden.mc.
#ifndef TLSWARDEN_SOCKETMAP_MESSAGE_REQUEST_H_
#define TLSWARDEN_SOCKETMAP_MESSAGE_REQUEST_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "policy/mail_address.h"
#include "policy/next_hop.h"

namespace tlswarden {

inline constexpr std::string_view kMessageMap = "tls_rcpt";
inline constexpr std::size_t kMaxQueueIdOctets = 64;  // Sendmail's have 14 to 17

struct MessageKey {
  std::string_view queue_id;  // within the key; letters and digits
  std::string_view address;   // within the key; CanonicalRecipient takes it
  // The address's domain. Empty when no policy can apply: a local address, an address literal.
  std::optional<NextHop> next_hop;
};

// Pure. Nothing when the key hasn't this form.
std::optional<MessageKey> ParseMessageKey(std::string_view key);

// Finds the tag that the milter kept for a message and recipient, or nothing. Errors: nobody knows
// now, and the mail has to wait. Called on the socketmap's thread.
using FoundTag = Result<std::optional<std::string>>;
using FindTag = std::function<FoundTag(std::string_view queue_id, std::string_view address)>;

}  // namespace tlswarden

#endif  // TLSWARDEN_SOCKETMAP_MESSAGE_REQUEST_H_
