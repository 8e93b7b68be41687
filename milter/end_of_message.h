// end_of_message: what becomes of a message as a whole, once all of it is known.
//
// Pure values and functions. A demand that is the message's own, and not its next hop's, is carried
// to the delivery as a tag (policy/message_tag.h), in one of three ways that MTAs were seen to
// understand: a header that Postfix turns into a transport, a tagged recipient (Postfix), a note
// under the queue id (Sendmail).
#ifndef TLSWARDEN_MILTER_END_OF_MESSAGE_H_
#define TLSWARDEN_MILTER_END_OF_MESSAGE_H_

#include <string>
#include <string_view>
#include <vector>

#include "milter/per_message.h"
#include "milter/recipient.h"
#include "milter/reply.h"
#include "policy/domain_set.h"
#include "policy/envelope.h"
#include "policy/record.h"

namespace tlswarden {

// The header's values are tags, and where to route to. Only we may write them.
inline constexpr std::string_view kRequireHeader = "X-Tlswarden-Require";
inline constexpr std::string_view kRouteHeader = "X-Tlswarden-Route";

struct HeaderRemoval {
  std::string name;
  int count = 0;  // so many of that name
};

struct RecipientChange {
  std::string from;        // as the MTA said it
  std::string to;          // with angle brackets
  std::string parameters;  // ESMTP parameters to keep, "NOTIFY=NEVER"
};

struct RecipientTag {
  std::string recipient;  // folded, "user@example.com"; "*" for those that aliases lead to
  std::string tag;
};

struct EndOfMessage {
  Reply reply;             // refuses the message when its code isn't empty
  std::string quarantine;  // why the MTA holds the message; empty: it doesn't
  std::vector<HeaderRemoval> remove;
  std::vector<Header> add;
  std::vector<RecipientChange> change;
  std::vector<RecipientTag> note;     // to be kept under the queue id before the reply
  std::vector<VerdictGiven> records;  // of recipients whose fate was decided only now
};

// A recipient with what its delivery needs. REQUIRES: recipient->question.recipient
struct TaggedRecipient {
  const RecipientQuestion* recipient = nullptr;
  std::string tag;                 // empty: nothing
  const Rule* route_by = nullptr;  // set: another transport takes it
};

bool NeedsCarrying(const TaggedRecipient& tagged);

// Fills in how the tags travel. `others`: recipients of the message that we don't judge, so that
// the header, which overrules all routing of Postfix, can't be used.
void Carry(PerMessage how, const std::vector<TaggedRecipient>& recipients, bool others,
           EndOfMessage& end);

}  // namespace tlswarden

#endif  // TLSWARDEN_MILTER_END_OF_MESSAGE_H_
