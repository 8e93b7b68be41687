#include "socketmap/message_request.h"

#include <algorithm>

#include "policy/ascii.h"

namespace tlswarden {
namespace {

bool IsQueueId(std::string_view text) {
  return !text.empty() && text.size() <= kMaxQueueIdOctets &&
         std::all_of(text.begin(), text.end(), IsAlnum);
}

}  // namespace

std::optional<MessageKey> ParseMessageKey(std::string_view key) {
  const std::size_t colon = key.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  MessageKey parsed;
  parsed.queue_id = key.substr(0, colon);
  parsed.address = key.substr(colon + 1);
  if (!IsQueueId(parsed.queue_id)) return std::nullopt;
  const std::optional<std::string> recipient = CanonicalRecipient(parsed.address);
  if (!recipient) return std::nullopt;
  // A quoted local part may hold others.
  const std::size_t at = recipient->rfind('@');
  if (at == std::string::npos) return parsed;
  // A domain, no next hop: a port or brackets in it would ask about something else.
  const Result<Domain> domain = ParseDomain(std::string_view(*recipient).substr(at + 1));
  if (domain) parsed.next_hop = NextHop{*domain};
  return parsed;
}

}  // namespace tlswarden
