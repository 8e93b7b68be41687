#include "daemon/listen_address.h"

#include <gtest/gtest.h>

namespace tlswarden {
namespace {

struct Case {
  const char* text;
  const char* printed;  // nullptr: refused
  const char* reason;   // a part of it
};

void Check(const Case& c, const Result<ListenAddress>& parsed,
           std::string (*print)(const ListenAddress&)) {
  SCOPED_TRACE(c.text);
  ASSERT_EQ(parsed.ok(), c.printed != nullptr);
  if (parsed.ok()) {
    EXPECT_EQ(print(*parsed), c.printed);
  } else {
    EXPECT_NE(parsed.error().find(c.reason), std::string::npos) << parsed.error();
  }
}

TEST(ListenAddress, Socketmap) {
  constexpr Case kCases[] = {
      {"inet:127.0.0.1:8642", "inet:127.0.0.1:8642", ""},
      {"inet:localhost:8642", "inet:127.0.0.1:8642", ""},
      {"inet6:localhost:8642", "inet:[::1]:8642", ""},
      {"inet:0.0.0.0:65535", "inet:0.0.0.0:65535", ""},
      {"inet:[::1]:1", "inet:[::1]:1", ""},
      {"inet6:[2001:DB8:0::1]:1", "inet:[2001:db8::1]:1", ""},
      {"unix:/run/a b#c", "unix:/run/a b#c", ""},
      {"", nullptr, "not a socket address"},
      {"/run/socket", nullptr, "not a socket address"},
      {"INET:127.0.0.1:1", nullptr, "not a socket address"},
      {"local:/run/socket", nullptr, "not a socket address"},
      {"inet:8642", nullptr, "no host"},
      {"inet::8642", nullptr, "no host"},
      {"inet:*:8642", nullptr, "IPv4 address or localhost"},
      {"inet:example.com:8642", nullptr, "IPv4 address or localhost"},
      {"inet:127.0.0.1", nullptr, "no host"},
      {"inet:127.0.0.1:", nullptr, "port"},
      {"inet:127.0.0.1:0", nullptr, "port"},
      {"inet:127.0.0.1:65536", nullptr, "port"},
      {"inet:127.0.0.1:99999999999", nullptr, "port"},
      {"inet:127.0.0.1:-1", nullptr, "port"},
      {"inet:127.0.0.1:25x", nullptr, "port"},
      {"inet:127.1:25", nullptr, "IPv4 address"},
      {"inet:::1:25", nullptr, "brackets"},
      {"inet:[127.0.0.1]:25", nullptr, "IPv6 address"},
      {"inet6:127.0.0.1:25", nullptr, "IPv6 address"},
      {"inet:[fe80::1%lo]:25", nullptr, "IPv6 address"},
      {"inet:[::1:25", nullptr, "brackets"},
      {"inet:8642@127.0.0.1", nullptr, "host comes first"},
      {"unix:", nullptr, "no path"},
      {"unix:run/socket", nullptr, "begin with /"},
      {"unix:@abstract", nullptr, "begin with /"},
  };
  for (const Case& c : kCases) Check(c, ParseListenAddress(c.text), ToString);
}

TEST(ListenAddress, Milter) {
  constexpr Case kCases[] = {
      {"unix:/run/m.sock", "unix:/run/m.sock", ""},
      {"local:/run/m.sock", "unix:/run/m.sock", ""},
      {"inet:8891@127.0.0.1", "inet:8891@127.0.0.1", ""},
      {"inet:8891@localhost", "inet:8891@127.0.0.1", ""},
      {"inet6:8891@::1", "inet6:8891@::1", ""},
      {"inet6:8891@[::1]", "inet6:8891@::1", ""},
      {"inet6:8891@localhost", "inet6:8891@::1", ""},
      {"inet:8891", nullptr, "all interfaces"},
      {"inet6:8891", nullptr, "all interfaces"},
      {"inet:8891@", nullptr, "all interfaces"},
      {"inet:127.0.0.1:8891", nullptr, "port comes first"},
      {"inet:22x@127.0.0.1", nullptr, "port"},
      {"inet:@127.0.0.1", nullptr, "port"},
      {"inet:25@::1", nullptr, "inet6"},
      {"inet:25@mail.example.com", nullptr, "IPv4 address or localhost"},
      {"/run/m.sock", nullptr, "not a milter socket"},
      {"fd:3", nullptr, "not a milter socket"},
      {"", nullptr, "not a milter socket"},
  };
  for (const Case& c : kCases) Check(c, ParseMilterAddress(c.text), ToMilterString);
}

TEST(ListenAddress, PathAsLongAsTheKernelTakes) {
  const std::string path = "/" + std::string(kMaxSocketPathOctets - 1, 'a');
  EXPECT_TRUE(ParseListenAddress("unix:" + path).ok());
  EXPECT_FALSE(ParseListenAddress("unix:" + path + "a").ok());
  EXPECT_FALSE(ParseMilterAddress("unix:" + path + "a").ok());
}

TEST(ListenAddress, NulIsNoEnd) {
  using std::string_literals::operator""s;
  EXPECT_FALSE(ParseListenAddress("unix:/run/a\0b"s).ok());
  EXPECT_FALSE(ParseListenAddress("inet:127.0.0.1\0x:25"s).ok());
  EXPECT_FALSE(ParseNameServer("127.0.0.1\0"s).ok());
}

TEST(NameServer, Forms) {
  constexpr Case kCases[] = {
      {"192.0.2.1", "192.0.2.1:53", ""},
      {"192.0.2.1:5353", "192.0.2.1:5353", ""},
      {"::1", "[::1]:53", ""},
      {"[::1]", "[::1]:53", ""},
      {"[2001:db8::1]:5353", "[2001:db8::1]:5353", ""},
      {"2001:db8::1:5353", "[2001:db8::1:5353]:53", ""},
      {"", nullptr, "not a name server"},
      {"localhost", nullptr, "not a name server"},
      {"dns.example.com:53", nullptr, "not a name server"},
      {"192.0.2.1:", nullptr, "port"},
      {"192.0.2.1:0", nullptr, "port"},
      {"192.0.2.1 53", nullptr, "not a name server"},
      {"192.0.2.1@53", nullptr, "not a name server"},
      {"[::1]:x", nullptr, "port"},
      {"[192.0.2.1]:53", nullptr, "not a name server"},
      {"[]", nullptr, "not a name server"},
  };
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.text);
    const Result<NameServer> parsed = ParseNameServer(c.text);
    ASSERT_EQ(parsed.ok(), c.printed != nullptr);
    if (parsed.ok()) {
      EXPECT_EQ(ToString(*parsed), c.printed);
      EXPECT_EQ(*ParseNameServer(c.printed), *parsed);
    } else {
      EXPECT_NE(parsed.error().find(c.reason), std::string::npos) << parsed.error();
    }
  }
}

}  // namespace
}  // namespace tlswarden
