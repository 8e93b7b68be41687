#include "socketmap/netstring.h"

#include <gtest/gtest.h>

namespace tlswarden {
namespace {

using State = NetstringScan::State;
using std::string_literals::operator""s;

TEST(ScanNetstring, Complete) {
  const struct {
    std::string buffer, data;
    std::size_t consumed;
  } cases[] = {
      {"0:,", "", 3},
      {"1:a,", "a", 4},
      {"13:QUERY a.test.,", "QUERY a.test.", 17},
      {"3:a,b,", "a,b", 6},
      {"3:a:b,", "a:b", 6},
      {"2:\0\n,"s, "\0\n"s, 5},
      {"1:a,1:b,", "a", 4},
      {"1:a,garbage", "a", 4},
      {"4096:" + std::string(4096, 'x') + ",", std::string(4096, 'x'), 4102},
  };
  for (const auto& c : cases) {
    const NetstringScan scan = ScanNetstring(c.buffer);
    ASSERT_EQ(scan.state, State::kComplete) << c.buffer.substr(0, 40);
    EXPECT_EQ(scan.data, c.data);
    EXPECT_EQ(scan.consumed, c.consumed);
  }
}

TEST(ScanNetstring, Incomplete) {
  for (const std::string& buffer :
       {std::string(), std::string("0"), std::string("0:"), std::string("1"), std::string("1:"),
        std::string("1:a"), std::string("13:QUERY a.test."), std::string("4096"),
        std::string("4096:"), "4096:" + std::string(4096, 'x')}) {
    EXPECT_EQ(ScanNetstring(buffer).state, State::kIncomplete) << buffer.substr(0, 40);
  }
}

TEST(ScanNetstring, Malformed) {
  const struct {
    std::string buffer, why;
  } cases[] = {
      {":,", "no length"},
      {",", "no length"},
      {"a", "no length"},
      {" 1:a,", "blank"},
      {"-1:a,", "sign"},
      {"+1:a,", "sign"},
      {"1 :a,", "blank"},
      {"1;a,", "no colon"},
      {"1,a", "no colon"},
      {"0x1:a,", "hexadecimal"},
      {"01:a,", "leading zero"},
      {"00:,", "leading zero"},
      {"00", "leading zero, before the colon comes"},
      {"1:ab", "no comma at the end"},
      {"0:a", "no comma at the end"},
      {"1:a\0"s, "no comma at the end"},
      {"4097:", "longer than we read"},
      {"9999:", "longer than we read"},
      {"10000", "longer than we read, before the colon comes"},
      {"4294967297:a,", "wraps at 2^32"},
      {"18446744073709551617:a,", "wraps at 2^64"},
      {std::string(5000, '9'), "digits without end"},
      {"GET / HTTP/1.1\r\n", "another protocol"},
      {"\x16\x03\x01", "TLS"},
      {"\xff", "an odd octet"},
  };
  for (const auto& c : cases) EXPECT_EQ(ScanNetstring(c.buffer).state, State::kMalformed) << c.why;
}

// An octet more never turns what is malformed into something else.
TEST(ScanNetstring, OctetByOctet) {
  const std::string good = "13:QUERY a.test.,";
  for (std::size_t i = 0; i < good.size(); ++i) {
    EXPECT_EQ(ScanNetstring(good.substr(0, i)).state, State::kIncomplete) << i;
  }
  EXPECT_EQ(ScanNetstring(good).state, State::kComplete);
}

TEST(AppendNetstring, RoundTrip) {
  for (const std::string& data : {""s, "a"s, "a,b:c"s, "\0\xff"s, std::string(4096, 'x')}) {
    std::string out = "before";
    AppendNetstring(data, out);
    EXPECT_EQ(ScanNetstring(out.substr(6)).data, data);
    EXPECT_EQ(ScanNetstring(out.substr(6)).consumed, out.size() - 6);
  }
}

}  // namespace
}  // namespace tlswarden
