#include "milter/end_of_message.h"

#include <algorithm>

#include "policy/message_tag.h"

namespace tlswarden {
namespace {

constexpr std::string_view kRoutePrefix = "route-";

// Postfix's FILTER wants a colon behind the transport's name; nothing after it means: to the
// recipient's own domain.
std::string FilterOf(const Rule& rule) {
  return rule.route.find(':') == std::string::npos ? rule.route + ':' : rule.route;
}

Header HeaderFor(const TaggedRecipient& recipient) {
  if (recipient.route_by != nullptr) {
    return {std::string(kRouteHeader), FilterOf(*recipient.route_by)};
  }
  return {std::string(kRequireHeader), recipient.tag};
}

// One transport for all: the fewest changes, and what the administrator sees in mailq stays.
bool OneHeaderIsEnough(const std::vector<TaggedRecipient>& recipients, bool others) {
  if (others) return false;
  const TaggedRecipient& first = recipients.front();
  return std::all_of(recipients.begin(), recipients.end(), [&first](const TaggedRecipient& other) {
    return other.tag == first.tag && other.route_by == first.route_by;
  });
}

void ChangeRecipients(const std::vector<TaggedRecipient>& recipients, EndOfMessage& end) {
  for (const TaggedRecipient& tagged : recipients) {
    if (!NeedsCarrying(tagged)) continue;
    const RecipientQuestion& recipient = *tagged.recipient;
    const std::string word =
        tagged.route_by == nullptr ? tagged.tag : std::string(kRoutePrefix) + tagged.route_by->name;
    // As the MTA has rewritten it: what it makes of "a%b.example==tag" is another address.
    const MailAddress& address = *recipient.question.recipient;
    end.change.push_back({recipient.recipient, '<' + TaggedAddress(address, word) + '>',
                          DsnParametersOf(recipient)});
  }
}

// Aliases are resolved after us: whoever they lead to gets the strictest of the message's tags. So
// those that need none are noted, too.
void NoteTags(const std::vector<TaggedRecipient>& recipients, EndOfMessage& end) {
  std::string strictest;
  for (const TaggedRecipient& tagged : recipients) {
    strictest = StricterTag(strictest, tagged.tag);
    const std::string& address = tagged.recipient->question.recipient->text;
    end.note.push_back({address, tagged.tag.empty() ? std::string(kDefaultTag) : tagged.tag});
  }
  end.note.push_back({"*", strictest.empty() ? std::string(kDefaultTag) : strictest});
}

}  // namespace

bool NeedsCarrying(const TaggedRecipient& tagged) {
  return !tagged.tag.empty() || tagged.route_by != nullptr;
}

void Carry(PerMessage how, const std::vector<TaggedRecipient>& recipients, bool others,
           EndOfMessage& end) {
  if (std::none_of(recipients.begin(), recipients.end(), NeedsCarrying)) return;
  switch (how) {
    case PerMessage::kOff:
      break;
    case PerMessage::kPostfix:
      if (OneHeaderIsEnough(recipients, others)) {
        end.add.push_back(HeaderFor(recipients.front()));
      } else {
        ChangeRecipients(recipients, end);
      }
      break;
    case PerMessage::kSendmail:
      NoteTags(recipients, end);
      break;
  }
}

}  // namespace tlswarden
