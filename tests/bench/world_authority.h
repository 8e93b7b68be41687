// The only certificate authority of the benchmark's small internet, with P-256 keys.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <unordered_map>

namespace tlswarden::bench {

template <auto kFree>
struct OpensslFree {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using X509Ptr = std::unique_ptr<X509, OpensslFree<X509_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, OpensslFree<EVP_PKEY_free>>;

// Makes a certificate for each host name when it is first asked for, and keeps it. All hosts share
// one key. One thread.
class Authority {
 public:
  Authority();

  // Its own certificate, PEM.
  void WriteCertificate(const std::string& path) const;

  X509* CertificateFor(const std::string& host);

  // Makes a server context present the certificate of the host that the client names (SNI).
  void Furnish(SSL_CTX* context);

 private:
  static int OnCertificateWanted(SSL* session, void* authority);

  KeyPtr key_, host_key_;
  X509Ptr certificate_;
  std::unordered_map<std::string, X509Ptr> hosts_;
  long serial_ = 1;
};

}  // namespace tlswarden::bench
