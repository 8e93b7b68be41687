#include "policy/message_tag.h"

#include <gtest/gtest.h>

namespace tlswarden {
namespace {

TEST(MessageTagTest, EachWordReadsBack) {
  for (const char* text : {"none", "encrypt", "authenticated", "dane", "rule-bank", "rule-A_9-"}) {
    const std::optional<MessageTag> tag = ParseMessageTag(text);
    ASSERT_TRUE(tag) << text;
    EXPECT_EQ(ToString(*tag), text);
    EXPECT_EQ(ParseMessageTag(ToString(*tag)), tag);
  }
  EXPECT_EQ(ParseMessageTag("rule-bank")->rule, "bank");
}

TEST(MessageTagTest, NothingElseIsATag) {
  const std::string too_long = "rule-" + std::string(kMaxTagOctets, 'a');
  for (const std::string& text :
       {std::string(), std::string("Encrypt"), std::string("encrypt "), std::string("rule-"),
        std::string("rule-a b"), std::string("rule"), std::string("rule-a\0b", 8),
        std::string("secure"), too_long}) {
    EXPECT_FALSE(ParseMessageTag(text)) << text;
  }
  EXPECT_TRUE(ParseMessageTag(too_long.substr(0, kMaxTagOctets)));
}

TEST(CanonicalRecipientTest, OneFormForOneAddress) {
  const struct {
    const char *address, *canonical;
  } cases[] = {
      {"a@b.test", "a@b.test"},
      {"<a@b.test>", "a@b.test"},
      {"A.b@B.Test", "A.b@b.test"},
      {"a@b.test.", "a@b.test"},
      {"<\"A@C\"@B.test>", "\"A@C\"@b.test"},
      {"a@[192.0.2.1]", "a@[192.0.2.1]"},
      {"Root", "Root"},
      {"a@\xc3\x84.test", "a@\xc3\x84.test"},  // letters beyond ASCII are left alone
      {"a@", "a@"},
      {"a@.", "a@."},
      {"<", "<"},
  };
  for (const auto& c : cases) EXPECT_EQ(CanonicalRecipient(c.address), c.canonical) << c.address;
}

TEST(CanonicalRecipientTest, HostileAddresses) {
  EXPECT_FALSE(CanonicalRecipient(""));
  EXPECT_FALSE(CanonicalRecipient("<>"));
  EXPECT_FALSE(CanonicalRecipient(std::string_view("a\0b@c.test", 10)));
  EXPECT_FALSE(CanonicalRecipient("a@b.test\r\n"));
  EXPECT_FALSE(CanonicalRecipient("a\x7f@b.test"));
  EXPECT_TRUE(CanonicalRecipient(std::string(kMaxRecipientOctets, 'a')));
  EXPECT_FALSE(CanonicalRecipient(std::string(kMaxRecipientOctets + 1, 'a')));
}

}  // namespace
}  // namespace tlswarden
