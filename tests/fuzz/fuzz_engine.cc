// The whole engine, judge and doors' answers, driven by a program made of the fuzzer's octets,
// over the scripted internet and clock of the scenarios. engine_laws.h says what must hold.
//
// The first octet gives the orders, then steps follow, each an octet that chooses it and its
// arguments; make_engine_seeds writes some that lead somewhere.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>

#include "socketmap/postfix_reply.h"
#include "tests/fuzz/check.h"
#include "tests/fuzz/engine_laws.h"
#include "tests/fuzz/engine_ledger.h"
#include "tests/fuzz/engine_world.h"
#include "tests/fuzz/octets.h"
#include "tests/scenarios/desk.h"

namespace tlswarden {
namespace {

constexpr int kMostSteps = 64;

// With FUZZ_TRACE in the environment, to see what led to a finding.
void PrintAnswer(const Asking& asking, const Desk& desk) {
  std::cerr << ToString(desk.now) << ' ' << asking.next_hop << " x" << asking.times << " -> "
            << desk.answer.map << '\n';
  for (const std::string& question : desk.dns.asked) std::cerr << "    " << question << '\n';
  for (const std::string& visit : desk.https.fetched) std::cerr << "    visit " << visit << '\n';
  for (const std::string& line : desk.records.lines) std::cerr << "    log " << line << '\n';
}

class Program {
 public:
  Program(const std::uint8_t* data, std::size_t size) : octets_(data, size) {
    BeginWorld(desk_, served_);
    ReadOrders();
  }

  void Run() {
    for (int step = 0; step < kMostSteps && !octets_.AtEnd(); ++step) Step();
  }

 private:
  void ReadOrders();
  void Step();
  void ChooseAndAsk();
  void Ask(const Asking& asking);
  void RestartBetween();
  void AdvanceClock();
  void Maintain();

  FuzzOctets octets_;
  Desk desk_;
  Served served_;
  Ledger ledger_;
  bool impatient_ = false;  // askers don't wait for MTA-STS
  Asking last_;
};

void Program::ReadOrders() {
  const unsigned orders = octets_.U8();
  desk_.outbound.mode =
      std::array{Mode::kEnforce, Mode::kEnforce, Mode::kObserve, Mode::kOff}[orders & 3];
  desk_.outbound.on_failure = std::array{OnFailure::kDefer, OnFailure::kReject, OnFailure::kAccept,
                                         OnFailure::kDefer}[orders >> 2 & 3];
  desk_.options.dane_enabled = (orders & 0x10) == 0;
  desk_.options.allow_private_addresses = (orders & 0x20) != 0;
  impatient_ = (orders & 0x40) != 0;
  if (impatient_) desk_.options.patience = std::chrono::milliseconds(0);
  desk_.Rewire();
}

void Program::Step() {
  switch (octets_.U8() % 13) {
    case 0:
      return SayDns(octets_, desk_);
    case 1:
      return SayDnsRecords(octets_, desk_);
    case 2:
      return SayDnsMessage(octets_, desk_);
    case 3:
      return SayPolicy(octets_, impatient_, desk_, served_);
    case 4:
      return SayBody(octets_, impatient_, desk_, served_);
    case 5:
      return SayNoPolicy(octets_, impatient_, desk_, served_);
    case 6:
    case 7:
      return AdvanceClock();
    case 8:
      return desk_.Restart();
    case 9:
      return RestartBetween();
    case 12:
      return Maintain();
    default:
      return ChooseAndAsk();
  }
}

void Program::ChooseAndAsk() {
  static constexpr std::array<std::string_view, 12> kKeys = {
      "a.example",         "b.example",       "[a.example]",       "a.example:587",
      "[mx1.example]:587", "A.EXAMPLE.",      "[192.0.2.1]",       ".a.example",
      "mx1.example",       "[a.example]:587", "b\xc3\xbc.example", ""};
  Asking asking;
  const unsigned how = octets_.U8();
  const std::string_view key = kKeys[how % kKeys.size()];
  asking.next_hop = key.empty() ? octets_.Text() : std::string(key);
  asking.local = how >= 0x80 && how % kKeys.size() < 2;
  asking.times = how >= 0xF0 && how % kKeys.size() < 4 ? 3 : 1;  // names, not addresses
  last_ = asking;
  Ask(asking);
}

void Program::Ask(const Asking& asking) {
  const Result<NextHop> parsed = ParseNextHop(asking.next_hop);
  const NextHop next_hop = parsed ? *parsed : NextHop();
  std::optional<Taken> known;
  if (const Taken* found = ledger_.Known(next_hop)) known = *found;
  desk_.Ask(asking);
  if (std::getenv("FUZZ_TRACE") != nullptr) PrintAnswer(asking, desk_);
  for (const std::string& fault : desk_.faults) Check(false, fault);
  CheckForm(desk_.answer);
  CheckMilter(desk_.answer);
  CheckRecords(desk_);
  if (!desk_.answer.judged) return;
  const Taken* taken = ledger_.Book(next_hop, desk_, served_);
  CheckEvidence(next_hop, desk_, ledger_);
  CheckLevel(next_hop, known, taken, desk_, ledger_);
  CheckDane(next_hop, desk_);
  if (taken != nullptr) CheckPolicyChange(known, *taken, desk_, ledger_);
}

// Asked again at once, and asked a daemon that knows only the store: nothing is less strict.
void Program::RestartBetween() {
  Ask(last_);
  Ask(last_);
  Check(desk_.dns.asked.empty(), "what was just found out isn't asked again");
  const Answer before = desk_.answer;
  desk_.Restart();
  Ask(last_);
  Check(desk_.dns.asked.empty(), "what is stored isn't asked again");
  if (!before.judged) return;
  // By the verdict: the map keeps its answers for a minute, whatever has been learned since.
  for (const bool with_tlsrpt : {false, true}) {
    std::string said = PostfixReply(before.verdict, with_tlsrpt);
    while (said.ends_with(' ')) said.pop_back();
    const std::string& now = with_tlsrpt ? desk_.answer.tlsrpt : desk_.answer.map;
    Check(now == said, "a restart changes no answer", said + " / " + now);
  }
}

// Nobody is answered, but policies are fetched: the ledger hears of it at the next question.
void Program::Maintain() {
  desk_.Maintain();
  for (const std::string& fault : desk_.faults) Check(false, fault);
  ledger_.BookVisits(desk_, served_);
}

void Program::AdvanceClock() {
  using std::chrono::seconds;
  static constexpr std::array<seconds, 16> kSteps = {
      seconds(1),     seconds(5),      seconds(59),       seconds(60),
      seconds(61),    seconds(299),    seconds(301),      seconds(3599),
      seconds(3601),  seconds(21600),  seconds(43200),    seconds(86399),
      seconds(86401), seconds(604800), seconds(31557600), seconds(-3600)};
  desk_.now += octets_.Pick(kSteps);
}

}  // namespace
}  // namespace tlswarden

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tlswarden::Program(data, size).Run();
  return 0;
}
