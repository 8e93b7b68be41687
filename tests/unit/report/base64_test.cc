#include "report/base64.h"

#include <gtest/gtest.h>

namespace tlswarden {
namespace {

// RFC 4648 section 10.
TEST(Base64, HasTheRfcsVectors) {
  const struct {
    const char* octets;
    const char* text;
  } cases[] = {{"", ""},
               {"f", "Zg==\n"},
               {"fo", "Zm8=\n"},
               {"foo", "Zm9v\n"},
               {"foob", "Zm9vYg==\n"},
               {"fooba", "Zm9vYmE=\n"},
               {"foobar", "Zm9vYmFy\n"}};
  for (const auto& c : cases) {
    EXPECT_EQ(EncodeBase64(c.octets), c.text);
    EXPECT_EQ(DecodeBase64(c.text).value(), c.octets);
  }
}

TEST(Base64, LinesAreAsLongAsMailAllows) {
  std::string octets;
  for (int i = 0; i < 1000; ++i) octets += static_cast<char>(i);
  const std::string text = EncodeBase64(octets);
  EXPECT_EQ(text.find('\n'), 76u);
  EXPECT_EQ(DecodeBase64(text).value(), octets);
}

TEST(Base64, TakesWhatGatewaysDoToIt) {
  EXPECT_EQ(DecodeBase64(" Zm\r\n\t9v Yg").value(), "foob");
  EXPECT_EQ(DecodeBase64("Zg==\n-- \nThis mail was scanned!\n").value(), "f");
  EXPECT_FALSE(DecodeBase64("Zm9v!").ok());
  EXPECT_FALSE(DecodeBase64("Zm9vY").ok());
  EXPECT_FALSE(DecodeBase64("Zm9v\xff").ok());
}

}  // namespace
}  // namespace tlswarden
