#include "resolver/address_guard.h"

#include <gtest/gtest.h>

#include <utility>

namespace tlswarden {
namespace {

TEST(AddressGuard, LetsPublicAddressesThrough) {
  for (const char* address :
       {"1.1.1.1",          "9.255.255.255",        "11.0.0.0",        "100.63.255.255",
        "100.128.0.0",      "126.255.255.255",      "128.0.0.1",       "169.253.255.255",
        "172.15.255.255",   "172.32.0.0",           "192.0.1.0",       "192.167.0.1",
        "198.17.255.255",   "198.20.0.0",           "223.255.255.255", "2606:4700::1111",
        "2a00:1450::1",     "2001:4860:4860::8888", "::ffff:8.8.8.8",  "::8.8.8.8",
        "64:ff9b::8.8.8.8", "2002:808:808::1",      "3ffe::1"}) {
    EXPECT_TRUE(IsPublic(address)) << address << ": " << WhyNotPublic(address).value_or("");
  }
}

TEST(AddressGuard, RefusesAllOthersWithAReason) {
  const std::pair<const char*, const char*> cases[] = {
      {"0.0.0.0", "this network"},
      {"10.255.0.1", "private"},
      {"100.64.0.1", "shared by a carrier's NAT"},
      {"100.127.255.255", "shared by a carrier's NAT"},
      {"127.0.0.1", "loopback"},
      {"127.255.255.255", "loopback"},
      {"169.254.169.254", "link-local"},
      {"172.16.0.1", "private"},
      {"172.31.255.255", "private"},
      {"192.0.0.9", "reserved for protocols"},
      {"192.0.2.1", "documentation"},
      {"192.88.99.1", "6to4 relay"},
      {"192.168.1.1", "private"},
      {"198.18.0.1", "benchmarks"},
      {"198.19.255.255", "benchmarks"},
      {"198.51.100.1", "documentation"},
      {"203.0.113.1", "documentation"},
      {"224.0.0.1", "multicast"},
      {"239.255.255.255", "multicast"},
      {"240.0.0.1", "reserved"},
      {"255.255.255.255", "reserved"},
      {"::", "unspecified"},
      {"::1", "loopback"},
      {"::2", "this network, compatible"},
      {"::127.0.0.1", "loopback, compatible"},
      {"::ffff:127.0.0.1", "loopback, mapped"},
      {"::ffff:169.254.169.254", "link-local, mapped"},
      {"::ffff:a00:1", "private, mapped"},
      {"64:ff9b::10.0.0.1", "private, NAT64"},
      {"64:ff9b:1::1", "local NAT64"},
      {"2002:7f00:1::1", "loopback, 6to4"},
      {"2002:c0a8:101::", "private, 6to4"},
      {"2001::1", "Teredo"},
      {"2001:2::1", "benchmarks"},
      {"2001:20::1", "reserved for protocols"},
      {"2001:db8::1", "documentation"},
      {"3fff:0fff::1", "documentation"},
      {"100::1", "discard-only"},
      {"5f00::1", "segment routing"},
      {"fc00::1", "unique local"},
      {"fdff:ffff::1", "unique local"},
      {"fe80::1", "link-local"},
      {"febf::1", "link-local"},
      {"fec0::1", "site-local"},
      {"ff02::1", "multicast"},
      {"4000::1", "reserved"},
      {"1::", "reserved"},
  };
  for (const auto& [address, reason] : cases) {
    EXPECT_EQ(WhyNotPublic(address).value_or("public"), reason) << address;
  }
}

// Other programs read some of these as 127.0.0.1.
TEST(AddressGuard, RefusesWhatIsNoAddress) {
  for (const char* text : {"", "localhost", "127.1", "0x7f000001", "2130706433", "1.2.3.4 ",
                           "1.2.3", "1.2.3.4.5", "1.2.3.256", "[::1]", "1.1.1.1:80", "::ffff:"}) {
    EXPECT_EQ(WhyNotPublic(text).value_or("public"), "no address") << text;
  }
  EXPECT_FALSE(IsPublic("2606:4700::1111%1"));
}

TEST(AddressGuard, KeepsThePublicOnesInOrder) {
  const std::vector<std::string> addresses = {"8.8.8.8", "127.0.0.1", "2606:4700::1111", "fe80::1"};
  std::vector<std::string> refused;
  EXPECT_EQ(KeepPublic(addresses, false, &refused),
            (std::vector<std::string>{"8.8.8.8", "2606:4700::1111"}));
  EXPECT_EQ(refused, (std::vector<std::string>{"127.0.0.1 (loopback)", "fe80::1 (link-local)"}));
  EXPECT_EQ(KeepPublic(addresses, false).size(), 2U);
}

TEST(AddressGuard, AllowPrivateKeepsAll) {
  const std::vector<std::string> addresses = {"127.0.0.1", "10.0.0.1", "8.8.8.8"};
  std::vector<std::string> refused;
  EXPECT_EQ(KeepPublic(addresses, true, &refused), addresses);
  EXPECT_TRUE(refused.empty());
}

}  // namespace
}  // namespace tlswarden
