// Each row of [dns] in tests/scenarios/failures.table, with a resolver that fails so.
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "resolver/dns_cares.h"
#include "tests/unit/resolver/dns_responder.h"
#include "tests/unit/resolver/failure_rows.h"

namespace tlswarden {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

constexpr char kName[] = "bank.example";
constexpr std::uint16_t kSigned = DnsBuilder::kReply | DnsBuilder::kAd;

using Answer = std::optional<DnsBuilder>;
using Script = std::function<Answer(const DnsQuestion&, RrType)>;

Wire DataOf(RrType type) {
  switch (type) {
    case RrType::kMx:
      return MxWire(10, "mx.bank.example");
    case RrType::kTxt:
      return TxtWire({"v=STSv1; id=1"});
    case RrType::kTlsa:
      return {3, 1, 1, 0xAB};
    default:
      return {192, 0, 2, 1};
  }
}

DnsBuilder Empty(RrType type, unsigned flags) {
  return DnsBuilder(kName, type, static_cast<std::uint16_t>(flags));
}

DnsBuilder Good(RrType type) {
  DnsBuilder builder = Empty(type, kSigned);
  builder.Answer(kName, type, 300, DataOf(type));
  return builder;
}

Script WithRcode(unsigned rcode) {
  return [rcode](const DnsQuestion&, RrType type) { return Empty(type, kSigned | rcode); };
}

Answer Silence(const DnsQuestion&, RrType) { return std::nullopt; }

Answer Bogus(const DnsQuestion& question, RrType type) {
  return question.checking_disabled() ? Good(type) : Empty(type, DnsBuilder::kReply | 2);
}

Answer ToAnotherQuestion(const DnsQuestion&, RrType type) {
  return DnsBuilder("other.example", type, kSigned);
}

Answer Garbled(const DnsQuestion&, RrType type) {
  DnsBuilder builder = Good(type);
  builder.Raw({0});
  return builder;
}

Answer Truncated(const DnsQuestion& question, RrType type) {
  return question.tcp ? Good(type) : Empty(type, kSigned | DnsBuilder::kTc);
}

const std::map<std::string, Script> kScripts = {
    {"timeout", Silence},       {"servfail", WithRcode(2)}, {"bogus", Bogus},
    {"nxdomain", WithRcode(3)}, {"refused", WithRcode(5)},  {"wrong-answer", ToAnotherQuestion},
    {"malformed", Garbled},     {"truncated", Truncated},   {"tcp-refused", Truncated},
    {"unreachable", Silence},
};

DnsReply Ask(const std::string& failure, RrType type) {
  asio::io_context io;
  const Script& script = kScripts.at(failure);
  std::optional<DnsResponder> responder;
  responder.emplace(io, [&](const DnsQuestion& question) { return script(question, type); });
  CaresOptions options;
  options.servers = {responder->address()};
  // Only where no answer is to come: elsewhere a busy machine may be late.
  const bool silent = failure == "timeout" || failure == "wrong-answer";
  options.timeout = milliseconds(silent ? 60 : 3000);
  if (failure == "tcp-refused") responder->RefuseTcp();
  if (failure == "unreachable") responder.reset();
  const std::unique_ptr<CaresDns> dns = CaresDns::Create(io, options).value();
  std::optional<DnsReply> result;
  asio::co_spawn(io, dns->Query(kName, type), [&](const std::exception_ptr&, DnsReply reply) {
    result = std::move(reply);
    io.stop();
  });
  io.run_for(std::chrono::seconds(20));
  return result.value_or(FailedReply(kName, "no result"));
}

bool HasRecords(const DnsReply& reply) {
  return !reply.mx.empty() || !reply.txt.empty() || !reply.tlsa.empty() || !reply.addresses.empty();
}

void ExpectFailure(const DnsReply& reply, Security security, const std::string& reason) {
  EXPECT_EQ(reply.rcode, Rcode::kFailure);
  EXPECT_EQ(reply.security, security);
  EXPECT_EQ(reply.failure, reason);
  EXPECT_FALSE(HasRecords(reply));
}

void Check(const FailureRow& row, RrType type) {
  SCOPED_TRACE(row.name + ' ' + std::string(ToString(type)));
  const DnsReply reply = Ask(row.name, type);
  if (row.comes_to == "failed") {
    ExpectFailure(reply, Security::kIndeterminate, row.reason);
  } else if (row.comes_to == "bogus") {
    ExpectFailure(reply, Security::kBogus, row.reason);
  } else {
    EXPECT_EQ(reply.rcode, row.comes_to == "denied" ? Rcode::kNxDomain : Rcode::kNoError);
    EXPECT_EQ(HasRecords(reply), row.comes_to == "well");
    EXPECT_EQ(reply.failure, "");
  }
}

TEST(DnsFailures, AreThoseOfTheTable) {
  const std::vector<FailureRow> rows = FailureRows("dns");
  EXPECT_EQ(rows.size(), kScripts.size());
  for (const FailureRow& row : rows) {
    ASSERT_TRUE(kScripts.contains(row.name)) << row.name;
    for (const RrType type : {RrType::kMx, RrType::kA, RrType::kTxt, RrType::kTlsa}) {
      Check(row, type);
    }
  }
}

}  // namespace
}  // namespace tlswarden
