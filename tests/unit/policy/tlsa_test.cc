#include "policy/tlsa.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>

namespace tlswarden {
namespace {

using Octets = std::vector<std::uint8_t>;

Octets Zeros(std::size_t count) { return Octets(count, 0); }

struct Material {
  Octets cert, spki;
};

// A fresh key with a self-signed certificate, both as DER.
Material MakeMaterial() {
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  const std::unique_ptr<X509, void (*)(X509*)> cert(X509_new(), X509_free);
  X509_gmtime_adj(X509_getm_notBefore(cert.get()), 0);
  X509_gmtime_adj(X509_getm_notAfter(cert.get()), 3600);
  X509_set_pubkey(cert.get(), key.get());
  X509_sign(cert.get(), key.get(), EVP_sha256());
  Material material;
  unsigned char* der = nullptr;
  int length = i2d_X509(cert.get(), &der);
  material.cert.assign(der, der + length);
  OPENSSL_free(der);
  der = nullptr;
  length = i2d_PUBKEY(key.get(), &der);
  material.spki.assign(der, der + length);
  OPENSSL_free(der);
  return material;
}

const Material& Made() {
  static const Material material = MakeMaterial();
  return material;
}

Octets With(Octets octets, std::uint8_t more) {
  octets.push_back(more);
  return octets;
}

Octets Cut(Octets octets) {
  octets.pop_back();
  return octets;
}

TEST(WhyUnusable, UsableRecords) {
  const TlsaRecord cases[] = {
      {2, 0, 0, Made().cert}, {2, 0, 1, Zeros(32)}, {2, 0, 2, Zeros(64)},
      {2, 1, 0, Made().spki}, {2, 1, 1, Zeros(32)}, {2, 1, 2, Zeros(64)},
      {3, 0, 0, Made().cert}, {3, 0, 1, Zeros(32)}, {3, 0, 2, Zeros(64)},
      {3, 1, 0, Made().spki}, {3, 1, 1, Zeros(32)}, {3, 1, 2, Zeros(64)},
  };
  for (const TlsaRecord& record : cases) {
    EXPECT_EQ(WhyUnusable(record), std::nullopt) << ToString(record);
  }
}

// RFC 7672 section 3.1.3 and RFC 6698 section 2.1.
TEST(WhyUnusable, UnusableRecords) {
  const struct {
    TlsaRecord record;
    const char* why;
  } cases[] = {
      {{0, 1, 1, Zeros(32)}, "PKIX-TA isn't for SMTP"},
      {{1, 1, 1, Zeros(32)}, "PKIX-EE isn't for SMTP"},
      {{4, 1, 1, Zeros(32)}, "unknown usage"},
      {{255, 1, 1, Zeros(32)}, "private usage"},
      {{3, 2, 1, Zeros(32)}, "unknown selector"},
      {{3, 255, 1, Zeros(32)}, "private selector"},
      {{3, 1, 3, Zeros(32)}, "unknown matching type"},
      {{3, 1, 255, Zeros(32)}, "private matching type"},
      {{3, 1, 1, {}}, "no digest"},
      {{3, 1, 1, Zeros(31)}, "short SHA2-256"},
      {{3, 1, 1, Zeros(33)}, "long SHA2-256"},
      {{3, 1, 1, Zeros(64)}, "SHA2-512's length at SHA2-256"},
      {{3, 1, 2, {}}, "no digest"},
      {{3, 1, 2, Zeros(32)}, "SHA2-256's length at SHA2-512"},
      {{3, 1, 2, Zeros(65)}, "long SHA2-512"},
      {{3, 0, 0, {}}, "no certificate"},
      {{3, 1, 0, {}}, "no key"},
      {{3, 0, 0, Zeros(500)}, "zeros are no certificate"},
      {{3, 1, 0, Zeros(91)}, "zeros are no key"},
      {{3, 0, 0, Made().spki}, "a key for selector 0"},
      {{3, 1, 0, Made().cert}, "a certificate for selector 1"},
      {{3, 0, 0, With(Made().cert, 0)}, "octets after the certificate"},
      {{3, 1, 0, With(Made().spki, 0)}, "octets after the key"},
      {{3, 0, 0, Cut(Made().cert)}, "certificate cut short"},
      {{3, 1, 0, Cut(Made().spki)}, "key cut short"},
      {{2, 0, 0, Zeros(65535)}, "as large as a record can be"},
  };
  for (const auto& c : cases) EXPECT_NE(WhyUnusable(c.record), std::nullopt) << c.why;
}

// "3 1 1:2" stands for a record whose digest is all 2s.
std::string Names(const std::vector<TlsaRecord>& records) {
  std::string names;
  for (const TlsaRecord& r : records) {
    names += std::to_string(r.usage) + std::to_string(r.selector) +
             std::to_string(r.matching_type) + ':' + std::to_string(r.data.at(0)) + ' ';
  }
  return names;
}

TlsaRecord Record(std::uint8_t usage, std::uint8_t selector, std::uint8_t type,
                  std::uint8_t fill = 0) {
  return {usage, selector, type, Octets(type == 2 ? 64 : 32, fill)};
}

// RFC 7671 section 9: the strongest digest for each usage and selector; full data always stays.
TEST(ApplyDigestAgility, Cases) {
  const struct {
    std::vector<TlsaRecord> usable;
    const char* kept;
  } cases[] = {
      {{}, ""},
      {{Record(3, 1, 1)}, "311:0 "},
      {{Record(3, 1, 1), Record(3, 1, 2)}, "312:0 "},
      {{Record(3, 1, 2), Record(3, 1, 1)}, "312:0 "},
      {{Record(3, 1, 1, 1), Record(3, 1, 1, 2)}, "311:1 311:2 "},
      {{Record(3, 1, 1, 1), Record(3, 1, 1, 2), Record(3, 1, 2, 3)}, "312:3 "},
      {{Record(3, 1, 0), Record(3, 1, 1), Record(3, 1, 2)}, "310:0 312:0 "},
      {{Record(3, 1, 0), Record(3, 1, 1)}, "310:0 311:0 "},
      {{Record(3, 0, 2), Record(3, 1, 1)}, "302:0 311:0 "},  // another selector
      {{Record(2, 1, 2), Record(3, 1, 1)}, "212:0 311:0 "},  // another usage
      {{Record(2, 0, 1), Record(2, 0, 2), Record(3, 1, 1), Record(3, 1, 2)}, "202:0 312:0 "},
  };
  for (const auto& c : cases) EXPECT_EQ(Names(ApplyDigestAgility(c.usable)), c.kept);
}

// RFC 8460 section 4.4's form of a policy-string.
TEST(TlsaRecord, ToString) {
  EXPECT_EQ(ToString(TlsaRecord{3, 1, 1, {0x0a, 0x1b, 0xff, 0x00}}), "3 1 1 0a1bff00");
  EXPECT_EQ(ToString(TlsaRecord{255, 0, 2, {}}), "255 0 2 ");
}

}  // namespace
}  // namespace tlswarden
