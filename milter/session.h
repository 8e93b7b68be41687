// Session: one MTA connection as a pure state machine: MTA events in, questions and replies out.
//
// Knows what Postfix and Sendmail say at which stage, and nothing of libmilter or the network.
#ifndef TLSWARDEN_MILTER_SESSION_H_
#define TLSWARDEN_MILTER_SESSION_H_

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "milter/reply.h"
#include "policy/record.h"
#include "policy/verdict.h"

namespace tlswarden {

// What comes with RCPT. Macros that the MTA didn't send are empty.
struct RcptEvent {
  std::string_view argument;     // "<a@b.example>"; no brackets in local submission
  std::string_view rcpt_addr;    // {rcpt_addr}: the address after the MTA's rewriting
  std::string_view rcpt_host;    // {rcpt_host}: the next hop
  std::string_view rcpt_mailer;  // {rcpt_mailer}: the transport
};

struct RecipientQuestion {
  std::string recipient;  // with angle brackets, for the log
  Question question;
  bool local_submission = false;
};

// What RCPT is answered with, and what becomes of the recipient in the end. They differ for mail
// from pickup or sendmail(1) only.
struct Decision {
  Reply now;
  Reply final;
};

// Not thread-safe; the callbacks of one connection come one after the other.
class Session {
 public:
  // MAIL, RSET, end of message: what was kept of the message before is forgotten.
  void BeginMessage();

  // Nothing when the recipient isn't ours to judge: local, or bound for something else than SMTP.
  static std::optional<RecipientQuestion> OnRcpt(const RcptEvent& event);

  // Mail from pickup or sendmail(1) is never refused at RCPT, since Postfix would then try it for
  // ever and in silence. A rejection waits for the end of the message, where it makes Postfix
  // bounce it. What should be deferred is accepted: the policy map holds it in the queue, where a
  // person can see it.
  Decision OnVerdict(const RecipientQuestion& recipient, const Verdict& verdict);

  Reply OnEndOfMessage() const { return end_of_message_; }

 private:
  Reply end_of_message_;
};

// Whether a transport sends by SMTP to other systems: smtp and relay (Postfix), esmtp and its
// kind (Sendmail), and transports whose names begin with smtp.
bool IsSmtpTransport(std::string_view mailer);

}  // namespace tlswarden

#endif  // TLSWARDEN_MILTER_SESSION_H_
