#include "resolver/engine.h"

#include <gtest/gtest.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "tests/unit/policy/build.h"

namespace tlswarden {
namespace {

namespace asio = boost::asio;
using std::chrono::seconds;

// An unsigned domain with an MX of a second's TTL, and a policy.
class OneDomain : public Dns {
 public:
  asio::awaitable<DnsReply> Query(std::string name, RrType type) override {
    if (dead) {
      boost::asio::steady_timer never(co_await boost::asio::this_coro::executor,
                                      std::chrono::milliseconds(200));
      co_await never.async_wait(boost::asio::use_awaitable);
      DnsReply timeout = FailedReply(name, "timeout");
      co_return timeout;
    }
    DnsReply reply;
    reply.rcode = Rcode::kNoError;
    reply.security = Security::kInsecure;
    reply.ttl = seconds(1);
    reply.canonical_name = name;
    if (type == RrType::kMx) reply.mx = {{10, "mx.a.test"}};
    if (type == RrType::kA) reply.addresses = {"9.9.9.9"};
    if (type == RrType::kTxt) reply.txt = {"v=STSv1; id=1;"};
    co_return reply;
  }
  bool dead = false;
};

// Serves the policy when it is told to.
class SlowHttps : public Https {
 public:
  explicit SlowHttps(asio::io_context& io) : served_(io) {
    served_.expires_at(asio::steady_timer::time_point::max());
  }
  asio::awaitable<Result<std::string, Failure>> GetPolicy(std::string,
                                                          std::vector<std::string>) override {
    ++fetches;
    boost::system::error_code ignored;
    co_await served_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    Result<std::string, Failure> body = PolicyText("enforce", {"mx.a.test"});
    if (fails) body = Error{Failure{ResultType::kStsPolicyFetchError, "refused", true}};
    co_return body;
  }
  void Serve() { served_.cancel(); }
  int fetches = 0;
  bool fails = false;

 private:
  asio::steady_timer served_;
};

class NoSink : public RecordSink {
 public:
  void Write(Record) override {}
};

class EngineTest : public testing::Test {
 protected:
  EngineTest() {
    options_.patience = std::chrono::milliseconds(5);
    options_.clock = [this] { return now_; };
    engine_ =
        std::make_unique<Engine>(io_, EngineParts{dns_, https_, table_, nullptr, sink_}, options_);
  }

  // What is answered without the policy host's help; nullptr: nothing.
  EvidencePtr Ask() {
    EvidencePtr answer;
    engine_->AskAsync(Hop("a.test"), [&](const EvidencePtr& evidence) { answer = evidence; });
    Run();
    return answer;
  }
  void Run() {
    io_.restart();
    io_.run_for(std::chrono::milliseconds(50));
  }

  asio::io_context io_{1};
  OneDomain dns_;
  SlowHttps https_{io_};
  MemoryTable table_{100};
  NoSink sink_;
  Time now_ = kNow;
  EngineOptions options_;
  std::unique_ptr<Engine> engine_;
};

// However short the TTLs: while a fetch goes on, there is no second one, and nobody waits for it.
TEST_F(EngineTest, ASlowPolicyHostIsVisitedOnce) {
  const EvidencePtr first = Ask();
  ASSERT_NE(first, nullptr);
  EXPECT_TRUE(first->sts.interim);
  now_ += seconds(20);
  EXPECT_EQ(engine_->Cached(Hop("a.test")), nullptr) << "its TTLs are over";
  EXPECT_EQ(Ask(), first);
  EXPECT_EQ(https_.fetches, 1);
  https_.Serve();
  Run();
  const EvidencePtr learned = Ask();
  ASSERT_NE(learned, nullptr);
  EXPECT_TRUE(learned->sts.learned.has_value());
  EXPECT_FALSE(learned->sts.interim);
}

// While the plain domain's inquiry hangs at the policy host, another port's learns the policy.
TEST_F(EngineTest, APolicyLearnedMeanwhileIsNotLost) {
  ASSERT_NE(Ask(), nullptr);  // its fetch goes on
  Evidence shared;
  shared.next_hop = Hop("a.test");
  shared.sts.learned = Learned("enforce", {"mx.a.test"}, now_);
  table_.Put("a.test", std::make_shared<const Evidence>(shared), now_);
  https_.fails = true;
  https_.Serve();
  Run();
  const EvidencePtr known = engine_->Cached(Hop("a.test"));
  ASSERT_NE(known, nullptr);
  ASSERT_TRUE(known->sts.learned.has_value());
  EXPECT_TRUE(known->sts.failure.has_value()) << "of its own fetch";
}

// Who comes second isn't kept waiting by what the first has waited for.
TEST_F(EngineTest, ADeadNameServerIsWaitedForOnce) {
  dns_.dead = true;
  const EvidencePtr first = Ask();
  ASSERT_NE(first, nullptr);
  EXPECT_TRUE(IsLookupFailure(first->mx.security));
  EXPECT_EQ(first->mx.failure->reason, "no answer from DNS in time");
  EXPECT_EQ(engine_->Cached(Hop("a.test")), nullptr) << "the inquiry goes on";
  EXPECT_EQ(Ask(), first) << "at once";
  io_.restart();
  io_.run_for(std::chrono::milliseconds(500));
  const EvidencePtr known = engine_->Cached(Hop("a.test"));
  ASSERT_NE(known, nullptr);
  EXPECT_EQ(known->mx.failure->reason, "DNS lookup of MX a.test failed: timeout");
}

TEST_F(EngineTest, StopAnswersAllAndBeginsNothing) {
  options_.patience = seconds(60);
  Engine patient(io_, EngineParts{dns_, https_, table_, nullptr, sink_}, options_);
  int answers = 0;
  const auto count = [&](const EvidencePtr& evidence) { answers += evidence == nullptr ? 1 : 0; };
  for (int i = 0; i < 3; ++i) patient.AskAsync(Hop("a.test"), count);
  Run();
  EXPECT_EQ(answers, 0);
  patient.Stop();
  Run();
  EXPECT_EQ(answers, 3);
  patient.AskAsync(Hop("b.test"), count);
  Run();
  EXPECT_EQ(answers, 4);
  https_.Serve();
  Run();
  EXPECT_EQ(https_.fetches, 1);
}

}  // namespace
}  // namespace tlswarden
