#include "resolver/dns_wire.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/resolver/dns_wire_checks.h"

namespace tlswarden {
namespace {

using std::chrono::seconds;

TEST(DnsWire, QueryIsAsSpecified) {
  const Wire expected = {0xAB, 0xCD, 0x01, 0x20, 0,    1,   0,   0, 0, 0,  0, 1,
                         3,    '_',  '2',  '5',  2,    'm', 'x', 0, 0, 52, 0, 1,  //
                         0,    0,    41,   0x04, 0xD0, 0,   0,   0, 0, 0,  0};
  EXPECT_EQ(MakeQuery(0xABCD, "_25.mx", RrType::kTlsa, false), expected);
  const Wire unchecked = MakeQuery(0xABCD, "_25.mx", RrType::kTlsa, true);
  EXPECT_EQ(unchecked[3], 0x30);  // AD and CD
}

TEST(DnsWire, QueryNames) {
  for (const char* good : {"a", "example.com", "_25._tcp.MX.example", "xn--a.b-c.1"}) {
    EXPECT_TRUE(IsQueryName(good)) << good;
  }
  const std::string label(63, 'a');
  EXPECT_TRUE(IsQueryName(label + ".b"));
  EXPECT_FALSE(IsQueryName(label + "a.b"));
  const std::string three = label + "." + label + "." + label + ".";
  EXPECT_TRUE(IsQueryName(three + std::string(61, 'a')));
  EXPECT_FALSE(IsQueryName(three + std::string(62, 'a')));
  for (const char* bad : {"", ".", "a.", ".a", "a..b", "a b", "a\\046b", "a*", "\xC3\xA4.de"}) {
    EXPECT_FALSE(IsQueryName(bad)) << bad;
  }
}

TEST(DnsWire, AddressesWithTheLeastTtl) {
  DnsBuilder builder("Host.Example", RrType::kA, kSigned);
  builder.Answer(Wire{0xC0, 12}, RrType::kA, 600, kAddress);
  builder.Answer("host.EXAMPLE", RrType::kA, 300, {203, 0, 113, 255});
  builder.Answer("other.example", RrType::kA, 5, {1, 1, 1, 1});
  const DnsReply reply = Parse(builder, "host.example", RrType::kA);
  EXPECT_EQ(reply.rcode, Rcode::kNoError);
  EXPECT_EQ(reply.security, Security::kSecure);
  EXPECT_EQ(reply.addresses, (std::vector<std::string>{"192.0.2.1", "203.0.113.255"}));
  EXPECT_EQ(reply.ttl, seconds(300));
  EXPECT_EQ(reply.canonical_name, "host.example");
  EXPECT_FALSE(reply.aliased);
  EXPECT_EQ(reply.failure, "");
}

TEST(DnsWire, Ipv6Address) {
  DnsBuilder builder("h.example", RrType::kAaaa);
  Wire address(16);
  address[0] = 0x20, address[1] = 0x01, address[2] = 0x0D, address[3] = 0xB8, address[15] = 1;
  builder.Answer("h.example", RrType::kAaaa, 60, address);
  EXPECT_EQ(Parse(builder, "h.example", RrType::kAaaa).addresses,
            std::vector<std::string>{"2001:db8::1"});
}

TEST(DnsWire, AdCountsOnlyWhenSetAndTrusted) {
  for (const bool trusted : {false, true}) {
    for (const std::uint16_t flags : {DnsBuilder::kReply, kSigned}) {
      DnsBuilder builder("h.example", RrType::kA, flags);
      builder.Answer("h.example", RrType::kA, 60, kAddress);
      EXPECT_EQ(Parse(builder, "h.example", RrType::kA, trusted).security,
                trusted && flags == kSigned ? Security::kSecure : Security::kInsecure);
    }
  }
}

TEST(DnsWire, Mx) {
  DnsBuilder builder("example", RrType::kMx);
  builder.Answer("example", RrType::kMx, 60, MxWire(20, "B.Example"));
  builder.Answer("example", RrType::kMx, 60, {0, 10, 1, 'a', 0xC0, 12});  // a.example
  const DnsReply reply = Parse(builder, "example", RrType::kMx);
  EXPECT_EQ(reply.mx, (std::vector<MxRecord>{{20, "b.example"}, {10, "a.example"}}));
}

TEST(DnsWire, NullMx) {
  DnsBuilder builder("example", RrType::kMx);
  builder.Answer("example", RrType::kMx, 60, {0, 0, 0});
  EXPECT_EQ(Parse(builder, "example", RrType::kMx).mx, (std::vector<MxRecord>{{0, ""}}));
}

TEST(DnsWire, OddOctetsInNamesAreEscaped) {
  DnsBuilder builder("example", RrType::kMx);
  builder.Answer("example", RrType::kMx, 60,
                 {0, 1, 4, 'a', '.', 'b', '\n', 3, 'D', 0, 0xFF, 3, '\\', '*', ' ', 0});
  EXPECT_EQ(Parse(builder, "example", RrType::kMx).mx.at(0).exchange,
            "a\\046b\\010.d\\000\\255.\\092\\042\\032");
}

// A question for the one label "a.b" isn't a question for a.b.
TEST(DnsWire, DotInsideALabelIsAnotherName) {
  Wire wire = {0x12, 0x34, 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0, 3, 'a', '.', 'b', 0, 0, 1, 0, 1};
  ExpectFailure(ParseReply(wire, "a.b", RrType::kA, true), "reply to another question");
}

TEST(DnsWire, TxtStringsAreJoined) {
  DnsBuilder builder("t.example", RrType::kTxt);
  builder.Answer("t.example", RrType::kTxt, 60, TxtWire({"v=STSv1; ", "id=1", "", ";"}));
  builder.Answer("t.example", RrType::kTxt, 60, TxtWire({""}));
  const DnsReply reply = Parse(builder, "t.example", RrType::kTxt);
  EXPECT_EQ(reply.txt, (std::vector<std::string>{"v=STSv1; id=1;", ""}));
}

TEST(DnsWire, Tlsa) {
  DnsBuilder builder("_25._tcp.mx.example", RrType::kTlsa, kSigned);
  builder.Answer("_25._tcp.mx.example", RrType::kTlsa, 60, {3, 1, 1, 0xAA, 0xBB});
  builder.Answer("_25._tcp.mx.example", RrType::kTlsa, 60, {2, 0, 0});
  const DnsReply reply = Parse(builder, "_25._tcp.mx.example", RrType::kTlsa);
  EXPECT_EQ(reply.tlsa, (std::vector<TlsaRecord>{{3, 1, 1, {0xAA, 0xBB}}, {2, 0, 0, {}}}));
}

TEST(DnsWire, FollowsCnames) {
  DnsBuilder builder("a.example", RrType::kA);
  builder.Answer("c.example", RrType::kA, 500, kAddress);  // any order
  builder.Cname("b.example", "C.Example", 100).Cname("a.example", "b.example", 200);
  const DnsReply reply = Parse(builder, "a.example", RrType::kA);
  EXPECT_EQ(reply.addresses, std::vector<std::string>{"192.0.2.1"});
  EXPECT_EQ(reply.canonical_name, "c.example");
  EXPECT_TRUE(reply.aliased);
  EXPECT_EQ(reply.ttl, seconds(100));
}

TEST(DnsWire, RecordsOfOtherNamesDontCountAfterACname) {
  DnsBuilder builder("a.example", RrType::kA);
  builder.Cname("a.example", "b.example").Answer("c.example", RrType::kA, 60, kAddress);
  const DnsReply reply = Parse(builder, "a.example", RrType::kA);
  EXPECT_EQ(reply.rcode, Rcode::kNoError);
  EXPECT_TRUE(reply.addresses.empty());
  EXPECT_EQ(reply.canonical_name, "b.example");
}

TEST(DnsWire, DnameIsFollowedByItsCname) {
  DnsBuilder builder("a.old.example", RrType::kA);
  builder.Record(6, NameWire("old.example"), 39, 1, 10, NameWire("new.example"));
  builder.Cname("a.old.example", "a.new.example", 0)
      .Answer("a.new.example", RrType::kA, 9, kAddress);
  const DnsReply reply = Parse(builder, "a.old.example", RrType::kA);
  EXPECT_EQ(reply.addresses.size(), 1U);
  EXPECT_EQ(reply.canonical_name, "a.new.example");
  EXPECT_EQ(reply.ttl, seconds(0));
}

TEST(DnsWire, CnameChainHasALimit) {
  for (const int links : {kMaxCnameLinks, kMaxCnameLinks + 1}) {
    DnsBuilder builder("n0.example", RrType::kA);
    for (int i = 0; i < links; ++i) {
      builder.Cname("n" + std::to_string(i) + ".example", "n" + std::to_string(i + 1) + ".example");
    }
    builder.Answer("n" + std::to_string(links) + ".example", RrType::kA, 60, kAddress);
    const DnsReply reply = Parse(builder, "n0.example", RrType::kA);
    EXPECT_EQ(reply.rcode, links == kMaxCnameLinks ? Rcode::kNoError : Rcode::kFailure);
  }
}

TEST(DnsWire, CnameLoop) {
  DnsBuilder builder("a.example", RrType::kA, kSigned);
  builder.Cname("a.example", "b.example").Cname("b.example", "a.example");
  ExpectFailure(Parse(builder, "a.example", RrType::kA), "CNAME loop, or a chain of more than 16");
}

TEST(DnsWire, CnameQuestionShowsTheFirstLink) {
  DnsBuilder builder("a.example", RrType::kCname, kSigned);
  builder.Cname("a.example", "b.example", 77).Cname("b.example", "c.example", 1);
  const DnsReply reply = Parse(builder, "a.example", RrType::kCname);
  EXPECT_TRUE(reply.aliased);
  EXPECT_EQ(reply.canonical_name, "b.example");
  EXPECT_EQ(reply.ttl, seconds(77));
  EXPECT_EQ(reply.security, Security::kSecure);

  const DnsReply none =
      Parse(DnsBuilder("a.example", RrType::kCname, kSigned), "a.example", RrType::kCname);
  EXPECT_EQ(none.rcode, Rcode::kNoError);
  EXPECT_FALSE(none.aliased);
}

TEST(DnsWire, TtlWithTopBitIsZero) {
  DnsBuilder builder("h.example", RrType::kA);
  builder.Answer("h.example", RrType::kA, 0x80000001U, kAddress);
  EXPECT_EQ(Parse(builder, "h.example", RrType::kA).ttl, seconds(0));
}

TEST(DnsWire, NodataTakesItsTtlFromTheSoa) {
  struct Case {
    std::uint32_t ttl, minimum;
    int expected;
  };
  for (const Case& c : {Case{900, 300, 300}, Case{200, 300, 200}, Case{9, 0x80000000U, 0}}) {
    DnsBuilder builder("h.example", RrType::kA, kSigned);
    builder.Authority("example", RrType::kSoa, c.ttl, SoaWire(c.minimum));
    const DnsReply reply = Parse(builder, "h.example", RrType::kA);
    EXPECT_EQ(reply.rcode, Rcode::kNoError);
    EXPECT_EQ(reply.security, Security::kSecure);
    EXPECT_TRUE(reply.addresses.empty());
    EXPECT_EQ(reply.ttl, seconds(c.expected));
  }
}

TEST(DnsWire, NxDomainWithoutSoa) {
  DnsBuilder builder("h.example", RrType::kMx, DnsBuilder::kReply | 3);
  const DnsReply reply = Parse(builder, "h.example", RrType::kMx);
  EXPECT_EQ(reply.rcode, Rcode::kNxDomain);
  EXPECT_EQ(reply.security, Security::kInsecure);
  EXPECT_EQ(reply.ttl, seconds(kDefaultNegativeSeconds));
}

TEST(DnsWire, NxDomainWithRecordsHasNone) {
  DnsBuilder builder("a.example", RrType::kA, DnsBuilder::kReply | 3);
  builder.Cname("a.example", "b.example", 20).Answer("b.example", RrType::kA, 60, kAddress);
  const DnsReply reply = Parse(builder, "a.example", RrType::kA);
  EXPECT_EQ(reply.rcode, Rcode::kNxDomain);
  EXPECT_TRUE(reply.addresses.empty());
  EXPECT_TRUE(reply.aliased);
  EXPECT_EQ(reply.ttl, seconds(20));
}

TEST(DnsWire, OtherRcodesAreFailures) {
  const std::pair<int, const char*> cases[] = {
      {1, "FORMERR"}, {2, "SERVFAIL"}, {4, "NOTIMP"}, {5, "REFUSED"}, {9, "rcode 9"}};
  for (const auto& [rcode, name] : cases) {
    const auto flags = static_cast<std::uint16_t>(kSigned | rcode);
    DnsBuilder builder("h.example", RrType::kA, flags);
    builder.Answer("h.example", RrType::kA, 60, kAddress);
    ExpectFailure(Parse(builder, "h.example", RrType::kA), name);
    EXPECT_EQ(IsServfail(builder.wire()), rcode == 2);
  }
  EXPECT_FALSE(IsServfail({}));
}

TEST(DnsWire, ExtendedRcodeOfOpt) {
  DnsBuilder builder("h.example", RrType::kA, kSigned);
  builder.Record(10, {0}, 41, 1232, 0x01000000, {});
  ExpectFailure(Parse(builder, "h.example", RrType::kA), "rcode 16");
}

TEST(DnsWire, TruncatedAndForeignMessages) {
  ExpectFailure(Parse(DnsBuilder("h.example", RrType::kA, kSigned | DnsBuilder::kTc), "h.example",
                      RrType::kA),
                "truncated");
  ExpectFailure(Parse(DnsBuilder("h.example", RrType::kA, 0x0100), "h.example", RrType::kA),
                "not a reply to a query");
  ExpectFailure(Parse(DnsBuilder("h.example", RrType::kA, 0xA180), "h.example", RrType::kA),
                "not a reply to a query");  // opcode 4
  const DnsBuilder good("h.example", RrType::kA, kSigned);
  ExpectFailure(Parse(good, "g.example", RrType::kA), "reply to another question");
  ExpectFailure(Parse(good, "h.example", RrType::kAaaa), "reply to another question");
  DnsBuilder none = good;
  ExpectFailure(Parse(none.Count(4, 0), "h.example", RrType::kA), "reply to another question");
  Wire other_class = good.wire();
  other_class.back() = 3;
  ExpectFailure(ParseReply(other_class, "h.example", RrType::kA, true),
                "reply to another question");
}

TEST(DnsWire, RecordsOfOtherClassesDontCount) {
  DnsBuilder builder("h.example", RrType::kA, kSigned);
  builder.Record(6, NameWire("h.example"), 1, 3, 60, kAddress);
  EXPECT_TRUE(Parse(builder, "h.example", RrType::kA).addresses.empty());
}

}  // namespace
}  // namespace tlswarden
