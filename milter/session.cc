#include "milter/session.h"

#include <algorithm>
#include <utility>

#include "policy/ascii.h"
#include "policy/judge.h"
#include "policy/message_tag.h"

namespace tlswarden {
namespace {

constexpr std::string_view kTlsRequired = "TLS-Required";  // RFC 8689 section 3

std::string HoldReason(const Verdict& verdict) {
  return "tlswarden: " + ToString(*verdict.failure) + " (rule " + verdict.rule + ')';
}

bool IsRefused(const Reply& reply) { return !reply.code.empty(); }

}  // namespace

void Session::BeginMessage() {
  orders_.reset();
  envelope_ = {};
  inbound_waits_for_rcpt_ = false;
  inbound_waits_for_headers_ = false;
  others_ = false;
  recipients_ = 0;
  kept_.clear();
  refused_ = {};
  end_of_message_ = {};
  quarantine_.clear();
  own_headers_.clear();
  tls_required_headers_ = 0;
}

InboundVerdict Session::OnMail(const MailEvent& event, OrdersPtr orders, Time now) {
  BeginMessage();
  orders_ = std::move(orders);
  envelope_ = ReadMail(event);
  // Mail from this machine's own programs has no session.
  if (orders_->inbound.mode == Mode::kOff || envelope_.client.on_this_machine) return {};
  Facts facts;
  facts.envelope = &envelope_;
  const InboundVerdict verdict = JudgeInbound(facts, orders_->inbound, now);
  inbound_waits_for_rcpt_ = !verdict.decided;
  return verdict.decided ? Noted(verdict) : InboundVerdict();
}

std::optional<InboundVerdict> Session::InboundAtRcpt(const RcptEvent& event, Time now) {
  if (!inbound_waits_for_rcpt_) return std::nullopt;
  const MailAddress recipient =
      ParseMailAddress(event.rcpt_addr.empty() ? event.argument : event.rcpt_addr);
  Facts facts;
  facts.envelope = &envelope_;
  facts.recipient = &recipient;
  facts.recipient_domain = &recipient.domain;
  facts.transport = event.rcpt_mailer;
  const InboundVerdict verdict = JudgeInbound(facts, orders_->inbound, now);
  inbound_waits_for_headers_ |= !verdict.decided;
  if (!verdict.decided) return std::nullopt;
  return Noted(verdict);
}

// For the message as a whole: whom it goes to was looked at before.
std::optional<InboundVerdict> Session::InboundAtEnd(Time now) {
  if (!inbound_waits_for_headers_) return std::nullopt;
  if (!envelope_.headers) envelope_.headers.emplace();
  Facts facts;
  facts.envelope = &envelope_;
  return Noted(JudgeInbound(facts, orders_->inbound, now));
}

const InboundVerdict& Session::Noted(const InboundVerdict& verdict) {
  if (ActionTaken(verdict) == Action::kQuarantine) {
    quarantine_ = "tlswarden: " + verdict.failure->reason + " (rule " + verdict.rule + ')';
  }
  return verdict;
}

std::optional<Reply> Session::RefuseForm(const RcptEvent& event) {
  if (options_.per_message == PerMessage::kPostfix && IsTagged(ParseMailAddress(event.argument))) {
    return Reply{Action::kReject, "550", "5.1.3",
                 "addresses with ==tlswarden- are for this mail server's own use", ""};
  }
  if (++recipients_ > kMaxRecipients) {
    return Reply{Action::kDefer, "452", "4.5.3", "too many recipients", ""};
  }
  return std::nullopt;
}

std::optional<RecipientQuestion> Session::OnRcpt(const RcptEvent& event) {
  std::optional<RecipientQuestion> recipient = ReadRcpt(event);
  if (!recipient) {
    others_ = true;
    return std::nullopt;
  }
  recipient->question.envelope = &envelope_;
  return recipient;
}

// Without this, nothing of an accepted recipient has to be kept.
bool Session::NeedsTheEnd() const {
  return options_.per_message != PerMessage::kOff ||
         !orders_->outbound.rules.header_names().empty();
}

// Whether the refusal has to wait: an earlier rule, which asks for a header, may demand less.
bool Session::HeadersMayDecide(const Verdict& verdict) const {
  return verdict.undecided && *verdict.undecided < verdict.requirement;
}

Decision Session::OnVerdict(RecipientQuestion recipient, EvidencePtr evidence,
                            const Verdict& verdict) {
  const Reply reply = MakeReply(verdict, recipient.recipient);
  const bool waits = HeadersMayDecide(verdict);
  const bool local = recipient.local_submission;
  if (IsRefused(reply) && !waits && !local) {
    refused_ = Graver(refused_, reply);
    return {reply, reply, reply.action};
  }
  Decision decision;
  if (local && reply.action == Action::kReject && !waits) {
    end_of_message_ = Graver(end_of_message_, reply);
    decision.final = reply;
    decision.action = reply.action;
  }
  if (!IsRefused(reply)) decision.action = ActionTaken(verdict);
  if (decision.action == Action::kQuarantine) quarantine_ = HoldReason(verdict);
  if (NeedsTheEnd()) kept_.push_back({std::move(recipient), std::move(evidence), verdict});
  return decision;
}

void Session::OnHeader(std::string_view name, std::string_view value) {
  if (!envelope_.headers) envelope_.headers.emplace();
  for (const std::string_view own : {kRequireHeader, kRouteHeader}) {
    if (EqualsIgnoringCase(name, own)) ++own_headers_[std::string(own)];
  }
  if (EqualsIgnoringCase(name, kTlsRequired)) {
    ++tls_required_headers_;
    envelope_.tls_required_no = EqualsIgnoringCase(value, "no");
  }
  const std::string lower = LowerAscii(name);
  const bool wanted =
      orders_ != nullptr && (orders_->outbound.rules.header_names().contains(lower) ||
                             orders_->inbound.rules.header_names().contains(lower));
  if (!wanted || envelope_.headers->size() >= kMaxHeaders) return;
  envelope_.headers->push_back({lower, std::string(value.substr(0, kMaxHeaderOctets))});
}

// Whether the headers have changed anything.
bool Session::JudgeAgain(Kept& kept, Time now) const {
  const Verdict before = std::exchange(
      kept.verdict,
      JudgeAnswer(kept.recipient.question, kept.evidence.get(), orders_->outbound, now));
  return before.by != kept.verdict.by || before.action != kept.verdict.action ||
         before.requirement != kept.verdict.requirement || HeadersMayDecide(before);
}

VerdictGiven Session::RecordOf(const Kept& kept, const std::string& tag) const {
  VerdictGiven record;
  record.recipient = kept.recipient.recipient;
  record.verdict = kept.verdict;
  record.tag = tag;
  record.cache_hit = true;
  record.action = ActionTaken(kept.verdict);
  const bool waits = kept.recipient.local_submission && record.action == Action::kDefer;
  if (waits) record.action = Action::kAccept;
  if (!waits) record.reply = CodesOf(MakeReply(kept.verdict, kept.recipient.recipient));
  return record;
}

// One reply for all recipients: what one of them is refused for, the message is.
void Session::Settle(const Kept& kept, EndOfMessage& end) const {
  const Reply reply = MakeReply(kept.verdict, kept.recipient.recipient);
  const bool counts = !kept.recipient.local_submission || reply.action == Action::kReject;
  if (counts) end.reply = Graver(end.reply, reply);
  if (ActionTaken(kept.verdict) == Action::kQuarantine) end.quarantine = HoldReason(kept.verdict);
}

bool Session::CanCarry(const Kept& kept) const {
  if (options_.per_message == PerMessage::kOff) return false;
  if (!kept.recipient.local_submission) return true;
  const Domain& domain = kept.recipient.question.recipient_domain;
  return !options_.local_domains.empty() && !options_.local_domains.Contains(domain);
}

TaggedRecipient Session::TagKept(const Kept& kept, Time now) const {
  TaggedRecipient tagged{&kept.recipient, "", nullptr};
  if (ActionTaken(kept.verdict) == Action::kRoute) {
    tagged.route_by = kept.verdict.by.get();
    return tagged;
  }
  const Question asked_by_map{kept.recipient.question.next_hop,
                              kept.recipient.question.next_hop.domain};
  const Verdict by_map = JudgeAnswer(asked_by_map, kept.evidence.get(), orders_->outbound, now);
  tagged.tag = TagFor(kept.verdict, by_map);
  return tagged;
}

// The demand can't reach the delivery: better a bounce or a held message than one that goes out as
// if nothing had been demanded. What demands less than the map isn't worth that.
void Session::RefuseUncarried(const Kept& kept, EndOfMessage& end) const {
  if (kept.verdict.requirement <= Requirement::kPublished) return;
  const Failure failure{ResultType::kValidationFailure,
                        "nobody knows whether mail to this domain leaves this machine, so its TLS "
                        "can't be demanded; set [milter] local-domains",
                        false};
  Verdict verdict = kept.verdict;
  verdict.failure = failure;
  verdict.lookup_failed = false;
  const OnFailure on_failure = verdict.by == nullptr
                                   ? OnFailure::kReject
                                   : verdict.by->on_failure.value_or(orders_->outbound.on_failure);
  if (on_failure == OnFailure::kAccept) return;
  if (on_failure != OnFailure::kReject) {
    end.quarantine = HoldReason(verdict);
    return;
  }
  verdict.action = Action::kReject;
  end.reply = Graver(end.reply, MakeReply(verdict, kept.recipient.recipient));
}

void Session::RemoveOwnHeaders(EndOfMessage& end) const {
  for (const auto& [name, count] : own_headers_) end.remove.push_back({name, count});
}

EndOfMessage Session::OnEndOfMessage(Time now) {
  EndOfMessage end;
  if (orders_ == nullptr) return end;
  end.reply = end_of_message_;
  end.quarantine = quarantine_;
  if (orders_->outbound.all_or_none) end.reply = Graver(end.reply, refused_);
  if (!envelope_.headers) envelope_.headers.emplace();
  // RFC 8689 section 3: at most one such header; several say nothing.
  if (tls_required_headers_ != 1 || !orders_->outbound.honour_tls_required_no) {
    envelope_.tls_required_no = false;
  }
  std::vector<TaggedRecipient> tagged;
  for (Kept& kept : kept_) {
    const bool changed = JudgeAgain(kept, now);
    if (changed) Settle(kept, end);
    tagged.push_back(TagKept(kept, now));
    const bool needs = !tagged.back().tag.empty() || tagged.back().route_by != nullptr;
    if (needs && !CanCarry(kept)) {
      tagged.back() = {&kept.recipient, "", nullptr};
      RefuseUncarried(kept, end);
    }
    if (changed || needs) end.records.push_back(RecordOf(kept, tagged.back().tag));
  }
  if (IsRefused(end.reply)) return end;
  RemoveOwnHeaders(end);
  if (!tagged.empty()) Carry(options_.per_message, tagged, others_, end);
  return end;
}

}  // namespace tlswarden
