#include "daemon/doctor_output.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>

#include "daemon/commands.h"

namespace tlswarden {
namespace {

using enum Finding::Result;

const DkimSignature kOwn{"corp.example", "sel1"}, kOther{"esp.example", "s"};

Settings::Tlsrpt Corp() {
  Settings::Tlsrpt tlsrpt = DefaultSettings().tlsrpt;
  tlsrpt.contact_info = "tls@corp.example";
  return tlsrpt;
}

SmtpOutcome Outcome(SmtpOutcome::Status status, const std::string& why = "") {
  return {status, why, {}};
}

SelfReport Came(const std::vector<DkimSignature>& signatures) {
  return {Time{}, Time{}, signatures};
}

TEST(FindingText, ALineAndWhatToDo) {
  EXPECT_EQ(FindingText({kOk, "resolver", "127.0.0.1:53", "answers and validates", ""}),
            "ok       resolver 127.0.0.1:53: answers and validates\n");
  EXPECT_EQ(FindingText({kSkipped, "milter", "", "off", ""}), "skipped  milter: off\n");
  EXPECT_EQ(FindingText({kBad, "milter", "unix:/x", "gone", "Start it."}),
            "bad      milter unix:/x: gone\n         Start it.\n");
}

TEST(FindingText, NothingOfARelayReachesTheTerminalRaw) {
  const std::string hostile = "550 \x1b[31m\r\n\xff" + std::string(100000, 'x');
  const Finding finding =
      ReportMailFinding(Corp(), Outcome(SmtpOutcome::Status::kPermanent, hostile), {});
  for (const std::string& text :
       {FindingText(finding), boost::json::serialize(FindingsJson({finding}))}) {
    EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char c) {
      return c == '\n' || (c >= 0x20 && c <= 0x7e);
    })) << text;
    EXPECT_LT(text.size(), 3000u);
  }
}

TEST(FindingsJson, LeavesOutWhatIsEmpty) {
  Finding mail = ReportMailFinding(Corp(), Outcome(SmtpOutcome::Status::kSent), Came({kOwn}));
  EXPECT_EQ(boost::json::serialize(FindingsJson({{kSkipped, "milter", "", "off", ""}, mail})),
            R"({"findings":[{"check":"milter","result":"skipped","text":"off"},)"
            R"({"check":"report-mail","result":"ok","object":"tls@corp.example",)"
            R"("text":"signed by d=corp.example, s=sel1",)"
            R"("signatures":[{"domain":"corp.example","selector":"sel1"}]}]})");
}

TEST(ExitCodeOf, BadNewsGoesFirst) {
  const auto code = [](const std::vector<Finding::Result>& results) {
    std::vector<Finding> findings;
    findings.reserve(results.size());
    for (const Finding::Result result : results) findings.push_back({result, "", "", "", ""});
    return ExitCodeOf(findings);
  };
  EXPECT_EQ(code({}), kExitGood);
  EXPECT_EQ(code({kOk, kSkipped}), kExitGood);
  EXPECT_EQ(code({kUnknown, kOk}), kExitTemporary);
  EXPECT_EQ(code({kUnknown, kBad, kUnknown, kOk}), kExitBadNews);
}

