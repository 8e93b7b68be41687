#include "milter/session.h"

#include <algorithm>
#include <utility>

#include "policy/ascii.h"
#include "policy/header_text.h"
#include "policy/judge.h"
#include "policy/message_tag.h"

namespace tlswarden {
namespace {

constexpr std::string_view kTlsRequired = "TLS-Required";  // RFC 8689 section 3

bool IsRefused(const Reply& reply) { return !reply.code.empty(); }

// What one recipient is refused for, all are: the log mustn't say that the others went on.
void RefuseAll(EndOfMessage& end) {
  for (VerdictGiven& record : end.records) {
    record.action = end.reply.action;
    record.reply = CodesOf(end.reply);
    record.tag.clear();
  }
}

int Rank(const InboundVerdict& verdict) {
  switch (ActionTaken(verdict)) {
    case Action::kReject:
      return 5;
    case Action::kDefer:
    case Action::kRoute:
      return 4;
    case Action::kQuarantine:
      return 3;
    case Action::kAccept:
      break;
  }
  if (verdict.failure) return 2;
  return verdict.trial && verdict.trial->failure ? 1 : 0;
}

// Obsolete syntax has blanks before the colon, and a value may have them around it.
constexpr std::string_view kHeaderBlanks = " \t\r\n";

template <typename Value>
void Free(std::vector<Value>& values) {
  std::vector<Value>().swap(values);  // clear() would keep the memory for the connection's life
}

}  // namespace

void Session::BeginMessage() {
  orders_.reset();
  envelope_ = {};
  inbound_waits_for_rcpt_ = false;
  Free(inbound_waits_for_headers_);
  others_ = false;
  recipients_ = 0;
  recipient_octets_ = 0;
  Free(kept_);
  refused_ = {};
  end_of_message_ = {};
  quarantine_.clear();
  own_headers_.clear();
  tls_required_headers_ = 0;
  Free(received_);
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

InboundVerdict Session::JudgeClient(const MailAddress& recipient, std::string_view transport,
                                    Time now) const {
  Facts facts;
  facts.envelope = &envelope_;
  facts.recipient = &recipient;
  facts.recipient_domain = &recipient.domain;
  facts.transport = transport;
  return JudgeInbound(facts, orders_->inbound, now);
}

std::optional<InboundVerdict> Session::InboundAtRcpt(const RcptEvent& event, Time now) {
  if (!inbound_waits_for_rcpt_) return std::nullopt;
  MailAddress recipient = AddressOf(event);
  const InboundVerdict verdict = JudgeClient(recipient, event.rcpt_mailer, now);
  if (verdict.decided) return Noted(verdict);
  inbound_waits_for_headers_.push_back({std::move(recipient), std::string(event.rcpt_mailer)});
  return std::nullopt;
}

// One reply for all recipients.
std::optional<InboundVerdict> Session::InboundAtEnd(Time now) {
  if (inbound_waits_for_headers_.empty()) return std::nullopt;
  if (!envelope_.headers) envelope_.headers.emplace();
  std::optional<InboundVerdict> gravest;
  for (const InboundWaiting& waiting : inbound_waits_for_headers_) {
    const InboundVerdict verdict = JudgeClient(waiting.recipient, waiting.transport, now);
    if (!gravest || Rank(verdict) > Rank(*gravest)) gravest = verdict;
  }
  return Noted(*gravest);
}

const InboundVerdict& Session::Noted(const InboundVerdict& verdict) {
  if (ActionTaken(verdict) == Action::kQuarantine) {
    quarantine_ = HoldReason(verdict.failure->reason, verdict.rule);
  }
  return verdict;
}

// Local submission is refused at its end, and for good: see OnVerdict.
Reply Session::AsFarAsMayBe(const RcptEvent& event, Reply reply) {
  if (!event.rcpt_mailer.empty()) return reply;
  reply.action = Action::kReject;
  reply.code[0] = reply.enhanced[0] = '5';
  end_of_message_ = Graver(end_of_message_, reply);
  return {};
}

std::optional<Reply> Session::RefuseForm(const RcptEvent& event) {
  // Quoting and the MTA's rewriting may hide a tag from one of the two.
  const bool tagged =
      options_.per_message == PerMessage::kPostfix &&
      (IsTagged(ParseMailAddress(event.argument)) || IsTagged(ParseMailAddress(event.rcpt_addr)));
  if (tagged) {
    return AsFarAsMayBe(event,
                        {Action::kReject, "550", "5.1.3",
                         "addresses with ==tlswarden- are for this mail server's own use", ""});
  }
  recipient_octets_ += event.argument.size() + event.rcpt_addr.size() + event.dsn_parameters.size();
  if (++recipients_ > kMaxRecipients || recipient_octets_ > kMaxRecipientOctets) {
    return AsFarAsMayBe(event, {Action::kDefer, "452", "4.5.3", "too many recipients", ""});
  }
  return std::nullopt;
}

// Only known of mail from this machine; else the MTA's transport tells.
bool Session::StaysHere(const RecipientQuestion& recipient) const {
  return recipient.local_submission &&
         options_.local_domains.Contains(recipient.question.recipient_domain);
}

std::optional<RecipientQuestion> Session::OnRcpt(const RcptEvent& event) {
  std::optional<RecipientQuestion> recipient = ReadRcpt(event);
  if (!recipient || StaysHere(*recipient)) {
    others_ = true;
    return std::nullopt;
  }
  recipient->question.envelope = &envelope_;
  return recipient;
}

// Without this, nothing of an accepted recipient has to be kept.
bool Session::NeedsTheEnd(const Verdict& verdict) const {
  return options_.per_message != PerMessage::kOff ||
         !orders_->outbound.rules.header_names().empty() || OnlyForTheMessage(verdict);
}

// Whether the refusal has to wait: an earlier rule, which asks for a header, may demand less.
// Other facts that nobody knows, such as MX hosts, won't be known at the end either.
bool Session::HeadersMayDecide(const Verdict& verdict) const {
  return !orders_->outbound.rules.header_names().empty() && verdict.undecided &&
         *verdict.undecided < verdict.requirement;
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
  if (decision.action == Action::kQuarantine && !waits) quarantine_ = HoldReason(verdict);
  if (NeedsTheEnd(verdict)) {
    kept_.push_back({std::move(recipient), std::move(evidence), verdict, waits});
  }
  return decision;
}

void Session::OnHeader(std::string_view name, std::string_view value) {
  if (!envelope_.headers) envelope_.headers.emplace();
  name = Trim(name, kHeaderBlanks);
  for (const std::string_view own : {kRequireHeader, kRouteHeader, kReceivedTlsHeader}) {
    if (EqualsIgnoringCase(name, own)) ++own_headers_[std::string(own)];
  }
  const bool is_hop = options_.received_tls_header && EqualsIgnoringCase(name, "Received");
  if (is_hop && received_.size() < kMaxReceivedHops) received_.push_back(ParseReceived(value));
  if (EqualsIgnoringCase(name, kTlsRequired)) {
    ++tls_required_headers_;
    envelope_.tls_required_no = EqualsIgnoringCase(Trim(value, kHeaderBlanks), "no");
  }
  const std::string lower = LowerAscii(name);
  const bool wanted =
      orders_ != nullptr && (orders_->outbound.rules.header_names().contains(lower) ||
                             orders_->inbound.rules.header_names().contains(lower));
  if (!wanted || envelope_.headers->size() >= kMaxHeaders) return;
  envelope_.headers->push_back({lower, DecodeHeader(value.substr(0, kMaxHeaderOctets))});
}

// Whether the headers have changed anything.
bool Session::JudgeAgain(KeptRecipient& kept, Time now) const {
  const bool may_change =
      !orders_->outbound.rules.header_names().empty() || envelope_.tls_required_no;
  if (!may_change) return false;
  const Verdict before = std::exchange(
      kept.verdict,
      JudgeAnswer(kept.recipient.question, kept.evidence.get(), orders_->outbound, now));
  return before.by != kept.verdict.by || before.action != kept.verdict.action ||
         before.requirement != kept.verdict.requirement || kept.waits;
}

// One reply for all recipients: what one of them is refused for, the message is.
void Session::Settle(const KeptRecipient& kept, EndOfMessage& end) const {
  const Reply reply = MakeReply(kept.verdict, kept.recipient.recipient);
  if (RefusesMessage(kept)) end.reply = Graver(end.reply, reply);
  if (ActionTaken(kept.verdict) == Action::kQuarantine) end.quarantine = HoldReason(kept.verdict);
}

void Session::RemoveOwnHeaders(EndOfMessage& end) const {
  for (const auto& [name, count] : own_headers_) {
    end.remove.push_back({name, count});
    if (count <= kMaxOwnHeaders) continue;
    end.reply = Graver(end.reply, {Action::kReject, "550", "5.6.0",
                                   "too many headers " + name +
                                       ", which only this mail server "
                                       "may write",
                                   ""});
  }
}

// What the kept recipients need, and what follows where they can't get it.
std::vector<TaggedRecipient> Session::SettleAll(Time now, EndOfMessage& end) {
  const Outbound& outbound = orders_->outbound;
  std::vector<TaggedRecipient> all;
  for (KeptRecipient& kept : kept_) {
    bool changed = JudgeAgain(kept, now);
    TaggedRecipient tagged = WhatItNeeds(kept, outbound, now);
    const bool needs = NeedsCarrying(tagged) || ActionTaken(kept.verdict) == Action::kRoute;
    if (needs && !RefusesMessage(kept) && !CanCarry(kept, options_)) {
      tagged = {&kept.recipient, "", nullptr};
      if (MustBeCarried(kept, options_.per_message, outbound, now)) {
        kept.verdict = Uncarried(kept, options_, outbound);
        changed = true;
      }
    }
    if (changed) Settle(kept, end);
    if (changed || NeedsCarrying(tagged)) end.records.push_back(RecordOf(kept, tagged.tag));
    all.push_back(std::move(tagged));
  }
  return all;
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
  const std::vector<TaggedRecipient> tagged = SettleAll(now, end);
  RemoveOwnHeaders(end);
  if (IsRefused(end.reply)) {
    RefuseAll(end);
    return end;
  }
  if (options_.received_tls_header) {
    end.add.push_back({std::string(kReceivedTlsHeader), ReceivedTlsValue(envelope_, received_)});
  }
  if (!tagged.empty()) Carry(options_.per_message, tagged, others_, end);
  return end;
}

}  // namespace tlswarden
