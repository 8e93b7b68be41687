// What must be true of each answer and of each end of a message, whatever came before.
#ifndef TLSWARDEN_TESTS_FUZZ_SESSION_LAWS_H_
#define TLSWARDEN_TESTS_FUZZ_SESSION_LAWS_H_

#include <string_view>
#include <vector>

#include "milter/session.h"

namespace tlswarden {

// A recipient that RCPT was answered with yes for.
struct TakenRecipient {
  std::string argument;
  RecipientQuestion question;  // points to the session's envelope
  EvidencePtr evidence;
};

struct MessageSoFar {
  bool local = false;   // from pickup
  bool others = false;  // recipients that aren't ours
  int own_headers = 0;
  std::vector<TakenRecipient> taken;
};

void CheckReply(const Reply& reply);

// REQUIRES: the session is still at this end.
void CheckEnd(const MessageSoFar& so_far, const SessionOptions& options, const Session& session,
              const EndOfMessage& end);

}  // namespace tlswarden

#endif  // TLSWARDEN_TESTS_FUZZ_SESSION_LAWS_H_
