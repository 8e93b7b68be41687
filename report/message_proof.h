// MessageProof: what was demanded for each recipient of one message, by what, and how it went.
//
// Pure: read from lines of the mail log, tlswarden's own and the MTA's. The answer to "was this
// mail encrypted, and who says so?".
//
// A message that an MTA queues again, behind a content filter or on another host, has another queue
// id there; it isn't followed: the text of the last attempt ("queued as …") names it. Deliveries
// by other agents than SMTP aren't seen. Postfix uses its short queue ids again after a time
// (enable_long_queue_ids = yes ends that): then the log of more than a few days may show two
// messages.
#ifndef TLSWARDEN_REPORT_MESSAGE_PROOF_H_
#define TLSWARDEN_REPORT_MESSAGE_PROOF_H_

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/log_joiner.h"
#include "report/log_line.h"
#include "report/logged_session.h"
#include "report/own_log.h"

namespace tlswarden {

struct RecipientProof {
  std::string recipient;
  std::vector<LoggedDemand> demands;  // in the order of the log
  // The demand was logged before the message had a queue id (Postfix: the first recipient), and is
  // the last one for this recipient before the delivery.
  bool by_recipient = false;
  std::vector<LoggedDelivery> attempts;
};

struct MessageProof {
  std::string queue_id;
  std::vector<RecipientProof> recipients;  // as they first appear
  bool complete = true;                    // false: there was more than is kept
};

// Takes a log line by line, from before the message came to the last attempt. Memory is bounded.
class ProofReader {
 public:
  explicit ProofReader(std::string_view queue_id);

  void Take(const MailLogLine& line);
  const MessageProof& proof() const { return proof_; }

 private:
  void TakeOwn(const MailLogLine& line);
  void TakeDelivery(LoggedDelivery delivery);
  RecipientProof* Of(std::string_view recipient);

  MessageProof proof_;
  std::map<std::string, std::size_t> places_;  // of recipients, by canonical form
  LogJoiner joiner_;
  std::map<std::string, LoggedDemand> unnamed_;  // NOQUEUE, by canonical recipient
};

// For people: a line for the message, each recipient, each demand and each attempt.
std::string ToText(const MessageProof& proof);

// One object, in RFC 8460's words where it has them. All texts are UTF-8.
std::string ToJson(const MessageProof& proof);

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_MESSAGE_PROOF_H_
