#include "milter/reply.h"

#include <utility>

#include "policy/ascii.h"

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

std::string Words(const Verdict& verdict, std::string_view recipient) {
  if (verdict.by == nullptr || verdict.by->reply.empty()) return Sentence(verdict);
  const Failure& failure = *verdict.failure;
  const std::string_view type = ToString(failure.type);
  const ReplyFacts facts{recipient,    verdict.policy_domain.ascii, failure.reason,      type,
                         verdict.rule, verdict.mx_hostname,         verdict.by->info_url};
  return std::string(type) + ": " + FillIn(verdict.by->reply, facts);
}

// What is too long is cut off.
std::string ReplyText(std::string_view text) {
  return PrintableAscii(text.substr(0, kMaxReplyText));
}

std::string More(const RulePtr& rule) {
  if (rule == nullptr || rule->info_url.empty()) return {};
  return ReplyText("see " + rule->info_url);
}

std::string_view EnhancedCode(const Verdict& verdict, bool reject) {
  if (verdict.lookup_failed) return reject ? "5.4.3" : "4.4.3";
  if (verdict.requiretls && reject) return "5.7.30";  // RFC 8689 section 4.2.1
  return reject ? "5.7.5" : "4.7.5";
}

std::string InboundWords(const InboundVerdict& verdict) {
  const InboundFailure& failure = *verdict.failure;
  if (verdict.by != nullptr && !verdict.by->reply.empty()) {
    const ReplyFacts facts{{}, {}, failure.reason, {}, verdict.rule, {}, verdict.by->info_url};
    std::string words = FillIn(verdict.by->reply, facts);
    if (!words.empty()) return words;  // some placeholders stand for nothing here
  }
  if (failure.no_tls) return "Must issue a STARTTLS command first: " + failure.reason;
  return "validation-failure: " + failure.reason;
}

}  // namespace

Reply MakeReply(const Verdict& verdict, std::string_view recipient) {
  const Action action = ActionTaken(verdict);
  const bool reject = action == Action::kReject;
  if ((!reject && action != Action::kDefer) || !verdict.failure) return {};
  Reply reply;
  reply.action = action;
  reply.code = reject ? "550" : "451";
  reply.enhanced = EnhancedCode(verdict, reject);
  reply.text = ReplyText(Words(verdict, recipient));
  reply.more = More(verdict.by);
  return reply;
}

Reply MakeReply(const InboundVerdict& verdict) {
  const Action action = ActionTaken(verdict);
  const bool reject = action == Action::kReject;
  if ((!reject && action != Action::kDefer) || !verdict.failure) return {};
  const bool no_tls = verdict.failure->no_tls;
  Reply reply;
  reply.action = action;
  reply.code = reject ? (no_tls ? "530" : "550") : "451";
  reply.enhanced = std::string(reject ? "5" : "4") + (no_tls ? ".7.0" : ".7.5");
  reply.text = ReplyText(InboundWords(verdict));
  reply.more = More(verdict.by);
  return reply;
}

Reply NotCarried(std::string_view why, bool for_good) {
  Reply reply;
  reply.action = for_good ? Action::kReject : Action::kDefer;
  reply.code = for_good ? "550" : "451";
  reply.enhanced = for_good ? "5.3.0" : "4.3.0";
  reply.text = "the TLS that is required for this message can't be passed on: ";
  reply.text += why;
  return reply;
}

std::string FillIn(std::string_view words, const ReplyFacts& facts) {
  std::string text;
  while (!words.empty()) {
    std::size_t length = 1;
    std::string_view next = words.substr(0, 1);
    for (const ReplyPlaceholder& place : kReplyPlaceholders) {
      if (!words.starts_with(place.text)) continue;
      length = place.text.size();
      next = facts.*place.fact;
    }
    text += next;
    words.remove_prefix(length);
  }
  return text;
}

std::string HoldReason(std::string_view why, std::string_view rule) {
  return ReplyText("tlswarden: " + std::string(why) + " (rule " + std::string(rule) + ')');
}

std::string HoldReason(const Verdict& verdict) {
  return HoldReason(ToString(*verdict.failure), verdict.rule);
}

std::string CodesOf(const Reply& reply) {
  return reply.code.empty() ? "" : reply.code + ' ' + reply.enhanced;
}

const Reply& Graver(const Reply& a, const Reply& b) {
  const auto rank = [](const Reply& reply) {
    return reply.action == Action::kReject ? 2 : reply.action == Action::kDefer ? 1 : 0;
  };
  return rank(b) > rank(a) ? b : a;
}

}  // namespace tlswarden
