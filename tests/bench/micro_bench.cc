// What one step of the hot paths costs, with Google Benchmark: for finding out where time goes, not
// for promises. compare.py measures the whole.

#include <benchmark/benchmark.h>

#include <chrono>
#include <string>
#include <vector>

#include "cache/evidence_codec.h"
#include "cache/memory_table.h"
#include "milter/reply.h"
#include "milter/session.h"
#include "policy/judge.h"
#include "policy/sts_policy.h"
#include "socketmap/netstring.h"
#include "socketmap/postfix_reply.h"

namespace tlswarden::bench {
namespace {

constexpr Time kNow{std::chrono::seconds(1800000000)};
constexpr char kPolicy[] =
    "version: STSv1\nmode: enforce\nmx: mail.example.com\nmx: *.example.net\nmax_age: 604800\n";

Domain MakeDomain(const std::string& text) { return ParseDomain(text).value(); }

Evidence MakeEvidence() {
  Evidence evidence;
  evidence.next_hop = ParseNextHop("example.com").value();
  evidence.obtained_at = kNow;
  evidence.sts.learned = LearnedStsPolicy{ParseStsPolicy(kPolicy).value(), "1", kNow};
  evidence.sts.look_again_at = kNow + std::chrono::hours(1);
  evidence.mx.security = Security::kInsecure;
  evidence.mx.good_until = kNow + std::chrono::hours(1);
  MxHost host;
  host.name = MakeDomain("mail.example.com");
  host.address_security = Security::kInsecure;
  evidence.mx.hosts.push_back(host);
  return evidence;
}

Outbound MakeOutbound(std::int64_t rules) {
  std::vector<Rule> list;
  for (std::int64_t i = 0; i < rules; ++i) {
    Rule rule;
    rule.name = "partner" + std::to_string(i);
    rule.match.recipient_domain.Add(
        {MakeDomain("partner" + std::to_string(i) + ".example"),
         i % 2 == 0 ? DomainPattern::Reach::kBelow : DomainPattern::Reach::kItself});
    rule.outbound.require = Requirement::kEncrypt;
    list.push_back(rule);
  }
  Outbound outbound;
  outbound.rules = Rules(list);
  return outbound;
}

void ParsePolicy(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(ParseStsPolicy(kPolicy));
}
BENCHMARK(ParsePolicy);

// The question is for a partner, if there are any.
void JudgeWithRules(benchmark::State& state) {
  const Evidence evidence = MakeEvidence();
  const Outbound outbound = MakeOutbound(state.range(0));
  const Question question{evidence.next_hop, MakeDomain("mail.partner8.example")};
  for (auto _ : state) benchmark::DoNotOptimize(Judge(question, evidence, outbound, kNow));
}
BENCHMARK(JudgeWithRules)->Arg(0)->Arg(10)->Arg(1000)->Arg(100000);

// So many partners in one rule.
void JudgeWithList(benchmark::State& state) {
  const Evidence evidence = MakeEvidence();
  Rule rule;
  rule.outbound.require = Requirement::kEncrypt;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    rule.match.recipient_domain.Add(
        {MakeDomain("partner" + std::to_string(i) + ".example"), DomainPattern::Reach::kBoth});
  }
  Outbound outbound;
  outbound.rules = Rules({rule});
  const Question question{evidence.next_hop, MakeDomain("mail.partner8.example")};
  for (auto _ : state) benchmark::DoNotOptimize(Judge(question, evidence, outbound, kNow));
}
BENCHMARK(JudgeWithList)->Arg(10)->Arg(1000)->Arg(100000);

void ReplyWithTlsrpt(benchmark::State& state) {
  const Evidence evidence = MakeEvidence();
  const Question question{evidence.next_hop, evidence.next_hop.domain};
  const Verdict verdict = Judge(question, evidence, Outbound(), kNow);
  for (auto _ : state) benchmark::DoNotOptimize(PostfixReply(verdict, true));
}
BENCHMARK(ReplyWithTlsrpt);

void ReadRecipient(benchmark::State& state) {
  const RcptEvent event{"<a@example.com>", "a@example.com", "example.com", "smtp"};
  for (auto _ : state) benchmark::DoNotOptimize(ReadRcpt(event));
}
BENCHMARK(ReadRecipient);

void ScanRequest(benchmark::State& state) {
  const std::string request = "17:QUERY example.com,";
  for (auto _ : state) benchmark::DoNotOptimize(ScanNetstring(request));
}
BENCHMARK(ScanRequest);

void FindInTable(benchmark::State& state) {
  static MemoryTable table(200000);
  if (state.thread_index() == 0) {
    const auto evidence = std::make_shared<const Evidence>(MakeEvidence());
    for (std::int64_t i = 0; i < state.range(0); ++i) {
      table.Put("domain" + std::to_string(i) + ".example", evidence, kNow);
    }
  }
  for (auto _ : state) benchmark::DoNotOptimize(table.Find("domain7.example"));
}
BENCHMARK(FindInTable)->Arg(10)->Arg(100000)->Threads(1)->Threads(2);

void DecodeStored(benchmark::State& state) {
  const std::string stored = EncodeEvidence(MakeEvidence());
  for (auto _ : state) benchmark::DoNotOptimize(DecodeEvidence(stored));
}
BENCHMARK(DecodeStored);

}  // namespace
}  // namespace tlswarden::bench

BENCHMARK_MAIN();
