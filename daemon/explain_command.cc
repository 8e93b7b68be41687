// `tlswarden explain`: one fresh inquiry, and what the doors would make of it.

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <cstdio>
#include <iostream>

#include "daemon/commands.h"
#include "daemon/config_messages.h"
#include "daemon/log_format.h"
#include "daemon/wiring.h"
#include "milter/reply.h"
#include "policy/explain.h"
#include "policy/judge.h"
#include "resolver/trace.h"
#include "socketmap/postfix_reply.h"

namespace tlswarden {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxLine = 400;

struct Explained {
  Trace trace;
  Evidence evidence;
  Verdict verdict;
  Reply reply;
  Time now;
};

Explained Inquire(Network& network, boost::asio::io_context& io, const EngineOptions& options,
                  const Outbound& outbound, const NextHop& next_hop) {
  Explained explained;
  TracedDns dns(*network.dns, explained.trace);
  TracedHttps https(*network.https, explained.trace);
  const auto keep = [&explained](const std::exception_ptr& thrown, Evidence evidence) {
    if (thrown != nullptr) std::rethrow_exception(thrown);
    explained.evidence = std::move(evidence);
  };
  boost::asio::co_spawn(io, tlswarden::Inquire(dns, https, next_hop, StsEvidence(), options), keep);
  io.restart();
  io.run();
  explained.now = options.clock();
  const Question question{next_hop, next_hop.domain};
  explained.verdict = Judge(question, explained.evidence, outbound, explained.now);
  explained.reply = MakeReply(explained.verdict);
  return explained;
}

// Names and texts from strangers go to a terminal: nothing unprintable, nothing endless.
void PrintLine(const std::string& text) { std::cout << "  " << Printable(text, kMaxLine) << '\n'; }

void PrintSteps(const Trace& trace) {
  std::size_t width = 0;
  for (const Step& step : trace)
    width = std::max(width, std::min<std::size_t>(step.what.size(), 60));
  for (const Step& step : trace) {
    std::array<char, 64> cost;
    const double ms = static_cast<double>(step.took.count()) / 1000;
    std::snprintf(cost.data(), cost.size(), "%8.1f ms  %-15s", ms, step.security.c_str());
    std::string what = step.what;
    what.resize(std::max(width, what.size()), ' ');
    const std::string ttl =
        step.security.empty() ? "" : "  ttl " + std::to_string(step.ttl.count());
    PrintLine(cost.data() + what + "  " + step.result + ttl);
  }
}

std::string MilterLine(const Explained& explained) {
  std::string line(ToString(ActionTaken(explained.verdict)));
  if (!explained.reply.code.empty()) {
    line += ": " + CodesOf(explained.reply) + ' ' + explained.reply.text;
  }
  if (explained.verdict.observed) {
    line += " (mode = observe; else: " + std::string(ToString(explained.verdict.action)) + ')';
  }
  return line;
}

void PrintText(const NextHop& next_hop, const Explained& explained) {
  std::cout << ToString(next_hop) << "\n\nquestions\n";
  PrintSteps(explained.trace);
  std::cout << "\nMX hosts and DANE\n";
  for (const std::string& line : ExplainMx(explained.evidence.mx)) PrintLine(line);
  std::cout << "\nMTA-STS\n";
  for (const std::string& line : ExplainSts(explained.evidence.sts, explained.now)) PrintLine(line);
  const Verdict& verdict = explained.verdict;
  std::cout << "\nverdict\n";
  PrintLine("policy " + std::string(ToString(verdict.policy_type)) + ", level " +
            std::string(ToString(verdict.level)) + ", rule " + verdict.rule);
  PrintLine(ExplainVerdict(verdict, explained.evidence));
  std::cout << "\nanswers\n";
  PrintLine("QUERY            " + PostfixReply(verdict, false));
  PrintLine("QUERYwithTLSRPT  " + PostfixReply(verdict, true));
  PrintLine("milter           " + MilterLine(explained));
}

json::array ToJson(const std::vector<std::string>& lines) {
  json::array array;
  for (const std::string& line : lines) array.push_back(json::string(Printable(line, 100000)));
  return array;
}

json::array ToJson(const Trace& trace) {
  json::array array;
  for (const Step& step : trace) {
    array.push_back(json::object{{"question", Printable(step.what, 1000)},
                                 {"result", Printable(step.result, 100000)},
                                 {"security", step.security},
                                 {"ttl", step.ttl.count()},
                                 {"ms", static_cast<double>(step.took.count()) / 1000}});
  }
  return array;
}

json::object ToJson(const NextHop& next_hop, const Explained& explained) {
  const Verdict& verdict = explained.verdict;
  json::object object{{"next-hop", ToString(next_hop)},
                      {"questions", ToJson(explained.trace)},
                      {"mx", ToJson(ExplainMx(explained.evidence.mx))},
                      {"mta-sts", ToJson(ExplainSts(explained.evidence.sts, explained.now))},
                      {"policy-type", json::string(ToString(verdict.policy_type))},
                      {"policy-domain", verdict.policy_domain.ascii},
                      {"level", json::string(ToString(verdict.level))},
                      {"rule", verdict.rule},
                      {"why", ExplainVerdict(verdict, explained.evidence)},
                      {"answers", json::object{{"QUERY", PostfixReply(verdict, false)},
                                               {"QUERYwithTLSRPT", PostfixReply(verdict, true)}}},
                      {"action", json::string(ToString(ActionTaken(verdict)))},
                      {"reply", CodesOf(explained.reply)}};
  if (verdict.failure) object["result-type"] = json::string(ToString(verdict.failure->type));
  return object;
}

int ExitCode(const Verdict& verdict) {
  if (verdict.action == Action::kAccept) return kExitGood;
  return MayHeal(verdict) ? kExitTemporary : kExitBadNews;
}

}  // namespace

int ExplainCommand(const CommandLine& line) {
  if (line.arguments.empty()) {
    std::cerr << "tlswarden: explain what? for example: tlswarden explain example.com\n";
    return kExitUsage;
  }
  const std::optional<Loaded> loaded = LoadOrComplain(line, false);
  if (!loaded) return kExitUsage;
  boost::asio::io_context io(1);
  Result<Network> network = MakeNetwork(io, loaded->settings);
  if (!network) {
    std::cerr << "tlswarden: " << network.error() << '\n';
    return kExitUsage;
  }
  Network parts = std::move(network).value();
  const EngineOptions options = MakeEngineOptions(loaded->settings);
  const Outbound outbound = MakeOutbound(loaded->settings);
  int worst = kExitGood;
  json::array all;
  for (const std::string& argument : line.arguments) {
    const Result<NextHop> next_hop = ParseNextHop(argument);
    if (!next_hop || next_hop->address_literal) {
      std::cerr << "tlswarden: " << Printable(argument, kMaxLine) << ": "
                << (next_hop ? "an address has no policy" : next_hop.error()) << '\n';
      worst = std::max(worst, kExitUsage);
      continue;
    }
    if (!line.json && argument != line.arguments.front()) std::cout << '\n';
    const Explained explained = Inquire(parts, io, options, outbound, *next_hop);
    if (line.json) {
      all.push_back(ToJson(*next_hop, explained));
    } else {
      PrintText(*next_hop, explained);
    }
    worst = std::max(worst, ExitCode(explained.verdict));
  }
  if (line.json) std::cout << json::serialize(all) << '\n';
  return worst;
}

}  // namespace tlswarden
