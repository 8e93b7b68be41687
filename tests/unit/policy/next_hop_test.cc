#include "policy/next_hop.h"

#include <gtest/gtest.h>

#include "tests/unit/policy/build.h"

namespace tlswarden {
namespace {

using std::string_literals::operator""s;

NextHop Make(const char* domain, std::uint16_t port, bool bracketed) {
  return {Name(domain), port, bracketed, false};
}

TEST(ParseNextHop, Names) {
  const struct {
    std::string text;
    NextHop next_hop;
    std::string canonical;
  } cases[] = {
      {"example.com", Make("example.com", 25, false), "example.com"},
      {"Example.COM.", Make("example.com", 25, false), "example.com"},
      {"example.com:25", Make("example.com", 25, false), "example.com"},
      {"example.com:587", Make("example.com", 587, false), "example.com:587"},
      {"example.com.:587", Make("example.com", 587, false), "example.com:587"},
      {"[mx.example.com]", Make("mx.example.com", 25, true), "[mx.example.com]"},
      {"[mx.example.com]:25", Make("mx.example.com", 25, true), "[mx.example.com]"},
      {"[mx.example.com.]:587", Make("mx.example.com", 587, true), "[mx.example.com]:587"},
      {"example.com:1", Make("example.com", 1, false), "example.com:1"},
      {"example.com:65535", Make("example.com", 65535, false), "example.com:65535"},
      {"b\xc3\xbc"
       "cher.test",
       Make("xn--bcher-kva.test", 25, false), "xn--bcher-kva.test"},
      {"[b\xc3\xbc"
       "cher.test]:26",
       Make("xn--bcher-kva.test", 26, true), "[xn--bcher-kva.test]:26"},
  };
  for (const auto& c : cases) {
    const Result<NextHop> next_hop = ParseNextHop(c.text);
    ASSERT_TRUE(next_hop.ok()) << c.text << ": " << next_hop.error();
    EXPECT_EQ(*next_hop, c.next_hop) << c.text;
    EXPECT_EQ(ToString(*next_hop), c.canonical);
    EXPECT_EQ(ParseNextHop(c.canonical).value(), c.next_hop) << "the key parses to itself";
  }
}

// RFC 8461 section 3.4 and RFC 7672 section 2.2: no policy applies to an address.
TEST(ParseNextHop, AddressLiterals) {
  for (const char* text : {"[192.0.2.1]", "[192.0.2.1]:587", "192.0.2.1", "[2001:db8::1]",
                           "[IPv6:2001:db8::1]", "[ipv6:2001:db8::1]:26", "[::]"}) {
    const Result<NextHop> next_hop = ParseNextHop(text);
    ASSERT_TRUE(next_hop.ok()) << text << ": " << next_hop.error();
    EXPECT_TRUE(next_hop->address_literal) << text;
    EXPECT_EQ(next_hop->domain.ascii, "") << text;
  }
}

TEST(ParseNextHop, Bad) {
  const struct {
    std::string text, why;
  } cases[] = {
      {"", "empty"},
      {".", "the root"},
      {"[.]", "the root"},
      {"..", "dots are no address"},
      {"[]", "no host"},
      {"[]:25", "no host"},
      {":25", "no host"},
      {"[", "no end"},
      {"]", "no beginning"},
      {"[example.com", "no ]"},
      {"example.com]", "no ["},
      {"[[example.com]]", "twice"},
      {"[example.com]]", "] twice"},
      {"[example.com]x", "text after the ]"},
      {"[example.com] ", "blank after the ]"},
      {"[example.com]:", "no port"},
      {"example.com:", "no port"},
      {"example.com:0", "port 0"},
      {"example.com:65536", "port too large"},
      {"example.com:99999999999999999999", "port too large for any integer"},
      {"example.com:-25", "sign"},
      {"example.com:+25", "sign"},
      {"example.com: 25", "blank"},
      {"example.com:25 ", "blank"},
      {"example.com:0x19", "hexadecimal"},
      {"example.com:25:25", "two ports"},
      {"example.com:http", "no mail service"},
      {"[mx.example.com]:SMTP", "services have one spelling"},
      {"example.com:25\0"s, "NUL"},
      {"exa mple.com", "blank"},
      {".example.com", "parent form"},
      {"example..com", "empty label"},
      {"192.0.2.1\0"s, "NUL after an address"},
      {"5.1.1 User unknown in virtual alias table", "what Postfix says of the error mailer"},
      {"example.com{}", "braces"},
      {std::string(254, 'a'), "too long"},
      {"[" + std::string(100000, 'a') + "]", "too long"},
  };
  for (const auto& c : cases) {
    EXPECT_FALSE(ParseNextHop(c.text).ok()) << c.text << ": " << c.why;
  }
}

TEST(NextHop, IsAnotherKeyForAnotherRoute) {
  EXPECT_NE(Hop("example.com"), Hop("[example.com]"));
  EXPECT_NE(Hop("example.com"), Hop("example.com:587"));
  EXPECT_NE(ToString(Hop("example.com")), ToString(Hop("[example.com]")));
}

}  // namespace
}  // namespace tlswarden
