// Session: one MTA connection as a pure state machine: MTA events in, questions and decisions out.
//
// Knows what may be answered at which stage, and nothing of libmilter or the network.
#ifndef TLSWARDEN_MILTER_SESSION_H_
#define TLSWARDEN_MILTER_SESSION_H_

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "milter/end_of_message.h"
#include "milter/mail.h"
#include "milter/recipient.h"
#include "milter/reply.h"
#include "policy/orders.h"
#include "resolver/resolver.h"

namespace tlswarden {

inline constexpr std::size_t kMaxRecipients = 20000;   // of a message; more are told to come later
inline constexpr std::size_t kMaxHeaders = 1000;       // of a message that are kept
inline constexpr std::size_t kMaxHeaderOctets = 4096;  // of one that are looked at

struct SessionOptions {
  PerMessage per_message = PerMessage::kOff;
  // Domains whose mail stays here. Only for mail from pickup or sendmail(1), of which Postfix
  // doesn't say where it goes; empty: nobody knows.
  DomainSet local_domains;
};

// What RCPT is answered with, and what becomes of the recipient as far as it is known then. They
// differ for mail from pickup or sendmail(1), and where a header may decide otherwise.
struct Decision {
  Reply now;
  Reply final;
  Action action = Action::kAccept;  // what is done, for the log
};

// Not thread-safe; the callbacks of one connection come one after the other. Options must outlive
// it.
class Session {
 public:
  explicit Session(const SessionOptions& options) : options_(options) {}
  Session(const Session&) = delete;  // questions point to the envelope
  Session& operator=(const Session&) = delete;

  // RSET, end of message: what was kept of the message before is forgotten.
  void BeginMessage();

  // A message begins. The orders are kept until it ends.
  InboundVerdict OnMail(const MailEvent& event, OrdersPtr orders, Time now);

  // The client's session, where it needed the recipient, or the headers, to be judged; else
  // nothing.
  std::optional<InboundVerdict> InboundAtRcpt(const RcptEvent& event, Time now);
  std::optional<InboundVerdict> InboundAtEnd(Time now);

  // What the MTA must not take, whoever asks for it: addresses with our tags, too many recipients.
  std::optional<Reply> RefuseForm(const RcptEvent& event);

  // Nothing when the recipient isn't ours to judge.
  std::optional<RecipientQuestion> OnRcpt(const RcptEvent& event);

  // Mail from pickup or sendmail(1) is never refused at RCPT, since Postfix would then try it for
  // ever and in silence. A rejection waits for the end of the message, where it makes Postfix
  // bounce it. What should be deferred is accepted: the policy map holds it in the queue, where a
  // person can see it.
  Decision OnVerdict(RecipientQuestion recipient, EvidencePtr evidence, const Verdict& verdict);

  // A header that rules ask for, or one of ours.
  void OnHeader(std::string_view name, std::string_view value);

  EndOfMessage OnEndOfMessage(Time now);

  const Envelope& envelope() const { return envelope_; }
  const OrdersPtr& orders() const { return orders_; }

 private:
  struct Kept {
    RecipientQuestion recipient;
    EvidencePtr evidence;
    Verdict verdict;
  };

  const InboundVerdict& Noted(const InboundVerdict& verdict);
  bool NeedsTheEnd() const;
  bool HeadersMayDecide(const Verdict& verdict) const;
  bool JudgeAgain(Kept& kept, Time now) const;
  void Settle(const Kept& kept, EndOfMessage& end) const;
  VerdictGiven RecordOf(const Kept& kept, const std::string& tag) const;
  TaggedRecipient TagKept(const Kept& kept, Time now) const;
  bool CanCarry(const Kept& kept) const;
  void RefuseUncarried(const Kept& kept, EndOfMessage& end) const;
  void RemoveOwnHeaders(EndOfMessage& end) const;

  const SessionOptions& options_;
  OrdersPtr orders_;
  Envelope envelope_;
  bool inbound_waits_for_rcpt_ = false;
  bool inbound_waits_for_headers_ = false;
  bool others_ = false;  // recipients that we don't judge
  std::size_t recipients_ = 0;
  std::vector<Kept> kept_;
  Reply refused_;         // the gravest at RCPT
  Reply end_of_message_;  // of recipients that couldn't be refused at RCPT
  std::string quarantine_;
  std::unordered_map<std::string, int> own_headers_;  // that the client wrote; name → how many
  int tls_required_headers_ = 0;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_MILTER_SESSION_H_
