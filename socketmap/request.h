// request: what an MTA asks of a policy map: `NAME KEY`, with the key forms that Postfix and
// Sendmail were seen to send.
#ifndef TLSWARDEN_SOCKETMAP_REQUEST_H_
#define TLSWARDEN_SOCKETMAP_REQUEST_H_

#include <optional>
#include <string_view>

#include "policy/next_hop.h"
#include "socketmap/message_request.h"

namespace tlswarden {

struct MapRequest {
  std::string_view map;  // within the request
  std::string_view key;
  // Empty when no policy can apply: a parent (`.example.com`, which Postfix asks after NOTFOUND
  // and RFC 8461 section 3.4 forbids to use), an address, or no name at all.
  std::optional<NextHop> next_hop;
  // Of a map named `require-TAG` or `rule-NAME` (policy/message_tag.h), within the request.
  std::string_view tag{};
  std::optional<MessageKey> message{};  // kMessageMap alone: a message and a recipient
  bool with_tlsrpt = false;             // the map's name ends in TLSRPT: attributes of Postfix 3.10
};

// Nothing when there is no blank between a name and a key.
std::optional<MapRequest> ParseMapRequest(std::string_view request);

}  // namespace tlswarden

#endif  // TLSWARDEN_SOCKETMAP_REQUEST_H_