TEST(ResolverFinding, ItMustValidateAndBeTrusted) {
  DnsReply secure = FailedReply("arpa", "");
  secure.rcode = Rcode::kNoError;
  secure.security = Security::kSecure;
  DnsReply insecure = secure, no_name = secure, bogus = FailedReply("arpa", "SERVFAIL");
  insecure.security = Security::kInsecure;
  no_name.rcode = Rcode::kNxDomain;  // a signed denial will do
  bogus.security = Security::kBogus;
  const DnsReply silent = FailedReply("arpa", "timeout");
  const struct {
    DnsReply reply;
    TrustAd trust_ad;
    bool trusts_ad;
    Finding::Result result;
    const char* text;
  } cases[] = {
      {secure, TrustAd::kLoopback, true, kOk, "answers and validates"},
      {no_name, TrustAd::kYes, true, kOk, "answers and validates"},
      {insecure, TrustAd::kLoopback, true, kBad,
       "answers, but doesn't validate: no AD bit for arpa"},
      {insecure, TrustAd::kLoopback, false, kBad,
       "answers, but doesn't validate: no AD bit for arpa"},
      {secure, TrustAd::kLoopback, false, kBad,
       "validates, but that doesn't count: not all resolvers are on loopback"},
      {secure, TrustAd::kNo, false, kSkipped,
       "answers; trust-ad = no, so it doesn't matter whether it validates"},
      {silent, TrustAd::kNo, false, kBad, "no answer: timeout"},
      {silent, TrustAd::kYes, true, kBad, "no answer: timeout"},
      {bogus, TrustAd::kYes, true, kBad, "its DNSSEC validation fails for arpa"},
  };
  for (const auto& c : cases) {
    const Finding finding = ResolverFinding("127.0.0.1:53", c.reply, c.trust_ad, c.trusts_ad);
    EXPECT_EQ(finding.result, c.result) << c.text;
    EXPECT_EQ(finding.text, c.text);
    EXPECT_EQ(finding.to_do.empty(), c.result != kBad) << c.text;
  }
}

TEST(ReportMailFinding, SaysWhatTheMailHasShown) {
  const SmtpOutcome sent = Outcome(SmtpOutcome::Status::kSent);
  const struct {
    SmtpOutcome outcome;
    std::optional<SelfReport> seen;
    Finding::Result result;
    const char* text;
    const char* to_do;  // has this in it
  } cases[] = {
      {sent, Came({kOther, kOwn}), kOk, "signed by d=corp.example, s=sel1", ""},
      {sent, Came({}), kBad, "not signed", "SigningTable"},
      {sent, Came({}), kBad, "not signed", "dkim_signing.conf"},
      {sent, Came({}), kBad, "not signed", " smtpd_milters"},
      {sent, Came({kOther}), kBad, "signed by d=esp.example, s=s, but not by corp.example",
       "name corp.example in the SigningTable"},
      {sent, SelfReport(), kUnknown, "handed over, but it hasn't come back",
       "tlswarden report read FILE"},
      {sent, std::nullopt, kUnknown, "handed over, but it hasn't come back", "within a day"},
      {Outcome(SmtpOutcome::Status::kPermanent, "550 5.1.1 no such user"), std::nullopt, kBad,
       "refused: 550 5.1.1 no such user", "[tlsrpt] relay"},
      {Outcome(SmtpOutcome::Status::kTemporary, "451 4.7.1 later"), std::nullopt, kUnknown,
       "not taken now: 451 4.7.1 later", "[tlsrpt] relay"},
  };
  for (const auto& c : cases) {
    const Finding finding = ReportMailFinding(Corp(), c.outcome, c.seen);
    EXPECT_EQ(finding.result, c.result) << c.text;
    EXPECT_EQ(finding.text, c.text);
    EXPECT_NE(finding.to_do.find(c.to_do), std::string::npos) << finding.to_do;
    EXPECT_EQ(finding.to_do.empty(), c.result == kOk);
    EXPECT_EQ(finding.signatures.has_value(), c.seen && c.seen->came) << c.text;
    EXPECT_LT(finding.to_do.size(), 1000u) << "it would be cut";
  }
}

TEST(ReportMailFinding, KnowsWhatElseMayBeWrong) {
  Settings::Tlsrpt tlsrpt = Corp();
  tlsrpt.submit = SubmitBy::kSendmail;
  tlsrpt.sender = "reports@other.example";
  const Finding finding = ReportMailFinding(tlsrpt, Outcome(SmtpOutcome::Status::kSent), Came({}));
  EXPECT_NE(finding.to_do.find("non_smtpd_milters"), std::string::npos) << finding.to_do;
  EXPECT_NE(finding.to_do.find("other.example's ([tlsrpt] sender)"), std::string::npos)
      << finding.to_do;
}

}  // namespace
}  // namespace tlswarden
