#include "resolver/dns_servers.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <fstream>

#include "resolver/dns_cares.h"

namespace tlswarden {
namespace {

TEST(DnsServers, TextForms) {
  const std::pair<const char*, const char*> good[] = {
      {"127.0.0.1", "127.0.0.1:53"}, {"127.0.0.1:5300", "127.0.0.1:5300"},
      {"::1", "[::1]:53"},           {"[::1]", "[::1]:53"},
      {"[::1]:5300", "[::1]:5300"},  {"2001:db8::1:53", "[2001:db8::1:53]:53"},
  };
  for (const auto& [text, expected] : good) {
    const auto server = ParseDnsServer(text);
    EXPECT_EQ(server ? ToString(*server) : "", expected) << text;
  }
  for (const char* bad :
       {"", "localhost", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "[::1", "[::1]x",
        "[::1]:", "127.0.0.1:53x", "1.2.3", "fe80::1%1", "127.0.0.1:+5", "127.0.0.1#53"}) {
    EXPECT_FALSE(ParseDnsServer(bad).has_value()) << bad;
  }
}

class ResolvConf : public testing::Test {
 protected:
  ResolvConf()
      : path_(testing::TempDir() + "resolv.conf." +
              testing::UnitTest::GetInstance()->current_test_info()->name()) {}
  ~ResolvConf() override { std::remove(path_.c_str()); }

  void Write(const std::string& text) { std::ofstream(path_) << text; }

  // What a CaresDns without configured servers makes of it.
  std::string Create() const {
    boost::asio::io_context io;
    CaresOptions options;
    options.resolv_conf = path_;
    const Result<std::unique_ptr<CaresDns>> dns = CaresDns::Create(io, options);
    if (!dns.ok()) return dns.error();
    std::string texts;
    for (const std::string& server : (*dns)->servers()) texts += server + " ";
    return texts;
  }

  std::string path_;
};

TEST_F(ResolvConf, NameserverLinesCount) {
  Write(
      "# nameserver 192.0.2.9\n; nameserver 192.0.2.8\nsearch example\nnameserver 127.0.0.53\n"
      "nameserver\t::1 # here\noptions rotate\nnameserver fe80::1%eth0\nnameserver\n");
  EXPECT_EQ(Create(), "127.0.0.53:53 [::1]:53 ");
}

TEST_F(ResolvConf, WithoutResolver) {
  Write("search example\nnameserver nonsense\n");
  EXPECT_EQ(Create(), "no usable resolver in " + path_);
}

TEST_F(ResolvConf, NotThere) { EXPECT_EQ(Create(), "can't read " + path_); }

TEST(DnsServers, AdOfLoopbackIsTrustedOnlyIfAllAreThere) {
  const auto trusts = [](std::vector<std::string> servers, TrustAd trust) {
    boost::asio::io_context io;
    CaresOptions options;
    options.servers = std::move(servers);
    options.trust_ad = trust;
    return CaresDns::Create(io, options).value()->trusts_ad();
  };
  EXPECT_TRUE(trusts({"127.0.0.53", "[::1]:5300"}, TrustAd::kLoopback));
  EXPECT_FALSE(trusts({"127.0.0.1", "192.0.2.53"}, TrustAd::kLoopback));
  EXPECT_TRUE(trusts({"192.0.2.53"}, TrustAd::kYes));
  EXPECT_FALSE(trusts({"127.0.0.1"}, TrustAd::kNo));
}

TEST(DnsServers, ConfiguredOnesMustBeAddresses) {
  const auto servers = FindDnsServers({"127.0.0.1", "dns.example"}, "/dev/null");
  ASSERT_FALSE(servers.ok());
  EXPECT_EQ(servers.error(), "\"dns.example\" is no address of a resolver");
}

}  // namespace
}  // namespace tlswarden
