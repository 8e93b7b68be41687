#include "socketmap/answers.h"

#include <algorithm>
#include <utility>

#include "policy/judge.h"
#include "policy/message_tag.h"
#include "socketmap/netstring.h"
#include "socketmap/postfix_reply.h"
#include "socketmap/requiretls_reply.h"
#include "socketmap/sendmail_reply.h"

namespace tlswarden {
namespace {

// A verdict holds as long as its evidence, and no longer than the policy it may rest on.
Time HoldsUntil(const Evidence& evidence, Time now) {
  const Time usable = evidence.UsableUntil();
  if (!evidence.sts.learned || evidence.sts.learned->ExpiresAt() <= now) return usable;
  return std::min(usable, evidence.sts.learned->ExpiresAt());
}

// Then the resolver is asked again, and so learns that the domain is in use.
constexpr std::chrono::seconds kMostReady{60};

std::string AnswerFor(const MapRequest& request, const Verdict& verdict) {
  if (request.map == kSendmailMap) return SendmailReply(verdict);
  return PostfixReply(verdict, request.with_tlsrpt);
}

}  // namespace

FoundTag Answers::TagOf(const MapRequest& request) const {
  if (!request.message || !find_tag_) return std::optional<std::string>();
  return find_tag_(request.message->queue_id, request.message->address);
}

// No policy can apply; a message may demand something all the same.
std::string Answers::WithoutDomain(const MapRequest& request) const {
  if (request.map != kMessageMap) return std::string(kNotFound);
  if (!request.message) return "PERM expected: QUEUEID:ADDRESS";
  const FoundTag tag = TagOf(request);
  if (!tag) return "TEMP " + tag.error();
  return SendmailReplyWithoutDomain(orders_->outbound.mode == Mode::kEnforce ? *tag : std::nullopt);
}

void Answers::TakeOrders() {
  // The number first: orders that come in between are then taken once more.
  orders_version_ = current_.version();
  orders_ = current_.Get();
  ready_.clear();
}

bool Answers::AppendReady(std::string_view request, Time now, std::string& out,
                          std::optional<MapRequest>& missing) {
  if (orders_version_ != current_.version()) TakeOrders();
  const bool record_all = sink_.WantsCachedMapAnswers();
  if (const auto it = ready_.find(request); it != ready_.end() && !record_all) {
    // An end further away than ever set was set before the clock went back.
    if (now < it->second.until && it->second.until <= now + kMostReady) {
      out += it->second.framed;
      return true;
    }
    ready_.erase(it);
  }
  const std::optional<MapRequest> parsed = ParseMapRequest(request);
  if (!parsed) {
    AppendNetstring("PERM expected: NAME KEY", out);
    return true;
  }
  if (!parsed->next_hop || orders_->outbound.mode == Mode::kOff) {
    AppendNetstring(WithoutDomain(*parsed), out);
    return true;
  }
  if (parsed->map == kRequireTlsMap) {
    AppendNetstring(RequireTlsReply(*parsed->next_hop, orders_->outbound, now), out);
    return true;
  }
  const EvidencePtr evidence = resolver_.Cached(*parsed->next_hop);
  if (evidence == nullptr) {
    missing = parsed;
    return false;
  }
  AppendJudged(request, *parsed, evidence, true, std::chrono::microseconds(0), out);
  return true;
}

void Answers::AppendJudged(std::string_view request, const MapRequest& parsed,
                           const EvidencePtr& evidence, bool cache_hit,
                           std::chrono::microseconds took, std::string& out) {
  Question question{*parsed.next_hop, parsed.next_hop->domain};
  MapAnswered record;
  const FoundTag kept = TagOf(parsed);
  if (!kept) {
    AppendNetstring("TEMP " + kept.error(), out);
    return;
  }
  const std::string tag = kept->value_or(std::string(parsed.tag));
  const bool tagged = !tag.empty() && tag != kDefaultTag;
  if (tagged) question.order = OrderOf(tag, orders_->outbound.rules);
  if (tagged && question.order == nullptr) {
    // A rule that is gone: the message that was told apart by it waits for a person.
    AppendNetstring("TEMP no rule of this name: " + tag, out);
    return;
  }
  const auto judge = [&, now = resolver_.Now()] {
    return JudgeAnswer(question, evidence.get(), orders_->outbound, now);
  };
  record.verdict = judge();
  if (!parsed.message) {
    record.answer = AnswerFor(parsed, record.verdict);
  } else if (!tagged) {
    record.answer = SendmailMessageReply(record.verdict, record.verdict);
  } else {
    question.order = nullptr;
    record.answer = SendmailMessageReply(record.verdict, judge());
  }
  AppendNetstring(record.answer, out);
  // An answer about one message is never asked for again.
  if (evidence != nullptr && !parsed.message) Keep(request, record.answer, *evidence);
  if (cache_hit && !tagged && !sink_.WantsCachedMapAnswers()) return;
  record.map = std::string(parsed.map);
  record.key = std::string(parsed.key);
  record.cache_hit = cache_hit;
  record.took = took;
  sink_.Write(std::move(record));
}

void Answers::Keep(std::string_view request, const std::string& answer, const Evidence& evidence) {
  if (evidence.sts.interim) return;  // the policy may be known in a moment
  const Time now = resolver_.Now();
  const Time until = std::min(HoldsUntil(evidence, now), now + kMostReady);
  if (until <= now) return;
  // They are cheap to make again from the evidence; a flood of names only costs that.
  if (ready_.size() >= kMaxReadyAnswers) ready_.clear();
  Ready ready{{}, until};
  AppendNetstring(answer, ready.framed);
  ready_.insert_or_assign(std::string(request), std::move(ready));
}

}  // namespace tlswarden
