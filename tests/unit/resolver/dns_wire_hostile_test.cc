// What a hostile resolver, or one that is out of order, can send.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "resolver/dns_wire.h"
#include "tests/unit/resolver/dns_wire_checks.h"

namespace tlswarden {
namespace {

// Whatever is cut off, no part of the reply is left.
TEST(DnsWireHostile, EveryShorterMessageFails) {
  DnsBuilder builder("a.example", RrType::kMx, kSigned);
  builder.Cname("a.example", "b.example").Answer("b.example", RrType::kMx, 60, MxWire(1, "c.d"));
  builder.Authority("example", RrType::kSoa, 60, SoaWire(60)).Record(10, {0}, 41, 1232, 0, {});
  ASSERT_EQ(Parse(builder, "a.example", RrType::kMx).mx.size(), 1U);
  for (std::size_t size = 0; size < builder.size(); ++size) {
    // A copy of exactly this size, so that the address sanitizer sees a read past its end.
    const Wire shorter(builder.wire().begin(),
                       builder.wire().begin() + static_cast<std::ptrdiff_t>(size));
    const DnsReply reply = ParseReply(shorter, "a.example", RrType::kMx, true);
    EXPECT_EQ(reply.rcode, Rcode::kFailure) << size;
    EXPECT_EQ(reply.security, Security::kIndeterminate) << size;
  }
}

TEST(DnsWireHostile, CountsThatLie) {
  DnsBuilder builder("h.example", RrType::kA);
  builder.Answer("h.example", RrType::kA, 60, kAddress);
  DnsBuilder more = builder, fewer = builder, many = builder;
  ExpectFailure(Parse(more.Count(6, 2), "h.example", RrType::kA), "malformed reply: records");
  ExpectFailure(Parse(fewer.Count(6, 0), "h.example", RrType::kA), "malformed reply: records");
  ExpectFailure(Parse(many.Count(10, 0xFFFF), "h.example", RrType::kA),
                "reply with too many records");
  ExpectFailure(Parse(builder.Raw({0}), "h.example", RrType::kA), "malformed reply: records");
}

TEST(DnsWireHostile, DataOfTheWrongSize) {
  struct Case {
    RrType type;
    Wire data;
  };
  const Case cases[] = {
      {RrType::kA, {1, 2, 3}},
      {RrType::kA, {1, 2, 3, 4, 5}},
      {RrType::kA, {}},
      {RrType::kAaaa, {1, 2, 3, 4}},
      {RrType::kMx, {0, 1}},
      {RrType::kMx, {0}},
      {RrType::kMx, {0, 1, 1, 'a'}},
      {RrType::kMx, {0, 1, 1, 'a', 0, 0}},
      {RrType::kTxt, {}},
      {RrType::kTxt, {5, 'a'}},
      {RrType::kTxt, {1, 'a', 1}},
      {RrType::kTlsa, {3, 1}},
      {RrType::kTlsa, {}},
      {RrType::kCname, {}},
      {RrType::kCname, {1, 'a', 0, 0}},
  };
  for (const Case& c : cases) {
    DnsBuilder builder("h.example", c.type);
    builder.Answer("h.example", c.type, 60, c.data);
    ExpectFailure(Parse(builder, "h.example", c.type), "malformed reply: record data");
  }
}

TEST(DnsWireHostile, HostilePointers) {
  const Wire hostile[] = {
      {0xC0, 27},          // to itself: the answer begins at octet 27
      {0xC0, 28},          // forwards
      {0xC0, 0},           // into the header
      {0xFF, 0xFF},        // beyond the end
      {1, 'a', 0xC0, 27},  // a loop of one label
      {0xC0},              // half a pointer
      {0x40, 'a'},         // reserved label types
      {0x80, 'a'},
      {63, 'a', 0},  // a label longer than the message
  };
  for (const Wire& owner : hostile) {
    DnsBuilder builder("h.example", RrType::kA);
    ASSERT_EQ(builder.size(), 27U);
    builder.Answer(owner, RrType::kA, 60, kAddress);
    EXPECT_EQ(Parse(builder, "h.example", RrType::kA).rcode, Rcode::kFailure);
  }
}

TEST(DnsWireHostile, TwoPointersAtEachOther) {
  DnsBuilder builder("h.example", RrType::kMx);
  // The data of the first record ends in a pointer to the second's, and that in one back.
  builder.Answer("h.example", RrType::kMx, 60, {0, 1, 0xC0, 67});
  builder.Answer("h.example", RrType::kMx, 60, {0, 1, 0xC0, 50});
  EXPECT_EQ(Parse(builder, "h.example", RrType::kMx).rcode, Rcode::kFailure);
}

TEST(DnsWireHostile, TooManyPointersAndTooLongNames) {
  // Each exchange is one label and a pointer to the one before.
  for (const int records : {60, 80}) {
    DnsBuilder builder("h.example", RrType::kMx);
    std::size_t previous = 12;
    for (int i = 0; i < records; ++i) {
      const std::size_t begin = builder.size() + 2 + 10 + 2;
      Wire data = {0, 1, 1, 'a'};
      AppendNumber(data, 0xC000 | previous, 2);
      builder.Answer(Wire{0xC0, 12}, RrType::kMx, 60, data);
      previous = begin;
    }
    const DnsReply reply = Parse(builder, "h.example", RrType::kMx);
    EXPECT_EQ(reply.rcode, records == 60 ? Rcode::kNoError : Rcode::kFailure) << records;
  }
  for (const std::size_t last : {61U, 62U}) {
    Wire name;
    for (const std::size_t label : {std::size_t{63}, std::size_t{63}, std::size_t{63}, last}) {
      name.push_back(static_cast<std::uint8_t>(label));
      name.insert(name.end(), label, 'a');
    }
    name.push_back(0);
    DnsBuilder builder("h.example", RrType::kCname);
    builder.Answer("h.example", RrType::kCname, 60, name);
    EXPECT_EQ(Parse(builder, "h.example", RrType::kCname).aliased, last == 61);
  }
}

// No octets make it read out of bounds, hang, or say "secure" where AD isn't set.
TEST(DnsWireHostile, RandomDamage) {
  DnsBuilder builder("a.example", RrType::kTxt);
  builder.Cname("a.example", "b.example").Answer("b.example", RrType::kTxt, 60, TxtWire({"x"}));
  builder.Authority("example", RrType::kSoa, 60, SoaWire(60));
  std::mt19937 random(20240817);
  for (int round = 0; round < 20000; ++round) {
    Wire wire = builder.wire();
    for (int i = 0; i < 3; ++i) wire[random() % wire.size()] = static_cast<std::uint8_t>(random());
    const DnsReply reply = ParseReply(wire, "a.example", RrType::kTxt, true);
    const bool authentic = (wire[3] & DnsBuilder::kAd) != 0;
    EXPECT_TRUE(authentic || reply.security != Security::kSecure);
    EXPECT_EQ(reply.rcode == Rcode::kFailure, !reply.failure.empty());
  }
}

}  // namespace
}  // namespace tlswarden
