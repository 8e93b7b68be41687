#include "socketmap/message_request.h"

#include <gtest/gtest.h>

#include "socketmap/request.h"

namespace tlswarden {
namespace {

// "queue id|address|next hop"; "-" for no next hop, "malformed" for no key.
std::string Parsed(std::string_view key) {
  const std::optional<MessageKey> parsed = ParseMessageKey(key);
  if (!parsed) return "malformed";
  return std::string(parsed->queue_id) + "|" + std::string(parsed->address) + "|" +
         (parsed->next_hop ? ToString(*parsed->next_hop) : "-");
}

TEST(MessageRequestTest, WhatSendmailSends) {
  const struct {
    const char *key, *parsed;
  } cases[] = {
      {"6AP4ZIsr001084:user@dane.test", "6AP4ZIsr001084|user@dane.test|dane.test"},
      {"6AP4ZIsr001084:User@Dane.TEST.", "6AP4ZIsr001084|User@Dane.TEST.|dane.test"},
      {"q:<a@b.test>", "q|<a@b.test>|b.test"},
      {"q:\"a:b@c\"@d.test", "q|\"a:b@c\"@d.test|d.test"},
      {"q:a@[192.0.2.1]", "q|a@[192.0.2.1]|-"},
      {"q:root", "q|root|-"},
      {"q:a@b.test:587", "q|a@b.test:587|-"},
      {"q:a@[b.test]", "q|a@[b.test]|-"},
      {"q:a@.b.test", "q|a@.b.test|-"},
  };
  for (const auto& c : cases) EXPECT_EQ(Parsed(c.key), c.parsed) << c.key;
}

TEST(MessageRequestTest, HostileKeys) {
  for (const std::string& key :
       {std::string(), std::string("q"), std::string("q:"), std::string(":a@b.test"),
        std::string("q q:a@b.test"), std::string("../q:a@b.test"), std::string("q\xff:a@b.test"),
        std::string("q:a\0@b.test", 11), std::string("q:a@b.test\n"),
        std::string(kMaxQueueIdOctets + 1, 'q') + ":a@b.test",
        "q:" + std::string(kMaxKeptRecipientOctets + 1, 'a')}) {
    EXPECT_EQ(Parsed(key), "malformed") << key;
  }
}

TEST(MessageRequestTest, OfItsMapAlone) {
  EXPECT_TRUE(ParseMapRequest("tls_rcpt q:a@b.test")->message);
  EXPECT_EQ(ToString(*ParseMapRequest("tls_rcpt q:a@b.test")->next_hop), "b.test");
  EXPECT_FALSE(ParseMapRequest("tls_rcpt b.test")->next_hop);
  EXPECT_FALSE(ParseMapRequest("sts q:a@b.test")->message);
}

}  // namespace
}  // namespace tlswarden
