#include "milter/reply.h"

namespace tlswarden {
namespace {

// One sentence for whoever sent the mail; the result type in front is what bounce parsers know.
std::string Sentence(const Verdict& verdict) {
  const std::string domain = verdict.policy_domain.ascii;
  std::string text(ToString(verdict.failure->type));
  text += ": mail to " + domain + " can't be sent safely";
  if (verdict.action == Action::kDefer) text += " now";
  return text + ": " + verdict.failure->reason;
}

std::string PrintableAscii(std::string text) {
  for (char& c : text) {
    if (c < 0x20 || c > 0x7e) c = '?';
  }
  if (text.size() > kMaxReplyText) text.resize(kMaxReplyText);
  return text;
}

}  // namespace

Reply MakeReply(const Verdict& verdict) {
  Reply reply;
  reply.action = ActionTaken(verdict);
  if (reply.action == Action::kAccept || !verdict.failure) return {};
  const bool reject = reply.action == Action::kReject;
  reply.code = reject ? "550" : "451";
  if (verdict.lookup_failed) {
    reply.enhanced = reject ? "5.4.3" : "4.4.3";
  } else {
    reply.enhanced = reject ? "5.7.5" : "4.7.5";
  }
  reply.text = PrintableAscii(Sentence(verdict));
  return reply;
}

std::string CodesOf(const Reply& reply) {
  return reply.code.empty() ? "" : reply.code + ' ' + reply.enhanced;
}

}  // namespace tlswarden
