// probe_tls: what OpenSSL is told before a probe's handshake, and what it says of the session
// after.
//
// Beneath smtp_probe. The handshake itself accepts any certificate: what is wrong with it is noted,
// for DANE and for PKIX alike.
#ifndef TLSWARDEN_RESOLVER_PROBE_TLS_H_
#define TLSWARDEN_RESOLVER_PROBE_TLS_H_

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "policy/probe_facts.h"
#include "policy/result.h"

namespace tlswarden {

struct FreeSslContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using SslContextPtr = std::unique_ptr<SSL_CTX, FreeSslContext>;

// From TLS 1.0 and with weak ciphers, so that these are seen and named. `ca_file`: PEM; empty:
// OpenSSL's paths. Errors: the file can't be read or holds no certificate.
Result<SslContextPtr> MakeProbeContext(const std::string& ca_file);

// Sets SNI and the TLSA records. False: OpenSSL refuses them.
bool PrepareHandshake(SSL* session, const ProbeTarget& target);

// Fills in all that a finished handshake says: version to not_after. REQUIRES: facts.target is what
// PrepareHandshake was given.
void ReadSession(SSL* session, ProbeFacts& facts);

}  // namespace tlswarden

#endif  // TLSWARDEN_RESOLVER_PROBE_TLS_H_
