// SmtpProber: the Prober of the daemon: connect, EHLO, STARTTLS, handshake, EHLO, QUIT.
//
// The addresses come from whoever runs the domain, so address_guard lets through which are visited.
#ifndef TLSWARDEN_RESOLVER_SMTP_PROBE_H_
#define TLSWARDEN_RESOLVER_SMTP_PROBE_H_

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "policy/result.h"
#include "resolver/dns.h"
#include "resolver/probe_tls.h"
#include "resolver/prober.h"

namespace tlswarden {

inline constexpr std::size_t kMaxProbeAddresses = 4;  // addresses tried for one host

struct SmtpProbeOptions {
  std::string ca_file;  // PEM; empty: OpenSSL's paths (SSL_CERT_FILE, SSL_CERT_DIR)
  std::chrono::milliseconds timeout{10'000};  // of all sessions with a host; DNS has its own
  std::vector<std::string> source_addresses;  // at most one of each family counts; empty: any
  std::string helo_name = "localhost";
  bool allow_private_addresses = false;
};

// Probe may run many times at once, on the thread that `dns` is for. Both must outlive the looks.
class SmtpProber : public Prober {
 public:
  // Errors: the CA file can't be read or holds no certificate; a source that is no address.
  static Result<std::unique_ptr<SmtpProber>> Create(Dns& dns, const SmtpProbeOptions& options);

  // As in Prober. Goes to the next address until one has a TLS session; then its certificate
  // counts. On port 465 TLS begins at once (RFC 8314 section 3.3).
  boost::asio::awaitable<ProbeFacts> Probe(ProbeTarget target) override;

 private:
  using Clock = std::chrono::steady_clock;
  using Address = boost::asio::ip::address;

  SmtpProber(Dns& dns, SmtpProbeOptions options, SslContextPtr context);
  Address SourceFor(const Address& address) const;
  boost::asio::awaitable<std::vector<std::string>> FindAddresses(ProbeFacts& facts);
  boost::asio::awaitable<void> Visit(Address address, Clock::time_point until, ProbeFacts& facts);

  Dns& dns_;
  const SmtpProbeOptions options_;
  std::vector<Address> sources_;
  SslContextPtr context_;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_RESOLVER_SMTP_PROBE_H_
