#include "policy/tls_version.h"

#include <gtest/gtest.h>

#include <string>

namespace tlswarden {
namespace {

TEST(ParseMtaTlsVersion, WhatMtasSay) {
  const struct {
    std::string_view macro, version;
  } cases[] = {
      {"", "none"},
      {"SSLv2", "SSLv3"},
      {"SSLv3", "SSLv3"},
      {"TLSv1", "1.0"},
      {"TLSv1.0", "1.0"},
      {"TLSv1.1", "1.1"},
      {"TLSv1.2", "1.2"},
      {"TLSv1.3", "1.3"},
      {"TLSv1.4", "unknown"},
      {"TLSv2", "unknown"},
      {"TLSv", "unknown"},
      {"tlsv1.3", "unknown"},
      {"TLSv1.3 ", "unknown"},
      {" ", "unknown"},
      {"unknown", "unknown"},
      {"DTLSv1.2", "unknown"},
      {"1.3", "unknown"},
      {"TLSv1.33", "unknown"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(ToString(ParseMtaTlsVersion(c.macro)), c.version) << c.macro;
  }
  EXPECT_EQ(ParseMtaTlsVersion(std::string(4000, 'T')), TlsVersion::kUnknown);
  EXPECT_EQ(ParseMtaTlsVersion(std::string("TLSv1.3\0", 8)), TlsVersion::kUnknown);
}

TEST(ParseTlsVersion, RoundTrip) {
  for (TlsVersion version :
       {TlsVersion::kTls10, TlsVersion::kTls11, TlsVersion::kTls12, TlsVersion::kTls13}) {
    EXPECT_EQ(ParseTlsVersion(ToString(version)), version);
  }
  for (const char* bad : {"", "1", "1.4", "SSLv3", "none", "unknown", "TLSv1.2", " 1.2"}) {
    EXPECT_FALSE(ParseTlsVersion(bad)) << bad;
  }
}

}  // namespace
}  // namespace tlswarden
