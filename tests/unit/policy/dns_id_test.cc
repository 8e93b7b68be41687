#include "policy/dns_id.h"

#include <gtest/gtest.h>

#include "tests/unit/policy/build.h"

namespace tlswarden {
namespace {

TEST(DnsId, AHostsName) {
  struct Case {
    const char* dns_id;
    const char* host;
    bool matches;
  };
  constexpr Case kCases[] = {
      {"mx.a.test", "mx.a.test", true},
      {"MX.A.Test", "mx.a.test", true},
      {"*.a.test", "mx.a.test", true},
      {"*.A.TEST", "mx.a.test", true},
      {"*.xn--bcher-kva.test", "mx.xn--bcher-kva.test", true},
      {"a.test", "mx.a.test", false},
      {"mx.a.test.", "mx.a.test", false},
      {"*.a.test", "a.test", false},
      {"*.a.test", "x.mx.a.test", false},  // exactly one label
      {"*.test", "a.test", false},         // two labels behind it
      {"*", "mx", false},
      {"*.", "mx.a.test", false},
      {"mx*.a.test", "mx1.a.test", false},
      {"*mx.a.test", "mx.a.test", false},
      {"mx.*.test", "mx.a.test", false},
      {"*.*.test", "mx.a.test", false},
      {"", "mx.a.test", false},
      {"*.mx_1.test", "a.mx_1.test", true},
  };
  for (const Case& c : kCases) {
    EXPECT_EQ(MatchesDnsId(c.dns_id, Name(c.host)), c.matches) << c.dns_id << ' ' << c.host;
  }
  using namespace std::string_view_literals;
  EXPECT_FALSE(MatchesDnsId("mx.a.test\0.evil.test"sv, Name("mx.a.test")));
}

TEST(DnsId, APinnedName) {
  const MxPattern exact = ParseMxPattern("mx.a.test").value();
  EXPECT_TRUE(MatchesDnsId("*.a.test", exact));
  EXPECT_FALSE(MatchesDnsId("mx2.a.test", exact));
  const MxPattern below = ParseMxPattern("*.a.test").value();
  EXPECT_TRUE(MatchesDnsId("MX.a.test", below));
  EXPECT_TRUE(MatchesDnsId("*.a.test", below));
  for (const char* dns_id : {"a.test", "x.mx.a.test", "m*.a.test", ".a.test", "", "*.b.test"}) {
    EXPECT_FALSE(MatchesDnsId(dns_id, below)) << dns_id;
  }
}

}  // namespace
}  // namespace tlswarden
