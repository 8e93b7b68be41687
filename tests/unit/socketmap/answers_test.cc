#include "socketmap/answers.h"

#include <gtest/gtest.h>

#include "socketmap/netstring.h"
#include "tests/unit/socketmap/build.h"

namespace tlswarden {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

class AnswersTest : public testing::Test {
 protected:
  // The answer at hand, or "?" when the resolver must be asked.
  std::string Ready(std::string_view request) { return Ready(answers_, request); }

  std::string Ready(Answers& answers, std::string_view request) {
    std::string out;
    std::optional<MapRequest> missing;
    if (!answers.AppendReady(request, resolver_.Now(), out, missing)) {
      EXPECT_TRUE(missing && missing->next_hop);
      EXPECT_EQ(out, "");
      return "?";
    }
    const NetstringScan scan = ScanNetstring(out);
    EXPECT_EQ(scan.consumed, out.size());
    return std::string(scan.data);
  }

  std::string Judged(std::string_view request, const EvidencePtr& evidence) {
    std::string out;
    answers_.AppendJudged(request, *ParseMapRequest(request), evidence, false, {}, out);
    return std::string(ScanNetstring(out).data);
  }

  FakeResolver resolver_;
  CurrentOrders orders_{Orders()};
  MapSink sink_;
  Answers answers_{resolver_, orders_, sink_};
};

TEST_F(AnswersTest, FromTheCache) {
  resolver_.Know(OneHost("dane.test", HostDane::kUsable));
  resolver_.Know(OneHost("none.test", HostDane::kNone));
  resolver_.Know(OneHostWithSts("sts.test"));
  const struct {
    const char *request, *answer;
  } cases[] = {
      {"QUERY dane.test", "OK dane-only"},
      {"QUERY DANE.test", "OK dane-only"},
      {"QUERY none.test", "NOTFOUND "},
      {"QUERY sts.test", "OK secure match=mx.sts.test servername=hostname"},
      {"QUERY sts.test:25", "OK secure match=mx.sts.test servername=hostname"},
      {"QUERY [sts.test]", "?"},
      {"QUERY unknown.test", "?"},
  };
  for (int round = 0; round < 2; ++round) {
    for (const auto& c : cases) EXPECT_EQ(Ready(c.request), c.answer) << c.request;
  }
  EXPECT_TRUE(Ready("TLSRPT sts.test").ends_with("{ policy_string = max_age: 604800 }"));
  EXPECT_EQ(Ready("QUERY sts.test"), cases[3].answer) << "the plain map has its own answer";
}

TEST_F(AnswersTest, NobodyIsAskedAboutParentsAndAddresses) {
  for (const char* key : {".a.test", ".test", "[192.0.2.1]", "[::1]:25", "", "a b"}) {
    EXPECT_EQ(Ready("QUERY " + std::string(key)), "NOTFOUND ") << key;
  }
  EXPECT_TRUE(resolver_.asked().empty());
}

TEST_F(AnswersTest, MalformedRequests) {
  for (const char* request : {"", "QUERY", " a.test"}) {
    EXPECT_TRUE(Ready(request).starts_with("PERM ")) << request;
  }
}

TEST_F(AnswersTest, ReadyAnswersEndWithTheirEvidence) {
  resolver_.Know(OneHost("dane.test", HostDane::kUsable));  // good for an hour
  EXPECT_EQ(Ready("QUERY dane.test"), "OK dane-only");
  resolver_.SetNow(kNow + seconds(59));
  EXPECT_EQ(Ready("QUERY dane.test"), "OK dane-only");
  EXPECT_EQ(resolver_.asked().size(), 1u) << "from the ready ones";
  resolver_.SetNow(kNow + hours(1) - seconds(1));
  EXPECT_EQ(Ready("QUERY dane.test"), "OK dane-only");
  EXPECT_EQ(resolver_.asked().size(), 2u) << "so that the resolver sees that it is in use";
  resolver_.SetNow(kNow + hours(1));
  EXPECT_EQ(Ready("QUERY dane.test"), "?");
}

TEST_F(AnswersTest, AClockThatIsSetBackProlongsNothing) {
  resolver_.Know(OneHost("dane.test", HostDane::kUsable));
  EXPECT_EQ(Ready("QUERY dane.test"), "OK dane-only");
  resolver_.SetNow(kNow - seconds(1));
  EXPECT_EQ(Ready("QUERY dane.test"), "OK dane-only");
  EXPECT_EQ(resolver_.asked().size(), 2u);
}

TEST_F(AnswersTest, ReadyAnswersEndWithTheirPolicy) {
  Evidence evidence = OneHostWithSts("sts.test");
  evidence.sts.learned->fetched_at = kNow - kWeek + seconds(10);
  resolver_.Know(evidence);
  EXPECT_TRUE(Ready("QUERY sts.test").starts_with("OK secure"));
  resolver_.SetNow(kNow + seconds(9));
  EXPECT_TRUE(Ready("QUERY sts.test").starts_with("OK secure"));
  resolver_.SetNow(kNow + seconds(10));
  EXPECT_EQ(Ready("QUERY sts.test"), "NOTFOUND ") << "from the same evidence";
}

TEST_F(AnswersTest, WhatIsJudgedIsReadyFromThenOn) {
  EXPECT_EQ(Ready("QUERY dane.test"), "?");
  const auto evidence = std::make_shared<const Evidence>(OneHost("dane.test", HostDane::kUsable));
  EXPECT_EQ(Judged("QUERY dane.test", evidence), "OK dane-only");
  EXPECT_EQ(Ready("QUERY dane.test"), "OK dane-only");
}

// Sendmail has no DANE that could look itself, and wait.
TEST_F(AnswersTest, SendmailWaitsWhereAllTlsaLookupsFailed) {
  resolver_.Know(OneHost("failed.test", HostDane::kFailed));
  EXPECT_EQ(Ready("QUERY failed.test"), "OK dane");
  EXPECT_EQ(Ready("sts failed.test"), "TEMP dnssec-invalid: TLSA lookup failed");
  resolver_.Know(OneHost("dane.test", HostDane::kUsable));
  EXPECT_EQ(Ready("sts dane.test"), "OK dane-only");
  resolver_.Know(OneHostWithSts("sts.test"));
  EXPECT_TRUE(Ready("sts sts.test").starts_with("OK secure match="));
}

TEST_F(AnswersTest, AMessageAsksForItself) {
  std::vector<std::string> asked;
  Answers answers(resolver_, orders_, sink_, [&](std::string_view id, std::string_view address) {
    asked.push_back(std::string(id) + "|" + std::string(address));
    return FoundTag(id == "tagged" ? std::optional<std::string>("encrypt") : std::nullopt);
  });
  resolver_.Know(OneHost("none.test", HostDane::kNone));
  EXPECT_EQ(Ready(answers, "tls_rcpt q:a@none.test"), "OK none");
  EXPECT_EQ(Ready(answers, "tls_rcpt tagged:a@none.test"), "OK encrypt");
  EXPECT_EQ(Ready(answers, "tls_rcpt tagged:a@none.test"), "OK encrypt");
  EXPECT_EQ(Ready(answers, "tls_rcpt tagged:a@[192.0.2.1]"), "OK encrypt") << "no domain to ask";
  EXPECT_EQ(Ready(answers, "tls_rcpt q:a@[192.0.2.1]"), "OK none");
  EXPECT_EQ(Ready(answers, "tls_rcpt q:a@unknown.test"), "?");
  EXPECT_EQ(Ready(answers, "tls_rcpt none.test"), "PERM expected: QUEUEID:ADDRESS");
  EXPECT_EQ(Ready(answers, "tls_rcpt"), "PERM expected: NAME KEY");
  EXPECT_EQ(Ready(answers, "sts none.test"), "NOTFOUND ");
  EXPECT_EQ(asked,
            (std::vector<std::string>{"q|a@none.test", "tagged|a@none.test", "tagged|a@none.test",
                                      "tagged|a@[192.0.2.1]", "q|a@[192.0.2.1]"}))
      << "each time anew: a tag may come between";
  // Who reads the log wants to know which message was held to more than its domain demands.
  EXPECT_EQ(sink_.answered().size(), 2u);
  orders_.Replace({{Mode::kOff, OnFailure::kDefer, {}}, {}});
  EXPECT_EQ(Ready(answers, "tls_rcpt tagged:a@none.test"), "OK none");
}

TEST_F(AnswersTest, AMessageWaitsWhileNobodyKnowsItsTag) {
  Answers answers(resolver_, orders_, sink_, [](std::string_view, std::string_view) {
    return FoundTag(Error{"the message store can't be read"});
  });
  resolver_.Know(OneHost("none.test", HostDane::kNone));
  const std::string temp = "TEMP the message store can't be read";
  EXPECT_EQ(Ready(answers, "tls_rcpt q:a@none.test"), temp);
  EXPECT_EQ(Ready(answers, "tls_rcpt q:a@[192.0.2.1]"), temp);
  EXPECT_EQ(Ready(answers, "QUERY none.test"), "NOTFOUND ") << "other maps need no tag";
}

TEST_F(AnswersTest, NoEvidenceIsTempAndNotKept) {
  EXPECT_EQ(Judged("QUERY slow.test", nullptr),
            "TEMP validation-failure: no answer from DNS in time");
  EXPECT_EQ(Ready("QUERY slow.test"), "?");
}

TEST_F(AnswersTest, EvidenceThatHasEndedIsJudgedButNotKept) {
  const auto evidence = std::make_shared<const Evidence>(OneHost("dane.test", HostDane::kUsable));
  resolver_.SetNow(kNow + hours(2));
  EXPECT_EQ(Judged("QUERY dane.test", evidence), "OK dane-only");
  EXPECT_EQ(Ready("QUERY dane.test"), "?");
}

TEST_F(AnswersTest, AFloodOfKeysIsBoundedAndHarmless) {
  resolver_.Know(OneHost("dane.test", HostDane::kUsable));
  for (std::size_t i = 0; i < kMaxReadyAnswers + 10; ++i) {
    ASSERT_EQ(Ready("map" + std::to_string(i) + " dane.test"), "OK dane-only");
  }
}

TEST_F(AnswersTest, OffAndObserveDemandNothing) {
  for (Mode mode : {Mode::kOff, Mode::kObserve}) {
    orders_.Replace({{mode, OnFailure::kDefer, {}}, {}});
    resolver_.Know(OneHost("dane.test", HostDane::kUsable));
    EXPECT_EQ(Ready("QUERY dane.test"), "NOTFOUND ");
    EXPECT_EQ(resolver_.asked().size(), mode == Mode::kOff ? 0u : 1u);
  }
}

TEST_F(AnswersTest, TheMapForRequireTlsNeedsNoLookup) {
  EXPECT_EQ(Ready("requiretls a.test"), "OK enforce");
  EXPECT_TRUE(resolver_.asked().empty());
}

TEST_F(AnswersTest, RulesMatchTheNextHopsDomain) {
  orders_.Replace({OneRule(Mode::kEnforce, OnFailure::kDefer, Requirement::kEncrypt), {}});
  resolver_.Know(OneHost("none.test", HostDane::kNone));
  EXPECT_EQ(Ready("QUERY none.test"), "OK encrypt");
}

// doc/remember-tls.md; and who learns that a domain has TLS isn't held up by ready answers.
TEST_F(AnswersTest, WhatIsRememberedIsDemandedAtOnce) {
  Orders orders;
  orders.outbound.remember_tls = RememberTls::kRequire;
  orders_.Replace(orders);
  resolver_.Know(OneHost("none.test", HostDane::kNone));
  resolver_.Know(OneHost("dane.test", HostDane::kUsable));
  EXPECT_EQ(Ready("QUERY none.test"), "NOTFOUND ");
  const RememberedTls tls{TlsLevel::kEncrypt, 3, kNow - hours(72), kNow - hours(1), {}};
  const RememberedTablePtr table = std::make_shared<const RememberedTable>(
      std::vector<RememberedDomain>{{Name("none.test"), tls}, {Name("dane.test"), tls}});
  orders_.Remember(table);
  for (const char* map : {"QUERY", "QUERYwithTLSRPT", "sts"}) {
    EXPECT_EQ(Ready(std::string(map) + " none.test"), "OK encrypt") << map;
  }
  EXPECT_EQ(Ready("QUERY dane.test"), "OK dane-only");
  EXPECT_EQ(Ready("QUERY none.test"), "OK encrypt") << "ready";
  orders_.Remember(table->Without(Name("none.test")));
  EXPECT_EQ(Ready("QUERY none.test"), "NOTFOUND ") << "let go";
}

TEST_F(AnswersTest, Records) {
  resolver_.Know(OneHost("dane.test", HostDane::kUsable));
  Ready("QUERY dane.test");
  EXPECT_TRUE(sink_.answered().empty()) << "from the cache";
  Judged("QUERY slow.test", nullptr);
  ASSERT_EQ(sink_.answered().size(), 1u);
  const MapAnswered record = sink_.answered()[0];
  EXPECT_EQ(record.map, "QUERY");
  EXPECT_EQ(record.key, "slow.test");
  EXPECT_EQ(record.answer, "TEMP validation-failure: no answer from DNS in time");
  EXPECT_FALSE(record.cache_hit);
}

// Each time that it is asked, however ready the answer is.
TEST_F(AnswersTest, RecordsOfCachedAnswersForASinkThatWantsThem) {
  MapSink curious(true);
  Answers answers(resolver_, orders_, curious);
  resolver_.Know(OneHost("dane.test", HostDane::kUsable));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Ready(answers, "QUERY dane.test"), "OK dane-only");
  EXPECT_EQ(curious.answered().size(), 3u);
}

}  // namespace
}  // namespace tlswarden
