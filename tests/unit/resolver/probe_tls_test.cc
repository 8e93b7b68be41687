// What a probe says of certificates: PKIX, names, DANE, digests.
#include "resolver/probe_tls.h"

#include <openssl/sha.h>

#include "tests/unit/resolver/smtp_probe_fixture.h"

namespace tlswarden {
namespace {

using Octets = std::vector<std::uint8_t>;

std::string Untrusted(const ProbeFacts& facts) {
  if (facts.no_tls) return "no TLS: " + facts.no_tls->reason;
  return facts.untrusted ? ToString(*facts.untrusted) : "trusted";
}

Octets Der(X509* x509) {
  unsigned char* der = nullptr;
  const int size = i2d_X509(x509, &der);
  Octets octets(der, der + size);
  OPENSSL_free(der);
  return octets;
}

Octets Spki(X509* x509) {
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &der);
  Octets octets(der, der + size);
  OPENSSL_free(der);
  return octets;
}

Octets Digest(const Octets& octets) {
  Octets digest(SHA256_DIGEST_LENGTH);
  SHA256(octets.data(), octets.size(), digest.data());
  return digest;
}

// TLSA data in hexadecimal, to compare digests with.
std::string Hex(const Octets& octets) { return ToString(TlsaRecord{3, 1, 1, octets}).substr(6); }

TlsaRecord Tlsa311(const Certificate& of) { return {3, 1, 1, Digest(Spki(of.x509.get()))}; }
TlsaRecord Tlsa201(const Certificate& of) { return {2, 0, 1, Digest(Der(of.x509.get()))}; }

std::string Dane(const ProbeFacts& facts) {
  if (facts.no_tls) return "no TLS: " + facts.no_tls->reason;
  if (facts.dane_failure) return ToString(*facts.dane_failure);
  return "usage " + std::to_string(facts.dane_usage);
}

class ProbeTls : public ProbeTest {
 protected:
  Certificate Expired(const Certificate* issuer) const {
    return MakeCertificate(
        {.alternative_names = std::string("DNS:") + kMxHost, .begins = -7200, .ends = -3600},
        issuer);
  }
};

TEST_F(ProbeTls, Right) {
  const Certificate leaf = Leaf();
  const ProbeFacts facts = LookAt(leaf);
  EXPECT_EQ(Untrusted(facts), "trusted");
  EXPECT_TRUE(facts.names_host);
  EXPECT_EQ(facts.dns_ids, std::vector<std::string>{kMxHost});
  EXPECT_EQ(facts.certificate_sha256, Hex(Digest(Der(leaf.x509.get()))));
  EXPECT_EQ(facts.spki_sha256, Hex(Digest(Spki(leaf.x509.get()))));
  EXPECT_EQ(facts.dane_usage, -1);
  EXPECT_FALSE(facts.dane_failure);
  const auto left = facts.not_after - std::chrono::system_clock::now();
  EXPECT_LT(left, std::chrono::minutes(61));
  EXPECT_GT(left, std::chrono::minutes(58));
}

TEST_F(ProbeTls, Untrusted) {
  const Certificate other = MakeCertificate({.common_name = "Other CA"}, nullptr);
  EXPECT_EQ(Untrusted(LookAt(Expired(&ca_))), "certificate-expired: certificate has expired");
  EXPECT_EQ(Untrusted(LookAt(MakeCertificate({.alternative_names = "DNS:mx.a.test"}, nullptr))),
            "certificate-not-trusted: self-signed certificate");
  EXPECT_EQ(Untrusted(LookAt(MakeCertificate({.alternative_names = "DNS:mx.a.test"}, &other))),
            "certificate-not-trusted: unable to get local issuer certificate");
  EXPECT_EQ(Untrusted(LookAt(MakeCertificate(
                {.alternative_names = "DNS:mx.a.test", .begins = 3600, .ends = 7200}, &ca_))),
            "certificate-not-trusted: certificate is not yet valid");
}

TEST_F(ProbeTls, Names) {
  ProbeFacts facts = LookAt(Leaf("DNS:other.test,DNS:*.A.test,IP:127.0.0.1"));
  EXPECT_TRUE(facts.names_host);
  EXPECT_EQ(facts.dns_ids, (std::vector<std::string>{"other.test", "*.a.test"}));
  for (const char* names : {"DNS:a.test", "DNS:mx*.a.test", "DNS:*.test", "IP:127.0.0.1"}) {
    facts = LookAt(Leaf(names));
    EXPECT_FALSE(facts.names_host) << names;
    EXPECT_EQ(Untrusted(facts), "trusted") << names;
  }
  facts = LookAt(MakeCertificate({.common_name = kMxHost}, &ca_));
  EXPECT_FALSE(facts.names_host) << "a common name alone";
  EXPECT_EQ(facts.common_name, kMxHost);
  facts =
      LookAt(MakeCertificate({.common_name = kMxHost, .alternative_names = "DNS:b.test"}, &ca_));
  EXPECT_EQ(facts.common_name, "") << "beside a DNS-ID it doesn't count";
}

TEST_F(ProbeTls, ManyNamesAreCut) {
  std::string names = "DNS:n0.test";
  for (int i = 1; i < 600; ++i) names += ",DNS:n" + std::to_string(i) + ".test";
  const ProbeFacts facts = LookAt(Leaf(names + ",DNS:mx.a.test"));
  EXPECT_TRUE(facts.names_host) << "the last one is seen all the same";
  EXPECT_TRUE(facts.dns_ids_cut);
  EXPECT_EQ(facts.dns_ids.size(), kMaxDnsIds);
  EXPECT_FALSE(LookAt(Leaf("DNS:b.test")).dns_ids_cut);
}

TEST_F(ProbeTls, DaneEe) {
  const Certificate leaf = Leaf();
  EXPECT_EQ(Dane(LookAt(leaf, {Tlsa311(leaf)})), "usage 3");
  EXPECT_EQ(Dane(LookAt(leaf, {Tlsa311(ca_)})),
            "validation-failure: the certificate matches no TLSA record");
  EXPECT_EQ(Dane(LookAt(leaf, {Tlsa311(ca_), Tlsa311(leaf)})), "usage 3");
  EXPECT_EQ(Dane(LookAt(leaf, {{3, 0, 0, Der(leaf.x509.get())}})), "usage 3");
}

// RFC 7672 section 3.1.1: neither name nor date counts; PKIX is told all the same.
TEST_F(ProbeTls, DaneEeOfAnExpiredSelfSignedStranger) {
  const Certificate leaf =
      MakeCertificate({.alternative_names = "DNS:b.test", .begins = -7200, .ends = -3600}, nullptr);
  const ProbeFacts facts = LookAt(leaf, {Tlsa311(leaf)});
  EXPECT_EQ(Dane(facts), "usage 3");
  EXPECT_FALSE(facts.names_host);
  EXPECT_EQ(Untrusted(facts), "certificate-not-trusted: self-signed certificate");
}

TEST_F(ProbeTls, DaneTa) {
  const Certificate other = MakeCertificate({.common_name = "Other CA"}, nullptr);
  const Certificate leaf = MakeCertificate({.alternative_names = "DNS:b.test"}, &other);
  const SmtpServer::Script with_ca{.chain = {&other}};
  ProbeFacts facts = LookAt(leaf, {Tlsa201(other)}, with_ca);
  EXPECT_EQ(Dane(facts), "usage 2") << "names are for the judge";
  EXPECT_FALSE(facts.names_host);
  EXPECT_EQ(facts.untrusted->type, ResultType::kCertificateNotTrusted) << "no root of ours";
  EXPECT_NE(Dane(LookAt(leaf, {Tlsa201(other)})), "usage 2") << "the TA must be sent";
  EXPECT_NE(Dane(LookAt(leaf, {Tlsa201(ca_)}, with_ca)), "usage 2");
  EXPECT_EQ(Dane(LookAt(Expired(&other), {Tlsa201(other)}, with_ca)),
            "certificate-expired: certificate has expired");
}

// A chain that PKIX trusts is no match (RFC 7672 section 3.1.3).
TEST_F(ProbeTls, PkixIsNoDane) {
  const ProbeFacts facts = LookAt(Leaf(), {{3, 1, 1, Octets(32, 0xab)}});
  EXPECT_EQ(Untrusted(facts), "trusted");
  EXPECT_EQ(facts.dane_usage, -1);
  EXPECT_EQ(facts.dane_failure->type, ResultType::kValidationFailure);
}

TEST_F(ProbeTls, TheTlsaBaseIsTheServerName) {
  server_name_ = "real.b.test";
  const Certificate leaf = Leaf();
  EXPECT_EQ(Dane(LookAt(leaf, {Tlsa311(leaf)})), "usage 3");
  EXPECT_EQ(server_->server_name(), "real.b.test");
}

}  // namespace
}  // namespace tlswarden
