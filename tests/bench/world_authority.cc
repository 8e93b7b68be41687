#include "world_authority.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>

#include "support.h"

namespace tlswarden::bench {
namespace {

constexpr long kDay = 86400;

KeyPtr NewKey() {
  KeyPtr key(EVP_EC_gen("P-256"));
  if (key == nullptr) Die("can't make a P-256 key");
  return key;
}

void Extend(X509* certificate, X509V3_CTX& context, int kind, const std::string& value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  if (extension == nullptr || X509_add_ext(certificate, extension, -1) != 1) {
    Die("certificate extension %s", value.c_str());
  }
  X509_EXTENSION_free(extension);
}

// Valid from yesterday to tomorrow, not signed yet.
X509Ptr NewCertificate(EVP_PKEY* key, long serial, const std::string& common_name) {
  X509Ptr certificate(X509_new());
  X509* const x = certificate.get();
  X509_set_version(x, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x), serial);
  X509_gmtime_adj(X509_getm_notBefore(x), -kDay);
  X509_gmtime_adj(X509_getm_notAfter(x), kDay);
  X509_set_pubkey(x, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1,
                             0);
  return certificate;
}

}  // namespace

Authority::Authority()
    : key_(NewKey()), host_key_(NewKey()), certificate_(NewCertificate(key_.get(), 1, "bench CA")) {
  X509* const x = certificate_.get();
  X509_set_issuer_name(x, X509_get_subject_name(x));
  X509V3_CTX context{};
  X509V3_set_ctx(&context, x, x, nullptr, nullptr, 0);
  Extend(x, context, NID_basic_constraints, "critical,CA:TRUE");
  Extend(x, context, NID_key_usage, "critical,keyCertSign");
  Extend(x, context, NID_subject_key_identifier, "hash");
  if (X509_sign(x, key_.get(), EVP_sha256()) == 0) Die("can't sign the authority's certificate");
}

void Authority::WriteCertificate(const std::string& path) const {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "w"),
                                                             &std::fclose);
  if (file == nullptr || PEM_write_X509(file.get(), certificate_.get()) != 1) {
    Die("can't write %s", path.c_str());
  }
}

X509* Authority::CertificateFor(const std::string& host) {
  X509Ptr& known = hosts_[host];
  if (known != nullptr) return known.get();
  known = NewCertificate(host_key_.get(), ++serial_, host.substr(0, 64));
  X509* const x = known.get();
  X509_set_issuer_name(x, X509_get_subject_name(certificate_.get()));
  X509V3_CTX context{};
  X509V3_set_ctx(&context, certificate_.get(), x, nullptr, nullptr, 0);
  Extend(x, context, NID_basic_constraints, "critical,CA:FALSE");
  Extend(x, context, NID_ext_key_usage, "serverAuth");
  Extend(x, context, NID_subject_alt_name, "DNS:" + host);
  Extend(x, context, NID_authority_key_identifier, "keyid");
  if (X509_sign(x, key_.get(), EVP_sha256()) == 0) Die("can't sign for %s", host.c_str());
  return x;
}

void Authority::Furnish(SSL_CTX* context) {
  if (SSL_CTX_use_PrivateKey(context, host_key_.get()) != 1) Die("can't use the hosts' key");
  SSL_CTX_set_cert_cb(context, &OnCertificateWanted, this);
}

int Authority::OnCertificateWanted(SSL* session, void* authority) {
  const char* const name = SSL_get_servername(session, TLSEXT_NAMETYPE_host_name);
  if (name == nullptr) return 0;
  X509* const certificate = static_cast<Authority*>(authority)->CertificateFor(name);
  return SSL_use_certificate(session, certificate);
}

}  // namespace tlswarden::bench
