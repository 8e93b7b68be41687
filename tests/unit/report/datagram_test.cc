#include "report/datagram.h"

#include <gtest/gtest.h>

#include <map>

#include "policy/utf8.h"
#include "tests/unit/policy/build.h"

namespace tlswarden {
namespace {

using Outcome = TlsEvent::Outcome;

TlsEvent OnlyEvent(std::string_view datagram) {
  const Result<std::vector<TlsEvent>> events = ParseDatagram(datagram, kNow);
  EXPECT_TRUE(events.ok()) << events.error();
  if (!events || events->size() != 1) return {};
  return events->front();
}

std::string ErrorOf(std::string_view datagram) {
  const Result<std::vector<TlsEvent>> events = ParseDatagram(datagram, kNow);
  return events ? "" : events.error();
}

// Around the members of one policy.
std::string WithPolicy(const std::string& members) {
  return R"({"dpv":"1","d":"a.test","policies":[{)" + members + "}]}";
}

// Around the members of one failure's details.
FailureDetail Detail(const std::string& members) {
  const TlsEvent event =
      OnlyEvent(WithPolicy(R"("policy-type":9,"f":1,"failure-details":[{)" + members + "}]"));
  EXPECT_EQ(event.details.size(), 1u);
  return event.details.empty() ? FailureDetail() : event.details[0];
}

TEST(DatagramTest, EveryFieldOfAFailure) {
  const TlsEvent event = OnlyEvent(
      R"({"dpv": "1","d": "A.Test.","pr": "v=TLSRPTv1; rua=mailto:x@a.test","policies":[)"
      R"({"policy-type":2,"policy-domain": "bücher.test","policy-string":["version: STSv1","mode: enforce"],)"
      R"("mx-host":["*.BÜCHER.test","mx.a.test"],"failure-details":[{"c":306,"s": "2001:db8::1",)"
      R"("n": "MX.a.test","h": "250-mx1.a.test at your service\r\n250 STARTTLS","r": "192.0.2.1",)"
      R"("a": "https://a.test/","f": "why"}],"t":1,"f":1}]})");
  EXPECT_EQ(event.domain, "a.test");
  EXPECT_EQ(event.policy.domain, "xn--bcher-kva.test");
  EXPECT_EQ(event.policy.strings, (std::vector<std::string>{"version: STSv1", "mode: enforce"}));
  EXPECT_EQ(event.policy.mx_hosts, (std::vector<std::string>{"*.xn--bcher-kva.test", "mx.a.test"}));
  EXPECT_EQ(event.outcome, Outcome::kFailure);
  const FailureDetail expected{"dane-required", "2001:db8::1",     "mx.a.test", "mx1.a.test",
                               "192.0.2.1",     "https://a.test/", "why",       1};
  ASSERT_EQ(event.details.size(), 1u);
  EXPECT_EQ(event.details[0], expected);
}

TEST(DatagramTest, OneEventForEachPolicy) {
  const Result<std::vector<TlsEvent>> events = ParseDatagram(
      R"({"dpv":"1","d":"a.test","pr":"v=TLSRPTv1;rua=mailto:x@a.test","policies":[)"
      R"({"policy-type":1,"policy-domain":"mx.a.test","policy-string":["3 1 1 00"],)"
      R"("failure-details":[{"c":203},{"c":204}],"t":2,"f":1},)"
      R"({"policy-type":2,"policy-string":["mode: testing"],"failure-details":[{"c":202}],"f":0}]})",
      kNow);
  ASSERT_TRUE(events.ok()) << events.error();
  ASSERT_EQ(events->size(), 2u);
  const TlsEvent& tlsa = (*events)[0];
  EXPECT_EQ(tlsa.policy.type, "tlsa");
  EXPECT_EQ(tlsa.outcome, Outcome::kFailure);
  EXPECT_EQ(tlsa.details.size(), 2u);
  const TlsEvent& sts = (*events)[1];
  EXPECT_EQ(sts.policy.domain, "a.test") << "libtlsrpt leaves out what the MTA didn't tell";
  EXPECT_EQ(sts.outcome, Outcome::kSuccess) << "the final result counts, not the details";
  EXPECT_EQ(sts.details.size(), 1u);
  EXPECT_EQ(sts.reached, TlsReached::kEncrypted);
  EXPECT_EQ(sts.tlsrpt_record, tlsa.tlsrpt_record);
}

// RFC 8460 section 4.3 and libtlsrpt's tlsrpt_failure_t.
TEST(DatagramTest, FailureCodes) {
  const std::map<std::string, std::string> types{{"201", "starttls-not-supported"},
                                                 {"202", "certificate-host-mismatch"},
                                                 {"203", "certificate-not-trusted"},
                                                 {"204", "certificate-expired"},
                                                 {"205", "validation-failure"},
                                                 {"301", "sts-policy-fetch-error"},
                                                 {"302", "sts-policy-invalid"},
                                                 {"303", "sts-webpki-invalid"},
                                                 {"304", "tlsa-invalid"},
                                                 {"305", "dnssec-invalid"},
                                                 {"306", "dane-required"}};
  for (const auto& [code, type] : types) {
    const FailureDetail detail = Detail("\"c\":" + code + R"(,"f":"why")");
    EXPECT_EQ(detail.result_type, type);
    EXPECT_EQ(detail.failure_reason_code, "why");
  }
  const std::map<std::string, std::string> reasons{
      {R"("c":901)", "internal failure of the MTA, code 901"},
      {R"("c":901,"f":"why")", "internal failure of the MTA, code 901: why"},
      {R"("c":999)", "unknown failure code 999"},
      {R"("c":-5)", "unknown failure code -5"},
      {R"("c":"202")", "no failure code"},
      {R"("c":99999999999999999999)", "no failure code"},
      {R"("f":"why")", "no failure code: why"}};
  for (const auto& [members, reason] : reasons) {
    const FailureDetail detail = Detail(members);
    EXPECT_EQ(detail.result_type, "validation-failure") << members;
    EXPECT_EQ(detail.failure_reason_code, reason);
  }
}

TEST(DatagramTest, FinalResultCounts) {
  struct Row {
    std::string members;
    Outcome outcome;
  };
  for (const Row& row : {Row{R"("f":0)", Outcome::kSuccess}, Row{R"("f":1)", Outcome::kFailure},
                         Row{R"("f":2,"failure-details":[{"c":202}])", Outcome::kFailure},
                         Row{R"("failure-details":[{"c":202}])", Outcome::kFailure},
                         Row{R"("t":0)", Outcome::kUncounted},
                         Row{R"("f":"0","failure-details":[])", Outcome::kUncounted}}) {
    const TlsEvent event = OnlyEvent(WithPolicy(R"("policy-type":9,)" + row.members));
    EXPECT_EQ(event.outcome, row.outcome) << row.members;
    const bool is_known = row.outcome == Outcome::kSuccess;
    EXPECT_EQ(event.reached, is_known ? TlsReached::kEncrypted : TlsReached::kUnknown);
  }
}

TEST(DatagramTest, HowFarTlsCameFollowsFromThePolicy) {
  struct Row {
    std::string members;
    TlsReached reached;
  };
  for (const Row& row :
       {Row{R"("policy-type":1)", TlsReached::kAuthenticated},
        Row{R"("policy-type":2,"policy-string":["version: STSv1","mode:  enforce "])",
            TlsReached::kAuthenticated},
        Row{R"("policy-type":2,"policy-string":["version: STSv1","mode: testing"])",
            TlsReached::kEncrypted},
        Row{R"("policy-type":2)", TlsReached::kEncrypted},
        Row{R"("policy-type":9)", TlsReached::kEncrypted},
        Row{R"("policy-type":3)", TlsReached::kUnknown}}) {
    EXPECT_EQ(OnlyEvent(WithPolicy(row.members + R"(,"f":0)")).reached, row.reached) << row.members;
  }
}

TEST(DatagramTest, TheServersOwnNameOfItsReplyToEhlo) {
  const std::map<std::string, std::string> names{
      {R"(250-mx.a.test\r\n250 STARTTLS)", "mx.a.test"},
      {R"(250 mx.a.test Hello [192.0.2.1])", "mx.a.test"},
      {R"(250  mx.a.test)", "mx.a.test"},
      {R"(250-mx.a.test\n250 STARTTLS)", "mx.a.test"},
      {"mx.a.test", "mx.a.test"},
      {"2500.a.test", "2500.a.test"},
      {"250", ""},
      {R"(250-\r\n250 STARTTLS)", ""},
      {R"(250 m\u0007x\u007f.a)", "mx.a"},
      {"", ""}};
  for (const auto& [reply, name] : names) {
    EXPECT_EQ(Detail(R"("c":202,"h":")" + reply + '"').receiving_mx_helo, name) << reply;
  }
}

TEST(DatagramTest, SingleFieldsOfTheWrongTypeAreEmpty) {
  for (const char* odd : {"null", "true", "17", "1.5", "[]", "{}", R"([{"a":["b"]}])"}) {
    const std::string value(odd);
    SCOPED_TRACE(value);
    const TlsEvent event = OnlyEvent(
        R"({"d":"a.test","pr":)" + value + R"(,"policies":[{"policy-type":"2","policy-domain":)" +
        value + R"(,"policy-string":)" + value + R"(,"mx-host":)" + value +
        R"(,"failure-details":[{"c":1.5,"s":)" + value + R"(,"n":)" + value + R"(,"h":)" + value +
        R"(,"r":)" + value + R"(,"a":)" + value + R"(,"f":)" + value + R"(},)" + value +
        R"(],"f":1},)" + (value == "{}" ? "1" : value) + "]}");
    EXPECT_EQ(event.policy, (ReportedPolicy{"", {}, "a.test", {}}));
    EXPECT_EQ(event.tlsrpt_record, "");
    const FailureDetail expected{"validation-failure", "", "", "", "", "", "no failure code", 1};
    ASSERT_EQ(event.details.size(), value == "{}" ? 2u : 1u);
    EXPECT_EQ(event.details[0], expected);
  }
  EXPECT_EQ(Detail(R"("s":"not an address","r":"[192.0.2.1]")").sending_mta_ip, "");
  EXPECT_EQ(Detail(R"("s":"not an address","r":"[192.0.2.1]")").receiving_ip, "");
}

TEST(DatagramTest, WhatCantBeRead) {
  const std::map<std::string, std::string> errors{
      {"", "empty"},
      {"{", "not JSON"},
      {"null", "no JSON object"},
      {"17", "no JSON object"},
      {R"("text")", "no JSON object"},
      {"[]", "no JSON object"},
      {"{}", "no domain (d)"},
      {R"({"d":"a.test"} x)", "not JSON"},
      {R"({"d":"a.test"})" + std::string(1, '\0'), "not JSON"},
      {R"({"d":"a.test"})", "no policies"},
      {R"({"d":"a.test","policies":[]})", "no policies"},
      {R"({"d":"a.test","policies":{"f":0}})", "no policies"},
      {R"({"d":"a.test","policies":[1,[],"x",null]})", "no policies"},
      {R"({"d":"","policies":[{}]})", "no domain (d)"},
      {R"({"d":17,"policies":[{}]})", "no domain (d)"},
      {R"({"d":"a b","policies":[{}]})", "domain (d) a b: "},
      {R"({"d":"192.0.2.1","policies":[{}]})", "domain (d) 192.0.2.1: an address"},
      {R"({"d":"a.test","policies":[{},{"policy-domain":"a..b"}]})", "policy-domain a..b: "},
      {R"({"dpv":"2","d":"a.test","policies":[{}]})", "protocol version"},
      {R"({"dpv":1,"d":"a.test","policies":[{}]})", "protocol version"},
      {R"({"dpv":null,"d":"a.test","policies":[{}]})", "protocol version"}};
  for (const auto& [datagram, error] : errors) {
    EXPECT_TRUE(ErrorOf(datagram).starts_with(error)) << datagram << ": " << ErrorOf(datagram);
    EXPECT_NE(ErrorOf(datagram), "") << datagram;
  }
}

TEST(DatagramTest, SizeAndDepthAreBounded) {
  const std::string deep = std::string(10000, '[') + std::string(10000, ']');
  EXPECT_NE(ErrorOf(deep), "");
  EXPECT_NE(ErrorOf(R"({"d":"a.test","policies":[{"x":)" + deep + "}]}"), "");
  std::string binary;
  for (int i = 0; i < 200000; ++i) binary += static_cast<char>(i * 7 + i / 256);
  EXPECT_NE(ErrorOf(binary), "");

  const std::string datagram = WithPolicy(R"("f":0)");
  const std::string largest = datagram + std::string(kMaxDatagramOctets - datagram.size(), ' ');
  EXPECT_EQ(ErrorOf(largest), "");
  EXPECT_EQ(ErrorOf(largest + ' '), "longer than 212960 octets");
}

std::string Many(const std::string& item, std::size_t count) {
  std::string items = item;
  while (--count > 0) items += ',' + item;
  return items;
}

TEST(DatagramTest, WhatIsTooMuchIsLeftOut) {
  const std::string policy = R"({"policy-type":2,"policy-string":[)" + Many(R"("x")", 1000) +
                             R"(],"mx-host":[)" + Many(R"("m.test")", 1000) +
                             R"(],"failure-details":[)" + Many(R"({"c":202})", 1000) +
                             R"(],"f":1})";
  const Result<std::vector<TlsEvent>> events = ParseDatagram(
      R"({"d":"a.test","policies":[)" + policy + ',' + Many(R"({"f":0})", 20000) + "]}", kNow);
  ASSERT_TRUE(events.ok()) << events.error();
  EXPECT_EQ(events->size(), kMaxDatagramPolicies);
  EXPECT_EQ(events->front().policy.strings.size(), kMaxPolicyStrings);
  EXPECT_EQ(events->front().policy.mx_hosts.size(), kMaxPolicyMxHosts);
  EXPECT_EQ(events->front().details.size(), kMaxFailureDetails);

  // Of 200 kB of two octets each, the text ends with a whole character.
  std::string umlauts;
  for (int i = 0; i < 100000; ++i) umlauts += "ä";
  const FailureDetail detail = Detail(R"("c":202,"f":"x)" + umlauts + '"');
  EXPECT_EQ(detail.failure_reason_code.size(), kMaxEventTextOctets - 1);
  EXPECT_TRUE(IsUtf8(detail.failure_reason_code));

  // A TLSA record may hold a whole certificate; half a TLSRPT record names other destinations.
  const std::string tlsa = "3 0 0 " + std::string(6000, 'A');
  EXPECT_EQ(OnlyEvent(WithPolicy(R"("policy-type":1,"policy-string":[")" + tlsa + "\"]"))
                .policy.strings[0],
            tlsa);
  const std::string record = R"({"d":"a.test","policies":[{}],"pr":"v=TLSRPTv1;rua=mailto:)";
  EXPECT_NE(OnlyEvent(record + std::string(900, 'x') + "\"}").tlsrpt_record, "");
  EXPECT_EQ(OnlyEvent(record + std::string(1900, 'x') + "\"}").tlsrpt_record, "");
}

// libtlsrpt passes octets on as they came, but JSON's escapes hold what is below a blank.
TEST(DatagramTest, TextsAreMendedAndOneLine) {
  const std::map<std::string, std::string> reasons{
      {"a\xff\xc3(b", "a\xef\xbf\xbd\xef\xbf\xbd(b"},
      {"\xe2\x98", "\xef\xbf\xbd\xef\xbf\xbd"},
      {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
      {"grüße ☃", "grüße ☃"},
      {R"(a\r\nb\tc\u0000d\u007fe\u0085f)", "abcdef"},
      {"a\xc2\x85"
       "b",
       "ab"},
      {R"(\u2603)", "☃"}};
  for (const auto& [text, mended] : reasons) {
    EXPECT_EQ(Detail(R"("c":205,"f":")" + text + '"').failure_reason_code, mended);
  }
  EXPECT_EQ(OnlyEvent("{\"d\":\"a.test\",\"pr\":\"v\xff\",\"policies\":[{}]}").tlsrpt_record,
            "v\xef\xbf\xbd");
  EXPECT_NE(ErrorOf("{\"d\":\"a\xff.test\",\"policies\":[{}]}"), "");
}

}  // namespace
}  // namespace tlswarden
