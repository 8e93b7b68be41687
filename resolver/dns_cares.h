// CaresDns: the Dns of the daemon: c-ares on the io_context that runs the inquiries.
//
// cares_channel brings messages to and fro, dns_wire reads them, because the c-ares of Debian 12
// knows neither the AD bit nor TLSA records.
#ifndef TLSWARDEN_RESOLVER_DNS_CARES_H_
#define TLSWARDEN_RESOLVER_DNS_CARES_H_

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "policy/result.h"
#include "resolver/dns.h"
#include "resolver/trust_ad.h"

namespace tlswarden {

struct CaresOptions {
  std::vector<std::string> servers;  // "IP", "IP:PORT" or "[IPV6]:PORT"; empty: resolv_conf's
  std::chrono::milliseconds timeout{3000};  // of the first attempt; c-ares doubles it for each next
  int attempts = 2;                         // at each server
  TrustAd trust_ad = TrustAd::kLoopback;
  std::string resolv_conf = "/etc/resolv.conf";  // only its nameserver lines are read
};

// Not thread-safe: all queries are awaited on one thread, the one that runs the io_context.
// It may be destroyed, on that thread or after it has ended, while queries hang: they then end
// with the failure "cancelled" if the io_context still runs, else their coroutines go with it.
// It must be destroyed before the io_context.
class CaresDns : public Dns {
 public:
  // Errors: no resolver configured, an address that is none, c-ares can't start.
  static Result<std::unique_ptr<CaresDns>> Create(boost::asio::io_context& io,
                                                  const CaresOptions& options);
  ~CaresDns() override;
  CaresDns(const CaresDns&) = delete;
  CaresDns& operator=(const CaresDns&) = delete;

  // As in Dns. A SERVFAIL is asked once more with CD: what comes then exists, but is bogus.
  // A SERVFAIL of the first server that answers is final. REFUSED leads to the next, as does
  // silence; who answers after silence is asked first from then on. Cancelling the awaiting
  // coroutine ends the wait with the failure "cancelled".
  boost::asio::awaitable<DnsReply> Query(std::string name, RrType type) override;

  // "127.0.0.1:53" and so on, in the order they are asked while all answer.
  std::vector<std::string> servers() const;

  // What trust_ad came to.
  bool trusts_ad() const;

 private:
  struct Core;
  explicit CaresDns(std::unique_ptr<Core> core);

  std::unique_ptr<Core> core_;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_RESOLVER_DNS_CARES_H_
