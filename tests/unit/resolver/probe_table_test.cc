#include "resolver/probe_table.h"

#include <gtest/gtest.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <stdexcept>
#include <thread>

#include "tests/unit/policy/build.h"

namespace tlswarden {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::seconds;

Failure NoStarttls() { return {ResultType::kStarttlsNotSupported, "not offered", false}; }

// Says of each host what the test wants; all of them offer TLS by default.
class ScriptedProber : public Prober {
 public:
  explicit ScriptedProber(asio::io_context& io) : hold_(io) {
    hold_.expires_at(asio::steady_timer::time_point::max());
  }
  asio::awaitable<ProbeFacts> Probe(ProbeTarget target) override {
    looks.push_back(target.host.ascii);
    boost::system::error_code ignored;
    if (held) co_await hold_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    if (throws) throw std::runtime_error("out of something");
    ProbeFacts facts;
    facts.target = target;
    facts.tls_version = "TLSv1.3";
    facts.address = "192.0.2.1";
    const auto failure = failures.find(target.host.ascii);
    if (failure != failures.end()) facts.no_tls = failure->second;
    facts.visited = !refused;
    co_return facts;
  }
  void Release() {
    held = false;
    hold_.cancel();
  }

  std::map<std::string, Failure> failures;
  std::vector<std::string> looks;
  bool held = false, throws = false, refused = false;

 private:
  asio::steady_timer hold_;
};

class Keep : public RecordSink {
 public:
  void Write(Record record) override { records.push_back(std::get<ProbeEnded>(std::move(record))); }
  std::vector<ProbeEnded> records;
};

class ProbeTableTest : public testing::Test {
 protected:
  ProbeTableTest() { Make({}); }

  void Make(ProbeTableOptions options) {
    options.clock = [this] { return now_; };
    table_ = std::make_unique<ProbeTable>(io_, prober_, sink_, options);
  }
  static EvidencePtr Hosts(std::string_view domain, const std::vector<std::string>& names) {
    std::vector<MxHost> hosts;
    for (const std::string& name : names) hosts.push_back(Host(name, HostDane::kNone));
    return std::make_shared<const Evidence>(Seen(domain, Mx(Security::kInsecure, hosts)));
  }
  static ProbeDemand Encrypt() {
    ProbeDemand demand;
    demand.level = TlsLevel::kEncrypt;
    return demand;
  }
  static std::string Text(const ProbeOutcome& outcome) {
    return std::string(ToString(outcome.state)) + ' ' + outcome.mx_hostname;
  }

  // The answers so far are in answers_.
  void Begin(EvidencePtr evidence) {
    table_->ProbeAsync(std::move(evidence), Encrypt(),
                       [this](const ProbeOutcome& outcome) { answers_.push_back(Text(outcome)); });
    Run();
  }
  std::string Answer(EvidencePtr evidence) {
    answers_.clear();
    Begin(std::move(evidence));
    return answers_.size() == 1 ? answers_.front() : std::to_string(answers_.size()) + " answers";
  }
  std::string Cached(const EvidencePtr& evidence) {
    const std::optional<ProbeOutcome> outcome = table_->Cached(*evidence, Encrypt());
    return outcome ? Text(*outcome) : "nothing";
  }
  void Run() {
    io_.restart();
    io_.poll();
  }

