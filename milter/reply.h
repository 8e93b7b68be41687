// reply: from a verdict to the SMTP reply that the sender of the mail reads.
#ifndef TLSWARDEN_MILTER_REPLY_H_
#define TLSWARDEN_MILTER_REPLY_H_

#include <array>
#include <string>
#include <string_view>

#include "policy/inbound.h"
#include "policy/verdict.h"

namespace tlswarden {

inline constexpr std::size_t kMaxReplyText = 400;  // libmilter refuses lines above 980 octets

// Code and action always agree, since Postfix ignores a reply that doesn't. Never 421: Postfix
// would drop the whole session.
struct Reply {
  Action action = Action::kAccept;  // kAccept, kDefer or kReject
  std::string code;                 // "451", "550"; empty when accepted
  std::string enhanced;             // RFC 3463: 4.7.5/5.7.5 TLS or policy, 4.4.3 DNS
  std::string text;  // begins with the RFC 8460 result type; printable ASCII, '%' not doubled
  std::string more;  // a second line: where to read on; empty: none
};

// What the message was refused for, or nothing: quarantine and route accept it.
Reply MakeReply(const Verdict& verdict, std::string_view recipient = {});

// RFC 3207 section 4: 530 5.7.0 where there is no TLS at all.
Reply MakeReply(const InboundVerdict& verdict);

// For a message that would go out without what is demanded of its delivery. `for_good`: it isn't
// worth another try, or nobody would see it: mail from pickup is tried for ever and in silence.
Reply NotCarried(std::string_view why, bool for_good);

// What a rule's `reply =` may speak of.
struct ReplyFacts {
  std::string_view recipient, domain, reason, result_type, rule, mx_host, info_url;
};

// What stands for a fact: "{recipient}", with braces.
struct ReplyPlaceholder {
  std::string_view text;
  std::string_view ReplyFacts::*fact;
};

inline constexpr std::array<ReplyPlaceholder, 7> kReplyPlaceholders = {{
    {"{recipient}", &ReplyFacts::recipient},
    {"{domain}", &ReplyFacts::domain},
    {"{reason}", &ReplyFacts::reason},
    {"{result-type}", &ReplyFacts::result_type},
    {"{rule}", &ReplyFacts::rule},
    {"{mx-host}", &ReplyFacts::mx_host},
    {"{info-url}", &ReplyFacts::info_url},
}};

// What is filled in isn't looked at again.
std::string FillIn(std::string_view words, const ReplyFacts& facts);

// Why a message is held.
std::string HoldReason(std::string_view why, std::string_view rule);
std::string HoldReason(const Verdict& verdict);  // REQUIRES: verdict.failure

// "550 5.7.5", or empty.
std::string CodesOf(const Reply& reply);

// The graver of two; the first of equals.
const Reply& Graver(const Reply& a, const Reply& b);

}  // namespace tlswarden

#endif  // TLSWARDEN_MILTER_REPLY_H_
