// HttpsPost: one POST of a report to an https URI that a stranger published (RFC 8460 section 5.4).
//
// Beast stays in https_post.cc and https_reply.h. The URI's host is resolved here, and only public
// addresses are visited (address_guard): a record must not have us knock on what is behind our own
// firewall. Redirects aren't followed, and the reply's body isn't read.
//
// RFC 8460 section 5.4 allows to ignore certificate errors, and reports are about domains whose TLS
// is broken: an expired certificate or an unknown issuer is no reason to keep the report back; what
// was wrong is told. The name in the certificate must be the host's, though. Nobody else's server
// has such a one, so a record that points a name at another's address leads to a failed
// handshake, not to a request on that server from our address.
#ifndef TLSWARDEN_RESOLVER_HTTPS_POST_H_
#define TLSWARDEN_RESOLVER_HTTPS_POST_H_

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "policy/result.h"
#include "resolver/dns.h"

namespace tlswarden {

inline constexpr std::size_t kMaxPostAddresses = 4;  // tried for one POST

struct HttpsPostOptions {
  std::string ca_file;                        // PEM; empty: OpenSSL's paths
  std::chrono::milliseconds timeout{30'000};  // of all after DNS, which has its own
  bool allow_private_addresses = false;       // [mta-sts]'s setting
  std::string user_agent = "tlswarden";
};

struct HttpsPostOutcome {
  enum class Status {
    kAccepted,   // 2xx
    kTemporary,  // no answer, 408, 429, 5xx
    kPermanent,  // 3xx, any other 4xx, a URI that is none
  } status = Status::kTemporary;
  int http_status = 0;       // 0: no answer
  std::string why;           // when it wasn't accepted; one line, printable
  bool unreachable = false;  // there was no HTTP answer: another report would fare no better
  std::string certificate;   // what is wrong with it, though the report was sent; empty: nothing
};

// What a status code means for a report.
HttpsPostOutcome::Status PostStatus(int http_status);

// May run many times at once, on the executor of `dns`; may be destroyed while POSTs run, `dns`
// not.
class HttpsPost {
 public:
  // Errors: the CA file can't be read or holds no certificate.
  static Result<std::unique_ptr<HttpsPost>> Create(Dns& dns, const HttpsPostOptions& options);
  ~HttpsPost();
  HttpsPost(const HttpsPost&) = delete;
  HttpsPost& operator=(const HttpsPost&) = delete;

  // Goes to the next address when one can't be reached or doesn't finish the TLS handshake within
  // its share of the time; once a request has been sent there is no second one. Never throws for
  // what the network does.
  boost::asio::awaitable<HttpsPostOutcome> Post(std::string uri, std::string body,
                                                std::string media_type);

 private:
  class Core;
  explicit HttpsPost(std::shared_ptr<Core> core);
  std::shared_ptr<Core> core_;  // shared with the coroutines, which may outlive this
};

}  // namespace tlswarden

#endif  // TLSWARDEN_RESOLVER_HTTPS_POST_H_
