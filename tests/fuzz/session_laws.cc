#include "tests/fuzz/session_laws.h"

#include <algorithm>

#include "policy/judge.h"
#include "policy/message_tag.h"
#include "tests/fuzz/check.h"
#include "tests/unit/policy/build.h"

namespace tlswarden {
namespace {

bool IsLine(std::string_view text) {
  return text.size() <= kMaxReplyText &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c <= 0x7e; });
}

void CheckWord(std::string_view word) {
  const bool good = !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
  Check(good, "a tag is a word", word);
}

// The word by which the recipient is carried; empty: none.
std::string CarriedBy(const TakenRecipient& recipient, const EndOfMessage& end) {
  for (const Header& header : end.add) {
    if (header.name != kReceivedTlsHeader) return header.value;
  }
  for (const RecipientChange& change : end.change) {
    if (change.from != recipient.question.recipient) continue;
    const std::size_t mark = change.to.rfind("==tlswarden-");
    Check(mark != std::string::npos, "a changed recipient is tagged", change.to);
    const std::string rest = change.to.substr(mark + 12);
    return rest.substr(0, rest.find_first_of("@\">"));
  }
  const std::string folded = FoldedAddress(*recipient.question.question.recipient);
  for (const RecipientTag& tag : end.note) {
    if (tag.recipient == (folded.empty() ? "*" : folded) && tag.tag != kDefaultTag) return tag.tag;
  }
  return {};
}

// At the delivery the tag makes of the same evidence what the message demands.
void CheckTag(const TakenRecipient& recipient, const Verdict& verdict, const std::string& tag,
              const Outbound& outbound) {
  CheckWord(tag);
  Question question{recipient.question.question.next_hop,
                    recipient.question.question.next_hop.domain};
  question.order = OrderOf(tag, outbound.rules);
  Check(question.order != nullptr, "a tag stands for an order", tag);
  const Verdict at_delivery = JudgeAnswer(question, recipient.evidence.get(), outbound, kNow);
  const bool let_go = tag == "published" && verdict.failure;  // by on-failure = accept
  Check(let_go || at_delivery.requirement >= verdict.requirement, "the tag demands as much", tag);
}

void CheckTaken(const TakenRecipient& recipient, const MessageSoFar& so_far, PerMessage how,
                const Outbound& outbound, const EndOfMessage& end) {
  const Verdict verdict =
      JudgeAnswer(recipient.question.question, recipient.evidence.get(), outbound, kNow);
  const Action action = ActionTaken(verdict);
  Check(action != Action::kReject, "what is rejected isn't taken", recipient.argument);
  Check(action != Action::kDefer || so_far.local, "what is deferred isn't taken");
  if (!end.quarantine.empty()) return;
  Check(action != Action::kQuarantine, "what is to be held is held", recipient.argument);
  const std::string word = CarriedBy(recipient, end);
  if (action == Action::kRoute) return Check(!word.empty(), "what is routed is carried");
  if (!word.empty() && how != PerMessage::kSendmail) CheckTag(recipient, verdict, word, outbound);
  const OnFailure on_failure = verdict.by == nullptr
                                   ? outbound.on_failure
                                   : verdict.by->on_failure.value_or(outbound.on_failure);
  const bool may_be_dropped =
      verdict.observed || (on_failure == OnFailure::kAccept && !verdict.requiretls) ||
      (how == PerMessage::kOff && (verdict.by == nullptr || !NeedsMessage(*verdict.by)));
  if (may_be_dropped || !word.empty()) return;
  const NextHop& hop = recipient.question.question.next_hop;
  const Verdict by_map = JudgeAnswer({hop, hop.domain}, recipient.evidence.get(), outbound, kNow);
  Check(by_map.requirement >= verdict.requirement, "what is demanded isn't dropped",
        recipient.argument);
}

void CheckChanges(const MessageSoFar& so_far, const SessionOptions& options,
                  const EndOfMessage& end) {
  int removed = 0;
  for (const HeaderRemoval& removal : end.remove) removed += removal.count;
  Check(removed == so_far.own_headers, "the client's headers go");
  const auto carries = [](const Header& header) { return header.name != kReceivedTlsHeader; };
  const auto headers = std::count_if(end.add.begin(), end.add.end(), carries);
  Check(headers <= 1, "one FILTER");
  Check(headers == 0 || (!so_far.others && end.change.empty()), "FILTER is for all recipients");
  const bool postfix = options.per_message == PerMessage::kPostfix;
  Check(postfix || (headers == 0 && end.change.empty()), "only Postfix has transports");
  Check(options.per_message == PerMessage::kSendmail || end.note.empty(), "only Sendmail asks");
  for (const RecipientChange& change : end.change) {
    const auto is_it = [&change](const TakenRecipient& taken) {
      return taken.question.recipient == change.from;
    };
    Check(std::any_of(so_far.taken.begin(), so_far.taken.end(), is_it), "nobody is added");
    Check(IsTagged(ParseMailAddress(change.to)), "a changed recipient is tagged", change.to);
  }
  Check(end.quarantine.empty() || IsLine(end.quarantine), "why it is held is a line");
}

}  // namespace

void CheckReply(const Reply& reply) {
  const bool reject = reply.action == Action::kReject;
  if (reply.code.empty()) return Check(reply.action == Action::kAccept, "no code, no refusal");
  Check(reject || reply.action == Action::kDefer, "a code refuses");
  Check(reply.code.size() == 3 && reply.code[0] == (reject ? '5' : '4'), "code", reply.code);
  Check(reply.code != "421", "Postfix would drop the session");
  Check(reply.enhanced.size() >= 5 && reply.enhanced[0] == reply.code[0], "enhanced code",
        reply.enhanced);
  Check(!reply.text.empty() && IsLine(reply.text), "a reply is a line", reply.text);
  Check(IsLine(reply.more), "and so is its second", reply.more);
}

void CheckEnd(const MessageSoFar& so_far, const SessionOptions& options, const Session& session,
              const EndOfMessage& end) {
  CheckReply(end.reply);
  Check(!so_far.local || end.reply.action != Action::kDefer, "pickup would try for ever");
  if (!end.reply.code.empty()) {
    return Check(end.add.empty() && end.change.empty() && end.note.empty(), "refused: no changes");
  }
  CheckChanges(so_far, options, end);
  for (const TakenRecipient& recipient : so_far.taken) {
    CheckTaken(recipient, so_far, options.per_message, session.orders()->outbound, end);
  }
}

}  // namespace tlswarden
