// Https: one GET of a policy from a policy host (RFC 8461 section 3.3).
//
// The seam between sts_gather and the network: the daemon plugs in Beast, the scenarios a script.
#ifndef TLSWARDEN_RESOLVER_HTTPS_H_
#define TLSWARDEN_RESOLVER_HTTPS_H_

#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

#include "policy/failure.h"
#include "policy/result.h"

namespace tlswarden {

inline constexpr std::size_t kMaxPolicyOctets = 65536;  // RFC 8461 section 3.3

class Https {
 public:
  virtual ~Https() = default;

  // GETs https://HOST/.well-known/mta-sts.txt from the first of the addresses (text form, already
  // guarded) that answers. The value is the body of a 200 reply of type text/plain.
  // Failures: kStsWebpkiInvalid when the certificate doesn't satisfy RFC 8461 section 3.3, else
  // kStsPolicyFetchError with the reason. Never throws for what the network does.
  virtual boost::asio::awaitable<Result<std::string, Failure>> GetPolicy(
      std::string host, std::vector<std::string> addresses) = 0;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_RESOLVER_HTTPS_H_
