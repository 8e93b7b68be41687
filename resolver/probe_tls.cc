#include "resolver/probe_tls.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <optional>
#include <span>
#include <utility>

#include "policy/ascii.h"
#include "policy/dns_id.h"

namespace tlswarden {
namespace {

constexpr std::size_t kMaxNameOctets = kMaxDomainOctets + 2;  // with "*."

std::string Sha256(std::span<const unsigned char> octets) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(octets.data(), octets.size(), digest.data());
  return Hex(digest);
}

// A name as certificates hold it, in lower case; empty when it can't be one.
std::string NameOf(const ASN1_STRING* text) {
  const auto size = static_cast<std::size_t>(std::max(ASN1_STRING_length(text), 0));
  if (size > kMaxNameOctets) return "";
  const std::string_view name(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)), size);
  const bool visible =
      std::all_of(name.begin(), name.end(), [](char c) { return c > 0x20 && c <= 0x7e; });
  return visible ? LowerAscii(name) : "";
}

void Keep(std::string name, ProbeFacts& facts, std::size_t& octets) {
  facts.names_host = facts.names_host || MatchesDnsId(name, facts.target.host);
  octets += name.size();
  if (facts.dns_ids.size() >= kMaxDnsIds || octets > kMaxDnsIdOctets) {
    facts.dns_ids_cut = true;
    return;
  }
  facts.dns_ids.push_back(std::move(name));
}

void ReadCommonName(X509* leaf, ProbeFacts& facts) {
  X509_NAME* const subject = X509_get_subject_name(leaf);
  const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (at < 0) return;
  facts.common_name = NameOf(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
}

void ReadNames(X509* leaf, ProbeFacts& facts) {
  const std::unique_ptr<GENERAL_NAMES, void (*)(GENERAL_NAMES*)> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(leaf, NID_subject_alt_name, nullptr, nullptr)),
      GENERAL_NAMES_free);
  bool any = false;
  std::size_t octets = 0;
  for (int i = 0; names != nullptr && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_DNS) continue;
    any = true;
    std::string text = NameOf(name->d.dNSName);
    if (!text.empty()) Keep(std::move(text), facts, octets);
  }
  if (!any) ReadCommonName(leaf, facts);
}

void ReadDigests(X509* leaf, ProbeFacts& facts) {
  unsigned char* der = nullptr;
  int size = i2d_X509(leaf, &der);
  if (size > 0) facts.certificate_sha256 = Sha256({der, static_cast<std::size_t>(size)});
  OPENSSL_free(std::exchange(der, nullptr));
  size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(leaf), &der);
  if (size > 0) facts.spki_sha256 = Sha256({der, static_cast<std::size_t>(size)});
  OPENSSL_free(der);
}

void ReadEnd(X509* leaf, ProbeFacts& facts) {
  std::tm end{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(leaf), &end) != 1) return;
  facts.not_after = FromSeconds(timegm(&end));
}

// RFC 8460 section 4.3.2.
Failure FailureOf(long verified) {
  const std::string why = X509_verify_cert_error_string(verified);
  if (verified == X509_V_ERR_CERT_HAS_EXPIRED) {
    return {ResultType::kCertificateExpired, why, false};
  }
  if (verified == X509_V_ERR_OUT_OF_MEM) return {ResultType::kValidationFailure, why, true};
  return {ResultType::kCertificateNotTrusted, why, false};
}

// On its own, since with TLSA records the handshake looks at these alone.
std::optional<Failure> VerifyChain(SSL* session, X509* leaf) {
  const std::unique_ptr<X509_STORE_CTX, void (*)(X509_STORE_CTX*)> context(X509_STORE_CTX_new(),
                                                                           X509_STORE_CTX_free);
  X509_STORE* const store = SSL_CTX_get_cert_store(SSL_get_SSL_CTX(session));
  STACK_OF(X509)* const chain = SSL_get_peer_cert_chain(session);
  if (context == nullptr || X509_STORE_CTX_init(context.get(), store, leaf, chain) != 1 ||
      X509_STORE_CTX_set_default(context.get(), "ssl_server") != 1) {
    return FailureOf(X509_V_ERR_OUT_OF_MEM);
  }
  if (X509_verify_cert(context.get()) == 1) return std::nullopt;
  return FailureOf(X509_STORE_CTX_get_error(context.get()));
}

void ReadDane(SSL* session, ProbeFacts& facts) {
  std::uint8_t usage = 0;
  // A depth, or -1 without a match.
  const int depth = SSL_get0_dane_tlsa(session, &usage, nullptr, nullptr, nullptr, nullptr);
  const long verified = SSL_get_verify_result(session);
  if (depth >= 0 && verified == X509_V_OK) {
    facts.dane_usage = usage;
  } else if (verified == X509_V_ERR_CERT_HAS_EXPIRED) {
    facts.dane_failure = FailureOf(verified);
  } else {
    const std::string why = verified == X509_V_OK || verified == X509_V_ERR_DANE_NO_MATCH
                                ? ""
                                : std::string(": ") + X509_verify_cert_error_string(verified);
    facts.dane_failure = Failure{ResultType::kValidationFailure,
                                 "the certificate matches no TLSA record" + why, false};
  }
}

}  // namespace

Result<SslContextPtr> MakeProbeContext(const std::string& ca_file) {
  SslContextPtr context(SSL_CTX_new(TLS_client_method()));
  if (context == nullptr) return Error{"no TLS"};
  SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
  SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_cipher_list(context.get(), "DEFAULT:@SECLEVEL=0");
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_dane_enable(context.get());
  SSL_CTX_dane_set_flags(context.get(), DANE_FLAG_NO_DANE_EE_NAMECHECKS);
  const int loaded = ca_file.empty() ? SSL_CTX_set_default_verify_paths(context.get())
                                     : SSL_CTX_load_verify_file(context.get(), ca_file.c_str());
  ERR_clear_error();
  if (loaded != 1) return Error{"no certificate in the CA file " + ca_file};
  return context;
}

bool PrepareHandshake(SSL* session, const ProbeTarget& target) {
  ERR_clear_error();
  const char* const name = target.server_name.ascii.c_str();
  if (SSL_set_tlsext_host_name(session, name) != 1) return false;
  if (target.tlsa.empty()) return true;
  // Names are matched later, since which of them count depends on who asks.
  if (SSL_dane_enable(session, name) != 1 || SSL_set1_host(session, nullptr) != 1) return false;
  int added = 0;
  for (const TlsaRecord& record : target.tlsa) {
    if (SSL_dane_tlsa_add(session, record.usage, record.selector, record.matching_type,
                          record.data.data(), record.data.size()) > 0) {
      ++added;
    }
  }
  return added > 0;
}

void ReadSession(SSL* session, ProbeFacts& facts) {
  facts.tls_version = SSL_get_version(session);
  facts.cipher = SSL_get_cipher_name(session);
  X509* const leaf = SSL_get0_peer_certificate(session);
  if (leaf == nullptr) {
    facts.untrusted = Failure{ResultType::kCertificateNotTrusted, "no certificate", false};
    if (!facts.target.tlsa.empty()) facts.dane_failure = facts.untrusted;
    return;
  }
  ReadNames(leaf, facts);
  ReadDigests(leaf, facts);
  ReadEnd(leaf, facts);
  facts.untrusted = VerifyChain(session, leaf);
  if (!facts.target.tlsa.empty()) ReadDane(session, facts);
  ERR_clear_error();
}

}  // namespace tlswarden
