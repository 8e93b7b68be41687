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
#include "milter/kept_recipient.h"
#include "milter/mail.h"
#include "milter/received_tls.h"
#include "milter/recipient.h"
#include "milter/reply.h"
#include "policy/orders.h"
#include "resolver/resolver.h"

namespace tlswarden {

inline constexpr std::size_t kMaxRecipients = 20000;  // of a message; more are told to come later
inline constexpr std::size_t kMaxRecipientOctets = 8 << 20;  // of all their texts; likewise
inline constexpr std::size_t kMaxHeaders = 1000;             // of a message that are kept
inline constexpr std::size_t kMaxHeaderOctets = 4096;        // of one that are looked at
// Of headers that only we may write. To remove one, an MTA goes through all of the message.
inline constexpr int kMaxOwnHeaders = 100;

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
  // nothing. At the end it is the gravest verdict of those recipients that waited for it.
  std::optional<InboundVerdict> InboundAtRcpt(const RcptEvent& event, Time now);
  std::optional<InboundVerdict> InboundAtEnd(Time now);

  // What the MTA must not take, whoever asks for it: addresses with our tags, too many recipients.
  // A reply ends the matter, also an empty one: mail from pickup is refused at its end.
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
  // Of whom the client's session can be judged only when the headers are known.
  struct InboundWaiting {
    MailAddress recipient;
    std::string transport;
  };

  const InboundVerdict& Noted(const InboundVerdict& verdict);
  InboundVerdict JudgeClient(const MailAddress& recipient, std::string_view transport,
                             Time now) const;
  Reply AsFarAsMayBe(const RcptEvent& event, Reply reply);
  bool StaysHere(const RecipientQuestion& recipient) const;
  bool NeedsTheEnd(const Verdict& verdict) const;
  bool HeadersMayDecide(const Verdict& verdict) const;
  bool JudgeAgain(KeptRecipient& kept, Time now) const;
  void Settle(const KeptRecipient& kept, EndOfMessage& end) const;
  std::vector<TaggedRecipient> SettleAll(Time now, EndOfMessage& end);
  void RemoveOwnHeaders(EndOfMessage& end) const;

  const SessionOptions& options_;
  OrdersPtr orders_;
  Envelope envelope_;
  bool inbound_waits_for_rcpt_ = false;
  std::vector<InboundWaiting> inbound_waits_for_headers_;
  bool others_ = false;  // recipients that we don't judge
  std::size_t recipients_ = 0;
  std::size_t recipient_octets_ = 0;
  std::vector<KeptRecipient> kept_;
  Reply refused_;         // the gravest at RCPT
  Reply end_of_message_;  // of recipients that couldn't be refused at RCPT
  std::string quarantine_;
  std::unordered_map<std::string, int> own_headers_;  // that the client wrote; name → how many
  int tls_required_headers_ = 0;
  std::vector<ReceivedHop> received_;  // newest first
};

}  // namespace tlswarden

#endif  // TLSWARDEN_MILTER_SESSION_H_
