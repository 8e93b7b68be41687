#include <gtest/gtest.h>

#include "policy/address_ranges.h"

namespace tlswarden {
namespace {

AddressRange Range(std::string_view text) { return ParseAddressRange(text).value(); }

TEST(AddressRangeText, ReadsBack) {
  for (const char* text :
       {"192.0.2.1", "192.0.2.0/24", "0.0.0.0/0", "2001:db8::/32", "::1", "::/0", "10.0.0.0/9"}) {
    EXPECT_EQ(ToString(Range(text)), text);
  }
  EXPECT_EQ(ToString(Range("2001:DB8:0::1")), "2001:db8::1");
}

TEST(AddressRangeText, Bad) {
  for (const char* bad :
       {"", "192.0.2", "192.0.2.256", "192.0.2.1/24", "192.0.2.0/33", "::/129", "192.0.2.0/",
        "192.0.2.0/x", "192.0.2.0/-1", "192.0.2.0/24 ", "a.example", "fe80::1%eth0"}) {
    EXPECT_FALSE(ParseAddressRange(bad).ok()) << bad;
  }
}

TEST(AddressRanges, Contains) {
  AddressRanges ranges;
  for (const char* text : {"192.0.2.0/25", "2001:db8::/33", "198.51.100.7"})
    ranges.Add(Range(text));
  struct Case {
    const char* address;
    bool in;
  };
  constexpr Case kCases[] = {
      {"192.0.2.0", true},        {"192.0.2.127", true},      {"192.0.2.128", false},
      {"2001:db8:7fff::1", true}, {"2001:db8:8000::", false}, {"198.51.100.7", true},
      {"198.51.100.6", false},    {"::ffff:192.0.2.5", true}, {"::192.0.2.5", false},
      {"IPv6:2001:db8::5", true},
  };
  for (const Case& c : kCases) {
    EXPECT_EQ(ranges.Contains(ParseIpAddress(c.address).value()), c.in) << c.address;
  }
  EXPECT_FALSE(AddressRanges().Contains(ParseIpAddress("::").value()));
}

TEST(AddressRanges, Covers) {
  AddressRanges ranges;
  ranges.Add(Range("192.0.2.0/24"));
  ranges.Add(Range("10.0.0.0/8"));
  ranges.Add(Range("10.0.0.0/8"));
  EXPECT_EQ(ranges.ranges().size(), 2U);
  EXPECT_TRUE(ranges.Covers(Range("192.0.2.0/24")));
  EXPECT_TRUE(ranges.Covers(Range("192.0.2.64/26")));
  EXPECT_TRUE(ranges.Covers(Range("10.1.2.3")));
  EXPECT_FALSE(ranges.Covers(Range("192.0.2.0/23")));
  EXPECT_FALSE(ranges.Covers(Range("0.0.0.0/0")));
  EXPECT_EQ(ToString(Widened(Range("192.0.2.77"), 96 + 24)), "192.0.2.0/24");
}

}  // namespace
}  // namespace tlswarden
