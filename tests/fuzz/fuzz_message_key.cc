// The key that Sendmail asks with, `QUEUEID:ADDRESS`: what is taken lies within it and is bounded,
// whichever way an address is written it has one form, and each tag reads back.
#include <cstdint>
#include <string>
#include <string_view>

#include "socketmap/message_request.h"
#include "tests/fuzz/check.h"

namespace {

using namespace tlswarden;

void CheckKey(std::string_view key) {
  const std::optional<MessageKey> parsed = ParseMessageKey(key);
  if (!parsed) return;
  Check(parsed->queue_id.size() + 1 + parsed->address.size() == key.size(), "all of the key");
  Check(!parsed->queue_id.empty() && parsed->queue_id.size() <= kMaxQueueIdOctets, "a queue id");
  const std::optional<std::string> recipient = CanonicalRecipient(parsed->address);
  Check(recipient && recipient->size() <= kMaxKeptRecipientOctets, "an address that can be kept");
  Check(CanonicalRecipient("<" + *recipient + ">") == recipient, "one form", *recipient);
  if (!parsed->next_hop) return;
  Check(!parsed->next_hop->address_literal && !parsed->next_hop->bracketed, "a domain");
  Check(parsed->next_hop->port == kSmtpPort, "a domain has no port");
  Check(ParseNextHop(ToString(*parsed->next_hop)).value() == *parsed->next_hop, "reads back");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  CheckKey(text);
  CheckKey("q:" + std::string(text));
  return 0;
}