  asio::io_context io_;
  ScriptedProber prober_{io_};
  Keep sink_;
  Time now_ = kNow;
  std::unique_ptr<ProbeTable> table_;
  std::vector<std::string> answers_;
  const EvidencePtr two_ = Hosts("a.test", {"mx1.a.test", "mx2.a.test"});
};

TEST_F(ProbeTableTest, StopsAtTheFirstHostThatMeets) {
  EXPECT_EQ(Cached(two_), "nothing");
  EXPECT_EQ(Answer(two_), "met mx1.a.test");
  EXPECT_EQ(Cached(two_), "met mx1.a.test");
  EXPECT_EQ(Answer(two_), "met mx1.a.test");
  EXPECT_EQ(prober_.looks, std::vector<std::string>{"mx1.a.test"});
}

TEST_F(ProbeTableTest, GoesOnToTheNext) {
  prober_.failures["mx1.a.test"] = NoStarttls();
  EXPECT_EQ(Answer(two_), "met mx2.a.test");
  EXPECT_EQ(Answer(two_), "met mx2.a.test");
  EXPECT_EQ(prober_.looks.size(), 2U);
  ASSERT_EQ(sink_.records.size(), 2U);
  EXPECT_EQ(sink_.records[0].domain, Name("a.test"));
  EXPECT_EQ(sink_.records[0].failure, NoStarttls());
  EXPECT_EQ(sink_.records[0].facts->target.host, Name("mx1.a.test"));
  EXPECT_EQ(sink_.records[0].facts->at, kNow);
  EXPECT_FALSE(sink_.records[1].failure);
}

TEST_F(ProbeTableTest, AllFail) {
  prober_.failures["mx1.a.test"] = prober_.failures["mx2.a.test"] = NoStarttls();
  EXPECT_EQ(Answer(two_), "unmet mx1.a.test");
  EXPECT_EQ(Cached(two_), "unmet mx1.a.test");
  prober_.failures.clear();
  now_ += seconds(299);
  EXPECT_EQ(Cached(two_), "unmet mx1.a.test");
  now_ += seconds(1);
  EXPECT_EQ(Cached(two_), "nothing");
  EXPECT_EQ(Answer(two_), "met mx1.a.test") << "what was put right is seen";
  now_ += seconds(3599);
  EXPECT_EQ(Cached(two_), "met mx1.a.test");
  now_ += seconds(1);
  EXPECT_EQ(Cached(two_), "nothing");
}

TEST_F(ProbeTableTest, OneLookForAllWhoWait) {
  prober_.held = true;
  for (int i = 0; i < 5; ++i) Begin(two_);
  Begin(Hosts("b.test", {"mx1.a.test"}));  // the same provider
  EXPECT_EQ(answers_.size(), 0U);
  EXPECT_EQ(prober_.looks.size(), 1U);
  prober_.Release();
  Run();
  EXPECT_EQ(answers_, std::vector<std::string>(6, "met mx1.a.test"));
  EXPECT_EQ(prober_.looks.size(), 1U);
  EXPECT_EQ(sink_.records.size(), 1U);
}

TEST_F(ProbeTableTest, ASlowHostHoldsUpNobodyElse) {
  prober_.held = true;
  Begin(two_);
  prober_.held = false;
  EXPECT_EQ(Answer(Hosts("b.test", {"mx.b.test"})), "met mx.b.test");
  prober_.Release();
  Run();
}

TEST_F(ProbeTableTest, BeyondTheLimitNothingIsKnown) {
  Make({.per_minute = 2});
  EXPECT_EQ(Answer(Hosts("a.test", {"mx.a.test"})), "met mx.a.test");
  EXPECT_EQ(Answer(Hosts("b.test", {"mx.b.test"})), "met mx.b.test");
  EXPECT_EQ(Answer(Hosts("c.test", {"mx.c.test"})), "unknown ");
  EXPECT_EQ(Answer(Hosts("a.test", {"mx.a.test"})), "met mx.a.test") << "what is known needs none";
  EXPECT_EQ(prober_.looks.size(), 2U);
  now_ += seconds(60);
  EXPECT_EQ(Answer(Hosts("c.test", {"mx.c.test"})), "met mx.c.test");
}

TEST_F(ProbeTableTest, OnlySoManyHostsOfADomain) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < kMaxProbedHosts + 4; ++i) {
    names.push_back("mx" + std::to_string(i) + ".a.test");
    prober_.failures[names.back()] = NoStarttls();
  }
  const EvidencePtr many = Hosts("a.test", names);
  EXPECT_EQ(Answer(many), "unknown ");
  EXPECT_EQ(prober_.looks.size(), kMaxProbedHosts);
  EXPECT_EQ(Cached(many), "unknown ");
}

TEST_F(ProbeTableTest, NeedsNoLook) {
  ProbeDemand only;
  only.level = TlsLevel::kDaneOnly;
  const Evidence evidence =
      Seen("a.test", Mx(Security::kSecure, {Host("mx.a.test", HostDane::kFailed)}));
  const std::optional<ProbeOutcome> outcome = table_->Cached(evidence, only);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->state, ProbeState::kNotNow);
}

TEST_F(ProbeTableTest, WhatMayNotBeVisitedIsUnknown) {
  prober_.refused = true;
  prober_.failures["mx.a.test"] = Failure{ResultType::kValidationFailure, "private", true};
  const EvidencePtr one = Hosts("a.test", {"mx.a.test"});
  EXPECT_EQ(Answer(one), "unknown ");
  EXPECT_EQ(Cached(one), "unknown ") << "not asked for again at once";
}

TEST_F(ProbeTableTest, AProberThatThrows) {
  prober_.throws = true;
  EXPECT_EQ(Answer(two_), "unknown ");
  EXPECT_EQ(sink_.records.size(), 2U);
}

TEST_F(ProbeTableTest, StopAnswersAll) {
  prober_.held = true;
  Begin(two_);
  Begin(two_);
  table_->Stop();
  Run();
  EXPECT_EQ(answers_, std::vector<std::string>(2, "unknown "));
  EXPECT_EQ(Answer(Hosts("b.test", {"mx.b.test"})), "unknown ");
  prober_.Release();
  Run();
  EXPECT_EQ(answers_.size(), 1U) << "nobody is answered twice";
}

// As a door's thread does it.
TEST_F(ProbeTableTest, AskLeavesAtTheDeadlineAndTheLookGoesOn) {
  prober_.held = true;
  const auto work = boost::asio::make_work_guard(io_);
  std::thread looks([this] { io_.run(); });
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(Text(AskProbes(*table_, two_, Encrypt(), milliseconds(50))), "unknown ");
  EXPECT_LT(std::chrono::steady_clock::now() - began, seconds(2));
  asio::post(io_, [this] { prober_.Release(); });
  EXPECT_EQ(Text(AskProbes(*table_, two_, Encrypt(), seconds(5))), "met mx1.a.test");
  asio::post(io_, [this] { EXPECT_EQ(prober_.looks.size(), 1U); });
  EXPECT_EQ(Text(AskProbes(*table_, two_, Encrypt(), milliseconds(0))), "met mx1.a.test");
  asio::post(io_, [this] { io_.stop(); });
  looks.join();
}

}  // namespace
}  // namespace tlswarden
