// ca_certificates: the authorities that a TLS context trusts.
//
// Beside tls_client; for https_beast and https_post.
#ifndef TLSWARDEN_RESOLVER_CA_CERTIFICATES_H_
#define TLSWARDEN_RESOLVER_CA_CERTIFICATES_H_

#include <boost/asio/ssl/context.hpp>
#include <string>

namespace tlswarden {

// Those of a PEM file; with an empty name, of OpenSSL's paths. What is wrong, or "".
std::string LoadCaCertificates(const std::string& ca_file, boost::asio::ssl::context& context);

// The same as a trial. OpenSSL is content with paths that lead to nothing; this isn't.
std::string TryCaCertificates(const std::string& ca_file);

}  // namespace tlswarden

#endif  // TLSWARDEN_RESOLVER_CA_CERTIFICATES_H_
