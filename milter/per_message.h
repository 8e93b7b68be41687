// PerMessage: how the MTA carries what one message demands to its delivery (end_of_message.h).
#ifndef TLSWARDEN_MILTER_PER_MESSAGE_H_
#define TLSWARDEN_MILTER_PER_MESSAGE_H_

namespace tlswarden {

enum class PerMessage {
  kOff,
  kPostfix,   // a header, or the recipients' addresses, choose a transport
  kSendmail,  // tls_rcpt asks for what was kept under the queue id
};

}  // namespace tlswarden

#endif  // TLSWARDEN_MILTER_PER_MESSAGE_H_
