// rule_text: what the texts in a rule may be: a reply, a web page, a mailbox, a fingerprint.
//
// Pure. They reach SMTP replies, mails and other MTAs' maps, so nothing may stand in them that
// could mean something there.
#ifndef TLSWARDEN_DAEMON_RULE_TEXT_H_
#define TLSWARDEN_DAEMON_RULE_TEXT_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "policy/result.h"

namespace tlswarden {

inline constexpr std::size_t kMaxReplyTemplateOctets = 300;
inline constexpr std::size_t kMaxInfoUrlOctets = 200;
inline constexpr std::size_t kMaxTransportOctets = 255;

// Nothing when the text is good.
std::optional<std::string> WhyBadReplyTemplate(std::string_view text);
std::optional<std::string> WhyBadInfoUrl(std::string_view text);
std::optional<std::string> WhyBadMailbox(std::string_view text);

// The name of a transport and, after a colon, a next hop: "gateway", "smtp:[gw.example]:10025".
bool IsTransport(std::string_view text);

// SHA-256 in hexadecimal, with or without colons; as Postfix writes it: "AB:CD:...".
Result<std::string> ParseFingerprint(std::string_view text);

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_RULE_TEXT_H_
