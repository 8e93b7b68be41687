#include "policy/domain.h"

#include <gtest/gtest.h>

#include "tests/unit/policy/build.h"

namespace tlswarden {
namespace {

using std::string_literals::operator""s;

// `octets` long, of labels of at most 63.
std::string LongName(std::size_t octets) {
  std::string name;
  while (octets > 64) {
    name += std::string(63, 'a') + '.';
    octets -= 64;
  }
  return name + std::string(octets, 'b');
}

TEST(ParseDomain, Good) {
  const struct {
    std::string text, ascii;
  } cases[] = {
      {"example.com", "example.com"},
      {"Example.COM", "example.com"},
      {"example.com.", "example.com"},
      {"test", "test"},
      {"a.b.c.d.e.f", "a.b.c.d.e.f"},
      {"1.example", "1.example"},
      {"4you.example", "4you.example"},
      {"example.x1", "example.x1"},
      {"_dmarc.example", "_dmarc.example"},
      {"mx_1.example", "mx_1.example"},
      {"a--b.example", "a--b.example"},
      {"xn--bcher-kva.test", "xn--bcher-kva.test"},
      {"XN--BCHER-KVA.test", "xn--bcher-kva.test"},
      {"b\xc3\xbc"
       "cher.test",
       "xn--bcher-kva.test"},
      {"B\xc3\x9c"
       "CHER.test",
       "xn--bcher-kva.test"},
      {"b\xc3\xbc"
       "cher.test.",
       "xn--bcher-kva.test"},
      {"stra\xc3\x9f"
       "e.test",
       "xn--strae-oqa.test"},  // IDNA 2008, not "strasse"
      {"example.\xe4\xb8\xad\xe5\x9b\xbd", "example.xn--fiqs8s"},
      {std::string(63, 'a') + ".example", std::string(63, 'a') + ".example"},
      {LongName(253), LongName(253)},
      {LongName(253) + ".", LongName(253)},
  };
  for (const auto& c : cases) {
    const Result<Domain> domain = ParseDomain(c.text);
    ASSERT_TRUE(domain.ok()) << c.text << ": " << domain.error();
    EXPECT_EQ(domain->ascii, c.ascii);
    EXPECT_EQ(ParseDomain(domain->ascii).value(), *domain) << "a Domain parses to itself";
  }
}

TEST(ParseDomain, Bad) {
  const struct {
    std::string text, why;
  } cases[] = {
      {"", "empty"},
      {".", "the root is no mail domain"},
      {"..", "empty labels"},
      {".example.com", "empty first label"},
      {"example..com", "empty label"},
      {"example.com..", "one trailing dot only"},
      {"-a.example", "hyphen first"},
      {"a-.example", "hyphen last"},
      {"a.-", "hyphen alone"},
      {"192.0.2.1", "an address"},
      {"192.0.2.1.", "an address"},
      {"example.123", "all-numeric last label"},
      {"1", "all-numeric last label"},
      {"a b.example", "blank"},
      {" example.com", "blank first"},
      {"example.com ", "blank last"},
      {"example.com\n", "line feed"},
      {"example.com\r", "carriage return"},
      {"exam\tple.com", "tab"},
      {"example.com\0"s, "NUL at the end"},
      {"exa\0mple.com"s, "NUL"},
      {"b\xc3\xbc\0cher.test"s, "NUL before the U-label ends"},
      {"exa{mple.com", "brace"},
      {"exa}mple.com", "brace"},
      {"b\xc3\xbc{cher.test", "brace in a U-label"},
      {"b\xc3\xbc cher.test", "blank in a U-label"},
      {"example.com:25", "colon"},
      {"[example.com]", "brackets"},
      {"a/b.example", "slash"},
      {"a\\b.example", "backslash"},
      {"a@b.example", "at sign"},
      {"*.example", "wildcard"},
      {"a;b.example", "semicolon"},
      {"a%00.example", "percent"},
      {"\xff\xfe.example", "not UTF-8"},
      {"b\xc3.example", "cut UTF-8"},
      {"\xc0\xae.example", "overlong UTF-8"},
      {"a\x7f.example", "DEL"},
      {"\xe2\x80\x8b.example", "zero-width space alone"},
      {std::string(64, 'a') + ".example", "label of 64 octets"},
      {LongName(254), "254 octets"},
      {std::string(5000, 'a'), "5000 octets"},
      {std::string(100, '.'), "dots"},
  };
  for (const auto& c : cases) {
    EXPECT_FALSE(ParseDomain(c.text).ok()) << c.why;
  }
}

// Whatever comes out is safe to log and to send to an MTA.
TEST(ParseDomain, NeverLetsThroughAnOctetThatIsNotOfAName) {
  for (int octet = 0; octet < 256; ++octet) {
    const std::string text = std::string("a") + static_cast<char>(octet) + "b.example";
    const Result<Domain> domain = ParseDomain(text);
    if (!domain) continue;
    EXPECT_EQ(domain->ascii.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_."),
              std::string::npos)
        << octet;
  }
}

// RFC 5321 section 4.1.2's Domain, as RFC 8461 section 3.2 demands.
TEST(ParseLdhDomain, LettersDigitsAndHyphensOnly) {
  EXPECT_EQ(ParseLdhDomain("Mail.Example.COM").value().ascii, "mail.example.com");
  EXPECT_EQ(ParseLdhDomain("xn--bcher-kva.test").value().ascii, "xn--bcher-kva.test");
  const struct {
    std::string text, why;
  } bad[] = {
      {"", "empty"},
      {"mail_1.example", "underscore"},
      {"b\xc3\xbc"
       "cher.test",
       "U-label"},
      {"example.com.", "trailing dot"},
      {"192.0.2.1", "an address"},
      {"a b.example", "blank"},
      {"a\0.example"s, "NUL"},
      {LongName(254), "254 octets"},
  };
  for (const auto& c : bad) EXPECT_FALSE(ParseLdhDomain(c.text).ok()) << c.why;
}

TEST(IsBelow, OnlyWholeLabels) {
  EXPECT_TRUE(IsBelow(Name("a.example"), Name("example")));
  EXPECT_TRUE(IsBelow(Name("a.b.example"), Name("example")));
  EXPECT_FALSE(IsBelow(Name("example"), Name("example")));
  EXPECT_FALSE(IsBelow(Name("notexample"), Name("example")));
  EXPECT_FALSE(IsBelow(Name("example"), Name("a.example")));
  EXPECT_FALSE(IsBelow(Name("a.example.org"), Name("example")));
}

}  // namespace
}  // namespace tlswarden
