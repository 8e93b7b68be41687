// SmtpSession: SMTP commands and replies over one TlsClient, first in the clear, then within TLS.
//
// Beneath smtp_probe. Octets and replies are bounded by smtp_reply, time by the client.
#ifndef TLSWARDEN_RESOLVER_SMTP_SESSION_H_
#define TLSWARDEN_RESOLVER_SMTP_SESSION_H_

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "policy/smtp_reply.h"
#include "resolver/tls_client.h"

namespace tlswarden {

// "connection closed", "no answer in time"…
std::string ConnectionText(const boost::system::error_code& error);

class SmtpSession {
 public:
  // The reply, or why there is none: a text for a person.
  struct Answer {
    SmtpReply reply;
    std::string problem;
    bool ok() const { return problem.empty(); }
  };

  // The client is connected.
  explicit SmtpSession(std::shared_ptr<TlsClient> client) : client_(std::move(client)) {}

  boost::asio::awaitable<Answer> ReadReply();

  // `line` has no line end.
  boost::asio::awaitable<Answer> Command(std::string_view line);

  // False: what came in the clear behind the last reply would be taken for an answer within TLS
  // (as in CVE-2011-0411), so the session must end.
  bool NothingPending() const { return pending_.empty(); }

  // From here on within TLS. To be called after the handshake.
  void Encrypted() { encrypted_ = true; }

 private:
  boost::asio::awaitable<boost::system::error_code> Fill();

  std::shared_ptr<TlsClient> client_;
  std::string pending_;  // read, but not yet part of a reply
  bool encrypted_ = false;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_RESOLVER_SMTP_SESSION_H_
