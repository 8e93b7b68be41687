#include "policy/mail_address.h"

#include <gtest/gtest.h>

namespace tlswarden {
namespace {

using std::string_literals::operator""s;

TEST(ParseMailAddress, WhatMtasSay) {
  const struct {
    std::string said, text, local, domain, folded;
  } cases[] = {
      {"<user@example.com>", "user@example.com", "user", "example.com", "user@example.com"},
      {"user@example.com", "user@example.com", "user", "example.com", "user@example.com"},
      {"<User@Example.COM>", "User@Example.COM", "User", "example.com", "user@example.com"},
      {"<user@example.com.>", "user@example.com.", "user", "example.com", "user@example.com"},
      {"<\"a@b\"@example.com>", "\"a@b\"@example.com", "\"a@b\"", "example.com",
       "\"a@b\"@example.com"},
      {"<\"a b\"@example.com>", "\"a b\"@example.com", "\"a b\"", "example.com",
       "\"a b\"@example.com"},
      {"<u@b\xc3\xbc\x63her.test>", "u@b\xc3\xbc\x63her.test", "u", "xn--bcher-kva.test",
       "u@xn--bcher-kva.test"},
      {"<\xc3\x9c@example.com>", "\xc3\x9c@example.com", "\xc3\x9c", "example.com",
       "\xc3\x9c@example.com"},
      {"<@example.com>", "@example.com", "", "example.com", "@example.com"},
      // No domain, so no rule about domains can match.
      {"<>", "", "", "", ""},
      {"", "", "", "", ""},
      {"<postmaster>", "postmaster", "postmaster", "", ""},
      {"user@", "user@", "user", "", ""},
      {"a@b@", "a@b@", "a@b", "", ""},
      {"@", "@", "", "", ""},
      {"<user@[192.0.2.1]>", "user@[192.0.2.1]", "user", "", ""},
      {"<user@[IPv6:2001:db8::1]>", "user@[IPv6:2001:db8::1]", "user", "", ""},
      {"<user@192.0.2.1>", "user@192.0.2.1", "user", "", ""},
      {"<user@a..b>", "user@a..b", "user", "", ""},
      {"<user@a b>", "user@a b", "user", "", ""},
      {"<user@\xff\xfe>", "user@\xff\xfe", "user", "", ""},
      {"<us\0er@exa\0mple.com>"s, "us\0er@exa\0mple.com"s, "us\0er"s, "", ""},
      // One bracket is as good as two.
      {"<user@example.com", "user@example.com", "user", "example.com", "user@example.com"},
      {"user@example.com>", "user@example.com", "user", "example.com", "user@example.com"},
      {"<", "", "", "", ""},
      {">", "", "", "", ""},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.said);
    const MailAddress address = ParseMailAddress(c.said);
    EXPECT_EQ(address.text, c.text);
    EXPECT_EQ(address.local, c.local);
    EXPECT_EQ(address.domain.ascii, c.domain);
    EXPECT_EQ(FoldedAddress(address), c.folded);
  }
}

TEST(ParseMailAddress, OfFourThousandOctets) {
  const std::string local(4000, 'A');
  const MailAddress address = ParseMailAddress('<' + local + "@example.com>");
  EXPECT_EQ(address.local, local);
  EXPECT_EQ(FoldedAddress(address), std::string(4000, 'a') + "@example.com");
  EXPECT_TRUE(ParseMailAddress("u@" + local).domain.ascii.empty());
  EXPECT_TRUE(ParseMailAddress(std::string(4000, '@')).domain.ascii.empty());
}

}  // namespace
}  // namespace tlswarden
