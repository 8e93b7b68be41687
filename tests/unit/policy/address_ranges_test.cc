#include "policy/address_ranges.h"

#include <gtest/gtest.h>

namespace tlswarden {
namespace {

using std::string_literals::operator""s;

AddressRange Range(std::string_view text) { return ParseAddressRange(text).value(); }

TEST(ParseIpAddress, Good) {
  const struct {
    std::string_view text, same;
  } cases[] = {
      {"192.0.2.1", "::ffff:192.0.2.1"},      {"2001:db8::1", "2001:DB8:0:0:0:0:0:1"},
      {"IPv6:2001:db8::1", "2001:db8::1"},    {"ipv6:::1", "::1"},
      {"IPV6:::ffff:192.0.2.1", "192.0.2.1"},
  };
  for (const auto& c : cases) {
    ASSERT_TRUE(ParseIpAddress(c.text)) << c.text;
    EXPECT_EQ(ParseIpAddress(c.text), ParseIpAddress(c.same)) << c.text;
  }
}

TEST(ParseIpAddress, Bad) {
  const std::string bad[] = {
      "",
      "unknown",
      "192.0.2",
      "192.0.2.256",
      "192.0.2.1 ",
      " 192.0.2.1",
      "1.2.3.4.5",
      "2001:db8::1::2",
      "[192.0.2.1]",
      "::1%lo",
      "192.0.2.1\0"s,
      "192.0.2.1\0.5"s,
      "IPv6:",
      "local",
      "0x7f.0.0.1",
      "127.1",
      "12345::",
      std::string(4000, '1'),
  };
  for (const std::string& text : bad) EXPECT_FALSE(ParseIpAddress(text)) << text;
}

TEST(IsLoopback, OfBothKinds) {
  for (const char* text : {"127.0.0.1", "127.255.255.255", "::1", "::ffff:127.0.0.1"}) {
    EXPECT_TRUE(IsLoopback(*ParseIpAddress(text))) << text;
  }
  for (const char* text :
       {"128.0.0.1", "126.255.255.255", "::", "::2", "::127.0.0.1", "1::1", "7f00::", "10.0.0.1"}) {
    EXPECT_FALSE(IsLoopback(*ParseIpAddress(text))) << text;
  }
}

TEST(ParseAddressRange, Good) {
  for (const char* text :
       {"192.0.2.0/24", "192.0.2.1", "0.0.0.0/0", "128.0.0.0/1", "192.0.2.2/31", "2001:db8::/32",
        "2001:db8::1", "::/0", "8000::/1", "fe80::/10", "2001:db8::8/125"}) {
    const Result<AddressRange> range = ParseAddressRange(text);
    ASSERT_TRUE(range.ok()) << text;
    EXPECT_EQ(ToString(*range), text);
  }
  EXPECT_EQ(ToString(Range("192.0.2.1/32")), "192.0.2.1");
  EXPECT_EQ(ToString(Range("::ffff:192.0.2.0/120")), "192.0.2.0/24");
  EXPECT_EQ(Range("192.0.2.0/24").prefix, 120u);
}

TEST(ParseAddressRange, Bad) {
  const std::string bad[] = {"",
                             "/",
                             "/24",
                             "192.0.2.0/",
                             "192.0.2.0/33",
                             "192.0.2.0/-1",
                             "192.0.2.0/+8",
                             "192.0.2.0/ 8",
                             "192.0.2.0/8x",
                             "192.0.2.0/24/8",
                             "192.0.2.0/99999999999",
                             "2001:db8::/129",
                             "192.0.2.0-192.0.2.9",
                             "*",
                             "192.0.2.0/255.255.255.0",
                             "example.com",
                             "192.0.2.0/24\0"s};
  for (const std::string& text : bad) EXPECT_FALSE(ParseAddressRange(text).ok()) << text;
}

TEST(ParseAddressRange, SaysWhatMayBeMeant) {
  EXPECT_EQ(ParseAddressRange("192.0.2.1/24").error(),
            "the network's address has bits after its prefix; did you mean 192.0.2.0/24?");
  EXPECT_EQ(ParseAddressRange("2001:db8::1/32").error(),
            "the network's address has bits after its prefix; did you mean 2001:db8::/32?");
}

TEST(AddressRanges, Borders) {
  AddressRanges ranges;
  EXPECT_TRUE(ranges.empty());
  for (const char* text : {"192.0.2.128/25", "10.0.0.0/9", "203.0.113.7", "2001:db8::/33"}) {
    ranges.Add(Range(text));
  }
  EXPECT_FALSE(ranges.empty());
  for (const char* text :
       {"192.0.2.128", "192.0.2.255", "10.0.0.0", "10.127.255.255", "203.0.113.7",
        "2001:db8::", "2001:db8:7fff:ffff::1", "::ffff:192.0.2.200"}) {
    EXPECT_TRUE(ranges.Contains(*ParseIpAddress(text))) << text;
  }
  for (const char* text : {"192.0.2.127", "192.0.3.0", "10.128.0.0", "9.255.255.255", "203.0.113.6",
                           "203.0.113.8", "2001:db8:8000::", "2001:db7:ffff::", "::192.0.2.200"}) {
    EXPECT_FALSE(ranges.Contains(*ParseIpAddress(text))) << text;
  }
}

TEST(AddressRanges, AllOfOneKind) {
  AddressRanges v4, v6;
  v4.Add(Range("0.0.0.0/0"));
  v6.Add(Range("::/0"));
  EXPECT_TRUE(v4.Contains(*ParseIpAddress("203.0.113.7")));
  EXPECT_FALSE(v4.Contains(*ParseIpAddress("2001:db8::1")));
  EXPECT_TRUE(v6.Contains(*ParseIpAddress("2001:db8::1")));
  EXPECT_FALSE(v6.Contains(*ParseIpAddress("203.0.113.7"))) << "a network of IPv6";
}

// Against the definition, bit by bit.
TEST(AddressRanges, EveryPrefix) {
  const IpAddress inside = *ParseIpAddress("a5a5:5a5a:c3c3:3c3c:9669:6996:f00f:0ff0");
  for (unsigned prefix = 0; prefix <= 128; ++prefix) {
    IpAddress first = inside;
    for (unsigned bit = prefix; bit < 128; ++bit) {
      first.octets[bit / 8] &= static_cast<std::uint8_t>(~(0x80U >> (bit % 8)));
    }
    AddressRanges ranges;
    ranges.Add(Range(ToString({first, 128}) + '/' + std::to_string(prefix)));
    EXPECT_TRUE(ranges.Contains(inside)) << prefix;
    for (unsigned bit = 0; bit < 128; ++bit) {
      IpAddress other = inside;
      other.octets[bit / 8] ^= static_cast<std::uint8_t>(0x80U >> (bit % 8));
      EXPECT_EQ(ranges.Contains(other), bit >= prefix) << prefix << ' ' << bit;
    }
  }
}

}  // namespace
}  // namespace tlswarden
