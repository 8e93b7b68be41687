#include "socketmap/postfix_reply.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "policy/judge.h"
#include "tests/unit/policy/build.h"
#include "tests/unit/socketmap/postfix_grammar.h"

namespace tlswarden {
namespace {

Verdict At(TlsLevel level) {
  Verdict verdict;
  verdict.level = level;
  verdict.policy_domain = Name("example.com");
  return verdict;
}

Verdict Secure(const StsPolicy& policy) {
  Verdict verdict = At(TlsLevel::kSecure);
  verdict.policy_type = PolicyType::kSts;
  verdict.sts = policy;
  return verdict;
}

// RFC 8461 section 3.2's example.
const char kExample[] =
    "version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmx: *.example.net\r\n"
    "mx: backupmx.example.com\r\nmax_age: 604800\r\n";

std::size_t Count(const PostfixPolicy& policy, std::string_view name) {
  return static_cast<std::size_t>(
      std::count_if(policy.attributes.begin(), policy.attributes.end(),
                    [&](const auto& attribute) { return attribute.first == name; }));
}

// What is always demanded of an answer with attributes; returns it read by Postfix's grammar.
PostfixPolicy ExpectGood(const StsPolicy& policy) {
  const std::string reply = PostfixReply(Secure(policy), true);
  EXPECT_LE(reply.size(), kMaxReplyOctets);
  EXPECT_TRUE(reply.starts_with("OK "));
  EXPECT_TRUE(
      std::all_of(reply.begin(), reply.end(), [](char c) { return c >= 0x20 && c < 0x7f; }));
  const std::optional<PostfixPolicy> read = ReadPostfixPolicy(std::string_view(reply).substr(3));
  EXPECT_TRUE(read) << reply.substr(0, 300);
  if (!read) return {};
  EXPECT_EQ(read->level, "secure");
  for (const char* name : {"match", "servername", "policy_type", "policy_domain"}) {
    EXPECT_EQ(Count(*read, name), 1u) << name;
  }
  // Postfix 3.10.0 crashes without them.
  EXPECT_GE(Count(*read, "policy_string"), 1u) << reply.substr(0, 300);
  EXPECT_GE(Count(*read, "mx_host_pattern"), 1u) << reply.substr(0, 300);
  return *read;
}

TEST(PostfixReply, ByteForByte) {
  const struct {
    TlsLevel level;
    const char* reply;
  } cases[] = {
      {TlsLevel::kMay, "NOTFOUND "},
      {TlsLevel::kEncrypt, "OK encrypt"},
      {TlsLevel::kDane, "OK dane"},
      {TlsLevel::kDaneOnly, "OK dane-only"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(PostfixReply(At(c.level), false), c.reply);
    EXPECT_EQ(PostfixReply(At(c.level), true), c.reply) << "attributes go with MTA-STS only";
  }
}

// Sendmail wants servername=hostname as the last thing.
TEST(PostfixReply, SecureByteForByte) {
  EXPECT_EQ(PostfixReply(Secure(Policy(kExample)), false),
            "OK secure match=mail.example.com:.example.net:backupmx.example.com "
            "servername=hostname");
}

TEST(PostfixReply, SecureWithTlsrptByteForByte) {
  EXPECT_EQ(PostfixReply(Secure(Policy(kExample)), true),
            "OK secure match=mail.example.com:.example.net:backupmx.example.com "
            "servername=hostname policy_type=sts policy_domain=example.com "
            "mx_host_pattern=mail.example.com mx_host_pattern=*.example.net "
            "mx_host_pattern=backupmx.example.com { policy_string = version: STSv1 } "
            "{ policy_string = mode: enforce } { policy_string = mx: mail.example.com } "
            "{ policy_string = mx: *.example.net } { policy_string = mx: backupmx.example.com } "
            "{ policy_string = max_age: 604800 }");
}

TEST(PostfixReply, TempSaysWhy) {
  Verdict verdict = At(TlsLevel::kUndecided);
  EXPECT_EQ(PostfixReply(verdict, true), "TEMP no answer");
  verdict.failure = Failure{ResultType::kDnssecInvalid, "MX a.test: SERVFAIL\r\n\xc3\xa4", true};
  EXPECT_EQ(PostfixReply(verdict, true), "TEMP dnssec-invalid: MX a.test: SERVFAIL????");
}

TEST(PostfixReply, ObserveDemandsNothing) {
  Verdict verdict = Secure(Policy(kExample));
  verdict.observed = true;
  EXPECT_EQ(PostfixReply(verdict, true), "NOTFOUND ");
}

// What a stranger writes into his policy becomes no attribute; lines that could are left out.
TEST(PostfixReply, HostileLines) {
  const std::string good = PolicyText("enforce", {"mx.example.com"});
  const struct {
    std::string line;
    std::size_t strings;  // besides the four good lines
    const char* why;
  } cases[] = {
      {"x: y", 1, "an unknown field"},
      {"x: a=b, c=d", 1, "commas and = within braces are harmless"},
      {"x: \"quotes' \\", 1, "quotes"},
      {"x: } ciphers=low {", 0, "braces"},
      {"x: }", 0, "a closing brace"},
      {"x: {", 0, "an opening brace"},
      {"x: { y }", 0, "balanced braces"},
      {"x: \xc3\xa4", 0, "not ASCII"},
      {"x: match=evil.test", 1, "the words of an attribute"},
      {"policy_type: x", 1, "the name of an attribute"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.why);
    const PostfixPolicy read = ExpectGood(Policy(good + c.line + '\n'));
    EXPECT_EQ(Count(read, "policy_string"), 4 + c.strings);
    EXPECT_EQ(Count(read, "match"), 1u);
  }
}

// A tab after the colon is as good as a blank (RFC 8461 section 3.2), so it can't cost the lines
// that Postfix needs.
TEST(PostfixReply, TabsWithinLines) {
  const PostfixPolicy read = ExpectGood(
      Policy("version:\tSTSv1\nmode:\tenforce\nmx:\tmx.example.com\t\nmax_age:\t604800\n"));
  EXPECT_EQ(Count(read, "policy_string"), 4u);
}

std::string LongName(int number) {
  const std::string label(60, 'a');
  return label + '.' + label + '.' + label + '.' + label + ".n" + std::to_string(1000 + number);
}

// As many and as long as a policy may have: Postfix reads 100,000 octets at most.
TEST(PostfixReply, IsBounded) {
  std::vector<std::string> mx;
  for (int i = 0; i < static_cast<int>(kMaxMxPatterns); ++i) mx.push_back(LongName(i));
  const std::string text = PolicyText("enforce", mx);
  ASSERT_LT(text.size(), 64u * 1024) << "it can be fetched";
  const StsPolicy policy = Policy(text);
  EXPECT_LE(PostfixReply(Secure(policy), false).size(), kMaxReplyOctets);
  ExpectGood(policy);
}

TEST(PostfixReply, LongLinesAreLeftOut) {
  std::string text = PolicyText("enforce", {"mx.example.com"});
  for (int i = 0; i < 2; ++i) text += "x: " + std::string(60000, 'x') + '\n';
  EXPECT_GE(Count(ExpectGood(Policy(text)), "policy_string"), 5u);
}

}  // namespace
}  // namespace tlswarden
