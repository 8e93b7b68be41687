// BeastHttps: the Https of the daemon: Boost.Beast over OpenSSL.
//
// Beast stays in its .cc, which compiles slowly. Host names are never resolved here: who asks
// brings addresses that address_guard has let through.
#ifndef TLSWARDEN_RESOLVER_HTTPS_BEAST_H_
#define TLSWARDEN_RESOLVER_HTTPS_BEAST_H_

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "policy/failure.h"
#include "policy/result.h"
#include "resolver/https.h"

namespace tlswarden {

inline constexpr std::size_t kMaxPolicyAddresses = 8;  // addresses tried for one policy

struct HttpsOptions {
  std::string ca_file;  // PEM; empty: OpenSSL's paths (SSL_CERT_FILE, SSL_CERT_DIR)
  std::chrono::milliseconds timeout{60'000};  // of a whole fetch (RFC 8461 section 3.3)
  std::uint16_t port = 443;                   // another one only in tests
  std::string user_agent = "tlswarden";
};

// GetPolicy may run many times at once, on any executor; the object holds nothing that changes.
// It may be destroyed while fetches run.
class BeastHttps : public Https {
 public:
  // Errors: the CA file can't be read or holds no certificate.
  static Result<std::unique_ptr<BeastHttps>> Create(const HttpsOptions& options);
  ~BeastHttps() override;
  BeastHttps(const BeastHttps&) = delete;
  BeastHttps& operator=(const BeastHttps&) = delete;

  // As in Https. Goes to the next address when one can't be reached or doesn't finish the TLS
  // handshake within its share of the time; a wrong certificate or a wrong reply is final.
  // Never follows a redirect, never caches (RFC 8461 section 3.3). All failures are transient.
  // Cancelling the awaiting coroutine ends the fetch with a failure.
  boost::asio::awaitable<Result<std::string, Failure>> GetPolicy(
      std::string host, std::vector<std::string> addresses) override;

 private:
  class Core;
  explicit BeastHttps(std::shared_ptr<Core> core);

  std::shared_ptr<Core> core_;  // shared with the coroutines, which may outlive this
};

}  // namespace tlswarden

#endif  // TLSWARDEN_RESOLVER_HTTPS_BEAST_H_
