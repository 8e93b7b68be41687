#include "policy/dane.h"

#include <gtest/gtest.h>

#include "tests/unit/policy/build.h"

namespace tlswarden {
namespace {

constexpr Security kSecure = Security::kSecure;
constexpr Security kInsecure = Security::kInsecure;
constexpr Security kBogus = Security::kBogus;
constexpr Security kIndeterminate = Security::kIndeterminate;

HostAddresses Found(Security security) { return {security, true, false, "mx.test"}; }
HostAddresses Denied(Security security) { return {security, false, false, ""}; }
HostAddresses Failed(Security security) { return {security, false, false, ""}; }

// One family is enough: a good A beside a broken denial of AAAA is common.
TEST(Merge, TheBetterFamilyCounts) {
  const struct {
    HostAddresses a, aaaa;
    Security security;
    bool any;
  } cases[] = {
      {Found(kSecure), Found(kSecure), kSecure, true},
      {Found(kSecure), Found(kInsecure), kSecure, true},
      {Found(kSecure), Denied(kSecure), kSecure, true},
      {Found(kSecure), Denied(kInsecure), kSecure, true},
      {Found(kSecure), Failed(kBogus), kSecure, true},
      {Found(kSecure), Failed(kIndeterminate), kSecure, true},
      {Found(kInsecure), Failed(kIndeterminate), kInsecure, true},
      {Found(kInsecure), Denied(kSecure), kInsecure, true},
      {Denied(kSecure), Failed(kIndeterminate), kIndeterminate, false},
      {Denied(kInsecure), Failed(kBogus), kBogus, false},
      {Denied(kSecure), Denied(kSecure), kSecure, false},
      {Denied(kInsecure), Denied(kInsecure), kInsecure, false},
  };
  for (const auto& c : cases) {
    for (const HostAddresses& merged : {Merge(c.a, c.aaaa), Merge(c.aaaa, c.a)}) {
      EXPECT_EQ(merged.security, c.security);
      EXPECT_EQ(merged.any, c.any);
    }
  }
}

std::string Candidates(const HostAddresses& addresses, std::optional<Security> first_alias) {
  std::string all;
  for (const Domain& base : TlsaBaseCandidates(Name("mx.test"), addresses, first_alias)) {
    all += base.ascii + ' ';
  }
  return all;
}

// RFC 7672 section 2.2.2.
TEST(TlsaBaseCandidates, Cases) {
  const auto plain = [](Security security, bool any) {
    return HostAddresses{security, any, false, "mx.test"};
  };
  const auto alias = [](Security security, const char* target) {
    return HostAddresses{security, true, true, target};
  };
  const struct {
    HostAddresses addresses;
    std::optional<Security> first_alias;
    const char* candidates;
    const char* why;
  } cases[] = {
      {plain(kSecure, true), {}, "mx.test ", "the host itself"},
      {plain(kInsecure, true), {}, "", "an insecure address: TLSA isn't even asked"},
      {plain(kSecure, false), {}, "", "no address: unreachable"},
      {plain(kIndeterminate, false), {}, "", "address lookup failed"},
      {plain(kBogus, false), {}, "", "address lookup failed"},
      {alias(kSecure, "host.test"), {}, "host.test mx.test ", "expanded name first"},
      {alias(kSecure, "Host.TEST."), {}, "host.test mx.test ", "as a Domain"},
      {alias(kSecure, "host.test"), kSecure, "host.test mx.test ", "expanded name first"},
      {alias(kSecure, "mx.test"), {}, "mx.test ", "not twice"},
      {alias(kSecure, "bad name"), {}, "mx.test ", "no name to ask for"},
      {alias(kInsecure, "host.unsigned"), kSecure, "mx.test ", "signed alias, unsigned target"},
      {alias(kInsecure, "host.unsigned"), kInsecure, "", "unsigned alias"},
      {alias(kInsecure, "host.unsigned"), kIndeterminate, "", "alias lookup failed"},
      {alias(kInsecure, "host.unsigned"), {}, "", "alias not asked for"},
      {plain(kInsecure, true), kSecure, "", "no alias at all"},
  };
  for (const auto& c : cases)
    EXPECT_EQ(Candidates(c.addresses, c.first_alias), c.candidates) << c.why;
}

TlsaRecord Good(std::uint8_t matching_type) {
  return {3, 1, matching_type, std::vector<std::uint8_t>(matching_type == 2 ? 64 : 32, 1)};
}

TEST(ApplyTlsa, SortsUsableFromUnusable) {
  MxHost host = Host("mx.test", HostDane::kNone);
  ApplyTlsa(Name("host.test"), {Good(1), {1, 1, 1, {0xab}}, Good(2)}, host);
  EXPECT_EQ(host.dane, HostDane::kUsable);
  EXPECT_EQ(host.tlsa_base, Name("host.test"));
  EXPECT_EQ(host.usable, std::vector<TlsaRecord>{Good(2)}) << "RFC 7671 section 9";
  ASSERT_EQ(host.unusable.size(), 1u);
  EXPECT_TRUE(host.unusable[0].starts_with("1 1 1 ab: ")) << host.unusable[0];
  EXPECT_FALSE(host.failure);
}

// An unusable SHA2-512 must not drive out a good SHA2-256 (RFC 7671 section 9: usable ones only).
TEST(ApplyTlsa, UnusableRecordsHaveNoSayInDigestAgility) {
  MxHost host = Host("mx.test", HostDane::kNone);
  ApplyTlsa(Name("mx.test"), {Good(1), {3, 1, 2, {0xab}}}, host);
  EXPECT_EQ(host.usable, std::vector<TlsaRecord>{Good(1)});
}

// RFC 7672 section 2.2: TLS is mandatory, authentication isn't possible.
TEST(ApplyTlsa, OnlyUnusable) {
  MxHost host = Host("mx.test", HostDane::kNone);
  ApplyTlsa(Name("mx.test"), {{0, 0, 1, {}}, {1, 1, 1, {}}}, host);
  EXPECT_EQ(host.dane, HostDane::kUnusable);
  EXPECT_EQ(host.unusable.size(), 2u);
  ASSERT_TRUE(host.failure);
  EXPECT_EQ(host.failure->type, ResultType::kTlsaInvalid);
  EXPECT_FALSE(host.failure->transient);
}

TEST(TlsaName, HasThePort) {
  EXPECT_EQ(TlsaName(Name("mx.test"), 25), "_25._tcp.mx.test");
  EXPECT_EQ(TlsaName(Name("mx.test"), 587), "_587._tcp.mx.test");
}

}  // namespace
}  // namespace tlswarden
