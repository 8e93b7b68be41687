#include "cache/evidence_codec.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "tests/unit/cache/build.h"

namespace tlswarden {
namespace {

namespace json = boost::json;

TEST(EvidenceCodec, RoundTrip) {
  Evidence null_mx = Seen("[mx.a.test]:587", Mx(Security::kInsecure, {}));
  null_mx.mx.null_mx = true;
  Evidence none = Seen("xn--bcher-kva.test", Mx(Security::kBogus, {}));
  none.mx.no_such_domain = true;
  none.sts.learned = Learned("none", {});
  const Evidence cases[] = {RichEvidence("a.test"),
                            RichEvidence("a.test:26"),
                            null_mx,
                            none,
                            Seen("a.test", Mx(Security::kIndeterminate, {})),
                            *Plain("a.test")};
  for (const Evidence& evidence : cases) {
    const Result<Evidence> decoded = DecodeEvidence(EncodeEvidence(evidence));
    ASSERT_TRUE(decoded.ok()) << decoded.error();
    EXPECT_TRUE(*decoded == evidence) << EncodeEvidence(evidence);
  }
}

// As many hosts as a DNS answer may have. A row that can't be read again would forget a policy at
// the next restart, and an unsigned MX answer of that size is easily forged.
TEST(EvidenceCodec, RoundTripOfManyHosts) {
  Evidence evidence = *WithPolicy("a.test");
  for (int i = 0; i < 511; ++i) {
    evidence.mx.hosts.push_back(Host("mx" + std::to_string(i) + ".a.test", HostDane::kNone));
  }
  const Result<Evidence> decoded = DecodeEvidence(EncodeEvidence(evidence));
  ASSERT_TRUE(decoded.ok()) << decoded.error();
  EXPECT_TRUE(*decoded == evidence);
}

// The largest policy that can be fetched, of characters that JSON writes as two.
TEST(EvidenceCodec, RoundTripOfALargePolicy) {
  Evidence evidence = *WithPolicy("a.test");
  evidence.sts.learned->policy =
      Policy(PolicyText("enforce", {"mx.a.test"}) + "x: " + std::string(65000, '"') + '\n');
  EXPECT_TRUE(DecodeEvidence(EncodeEvidence(evidence)).value() == evidence);
}

json::value Encoded() { return json::parse(EncodeEvidence(RichEvidence("a.test"))); }

bool Decodes(const json::value& value) { return DecodeEvidence(json::serialize(value)).ok(); }

// Visits every object and array below `value`, with `visit` free to change it for a while.
template <typename Visit>
void ForEachObject(json::value& value, const Visit& visit) {
  if (json::object* object = value.if_object()) {
    visit(*object);
    for (auto& member : *object) ForEachObject(member.value(), visit);
  } else if (json::array* array = value.if_array()) {
    for (json::value& element : *array) ForEachObject(element, visit);
  }
}

TEST(EvidenceCodec, EveryFieldIsNeeded) {
  json::value root = Encoded();
  int removed = 0;
  ForEachObject(root, [&](json::object& object) {
    std::vector<std::string> keys;
    for (const auto& member : object) keys.emplace_back(member.key());
    for (const std::string& key : keys) {
      if (key == "learned") continue;  // a domain without a policy has none
      const json::value saved = object.at(key);
      object.erase(key);
      EXPECT_FALSE(Decodes(root)) << "without " << key;
      object[key] = saved;
      ++removed;
    }
  });
  EXPECT_GT(removed, 40);
  EXPECT_TRUE(Decodes(root));
}

TEST(EvidenceCodec, EveryFieldHasItsKind) {
  json::value root = Encoded();
  ForEachObject(root, [&](json::object& object) {
    for (auto& member : object) {
      const json::value saved = member.value();
      const std::string key(member.key());
      for (const char* text : {"[[]]", "1.5", "-1", "\"no such word {}\"", "true", "{}", "null",
                               "9223372036854775808"}) {
        const json::value wrong = json::parse(text);
        const bool free_text = key == "reason" || key == "text" || key == "failed_id";
        if (wrong.kind() == saved.kind() && (free_text || wrong.is_bool())) continue;
        if (key == "failure" && wrong.is_null()) continue;  // no failure
        member.value() = wrong;
        EXPECT_FALSE(Decodes(root)) << key << " = " << text;
      }
      member.value() = saved;
    }
  });
}

// Replaces the first `from` in good text.
std::string Changed(std::string_view from, std::string_view to) {
  std::string text = EncodeEvidence(RichEvidence("a.test"));
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(EvidenceCodec, Hostile) {
  const std::string good = EncodeEvidence(RichEvidence("a.test"));
  const struct {
    std::string text, why;
  } cases[] = {
      {"", "empty"},
      {"null", "null"},
      {"[]", "an array"},
      {"{}", "nothing in it"},
      {good.substr(0, good.size() - 1), "cut short"},
      {good + "x", "text after it"},
      {std::string(10000, '['), "deep nesting"},
      {"{\"version\":2,\"x\":" + std::string(10000, '['), "deep nesting"},
      {std::string(1 << 20, ' '), "1 MiB of blanks"},
      {good + std::string(1 << 20, ' '), "1 MiB"},
      {Changed("\"version\":2", "\"version\":3"), "a later version"},
      {Changed("\"a.test\"", "\"a test\""), "no next hop"},
      {Changed("\"a.test\"", "\"A.test\""), "not canonical"},
      {Changed("\"a.test\"", "\"[192.0.2.1]\""), "nothing is known of an address"},
      {Changed("\"a.test\"", "\"[mx:a.test]:587\""), "nothing is known of an address"},
      {Changed("\"mx1.a.test\"", "\"MX1.a.test\""), "not canonical"},
      {Changed("\"mx1.a.test\"", "\"mx1.a.test.\""), "not canonical"},
      {Changed("\"mx1.a.test\"", "\"mx1 {a}.test\""), "no host name"},
      {Changed("\"mx1.a.test\"", "\"\""), "no host name"},
      {Changed("\"host.a.test\"", "\"host\\na.test\""), "no TLSA base"},
      {Changed("65535", "65536"), "preference too large"},
      {Changed("[2,0,1,0,1,127,255", "[2,0,1,0,1,127,256"), "octet too large"},
      {Changed("[2,0,1,0,1,127,255", "[2,0,256,0,1,127,255"), "matching type too large"},
      {Changed("[[3,1,2", "[[3,1],[3,1,2"), "short TLSA record"},
      {Changed("\"dane\":\"usable\"", "\"dane\":\"Usable\""), "unknown word"},
      {Changed("\"secure\"", "\"very secure\""), "unknown word"},
      {Changed("\"sts-policy-fetch-error\"", "\"no such type\""), "unknown result type"},
      {Changed("version:", "version"), "policy doesn't parse"},
      {Changed("mx: b.test", "mx: b.test ciphers=low"), "policy doesn't parse"},
      {Changed("1800000000", "253402300800"), "the year 10000"},
      {Changed("1800000000", "9223372036854775807"), "end of time"},
      {Changed("1800000000", "-1"), "before the epoch"},
  };
  for (const auto& c : cases) EXPECT_FALSE(DecodeEvidence(c.text).ok()) << c.why;
}

// What no answer from the network can bring, a store must not bring either.
TEST(EvidenceCodec, ForgedValues) {
  const struct {
    std::string text, why;
  } cases[] = {
      {Changed("20261001T000000Z", "a\\nb"), "an id is letters and digits (RFC 8461 section 3.1)"},
      {Changed("20261001T000000Z", ""), "an id isn't empty"},
      {Changed("\"20261101\"", "\"a\\nb\""), "the failed id, too"},
      {Changed("[[3,1,2", "[[3,9,2"), "selector 9 isn't usable (RFC 7672 section 3.1)"},
      {Changed("[[3,1,2", "[[1,1,2"), "usage 1 isn't usable (RFC 7672 section 3.1)"},
      {Changed("\\\"404\\\"", "4\\n04"), "a reason is one line"},
  };
  for (const auto& c : cases) EXPECT_FALSE(DecodeEvidence(c.text).ok()) << c.why;
}

// The policy must survive a restart whatever the hosts are like.
TEST(EvidenceCodec, WhatIsTooLargeGoesWithoutItsHosts) {
  Evidence evidence = RichEvidence("a.test");
  for (int i = 0; i < 3000; ++i) evidence.mx.hosts[0].unusable.emplace_back(250, 'x');
  const std::string text = EncodeEvidence(evidence);
  EXPECT_LE(text.size(), kMaxEncodedOctets);
  const Result<Evidence> decoded = DecodeEvidence(text);
  ASSERT_TRUE(decoded.ok()) << decoded.error();
  EXPECT_TRUE(decoded->sts == evidence.sts);
  EXPECT_TRUE(decoded->mx.hosts.empty());
  EXPECT_EQ(decoded->UsableUntil(), Time{}) << "so the domain is asked again";
}

}  // namespace
}  // namespace tlswarden
