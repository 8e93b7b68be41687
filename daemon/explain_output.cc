#include "daemon/explain_output.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <iostream>

#include "daemon/log_format.h"
#include "policy/explain.h"
#include "socketmap/postfix_reply.h"

namespace tlswarden {
namespace {

namespace json = boost::json;

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
    std::string line = cost.data();
    line.append(what).append("  ").append(step.result).append(ttl);
    PrintLine(line);
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

std::string TrialLine(const std::string& rule, Action action) {
  return "rule " + rule + ", if it weren't only observed: " + std::string(ToString(action));
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

std::vector<std::string> CachedLines(const Explained& explained) {
  if (explained.cached != nullptr) return ExplainCached(*explained.cached, explained.now);
  return {explained.cached_error.empty() ? "nothing" : explained.cached_error};
}

}  // namespace

void PrintText(const NextHop& next_hop, const Explained& explained) {
  std::cout << ToString(next_hop) << "\n\nquestions\n";
  PrintSteps(explained.trace);
  std::cout << "\nMX hosts and DANE\n";
  for (const std::string& line : ExplainMx(explained.evidence.mx)) PrintLine(line);
  std::cout << "\nMTA-STS\n";
  for (const std::string& line : ExplainSts(explained.evidence.sts, explained.now)) PrintLine(line);
  std::cout << "\ncached\n";
  for (const std::string& line : CachedLines(explained)) PrintLine(line);
  const Verdict& verdict = explained.verdict;
  std::cout << "\nrules\n";
  for (const std::string& line : explained.rules) PrintLine(line);
  std::cout << "\nverdict\n";
  if (explained.cached_policy_counts) {
    PrintLine("the policy learned before stays in force (RFC 8461 section 5.1)");
  }
  PrintLine("policy " + std::string(ToString(verdict.policy_type)) + ", level " +
            std::string(ToString(verdict.level)) + ", rule " + verdict.rule);
  PrintLine(ExplainVerdict(verdict, explained.evidence));
  if (verdict.trial) PrintLine(TrialLine(verdict.trial->rule, verdict.trial->action));
  PrintLine("tag " + explained.how_tagged);
  std::cout << "\nanswers\n";
  PrintLine("QUERY            " + PostfixReply(explained.by_map, false));
  PrintLine("QUERYwithTLSRPT  " + PostfixReply(explained.by_map, true));
  if (!explained.tag.empty()) {
    PrintLine("QUERY, " + explained.tag + "  " + PostfixReply(explained.by_tag, false));
  }
  PrintLine("milter           " + MilterLine(explained));
}

void PrintText(const ExplainedInbound& explained) {
  const InboundVerdict& verdict = explained.verdict;
  std::cout << "rules\n";
  for (const std::string& line : explained.rules) PrintLine(line);
  std::cout << "\nverdict\n";
  PrintLine("rule " + verdict.rule + ": " +
            (verdict.failure ? verdict.failure->reason : "the session is good enough"));
  if (verdict.trial) PrintLine(TrialLine(verdict.trial->rule, verdict.trial->action));
  PrintLine("milter  " + std::string(ToString(ActionTaken(verdict))) +
            (verdict.observed
                 ? " (mode = observe; else: " + std::string(ToString(verdict.action)) + ')'
                 : ""));
}

json::object ToJson(const ExplainedInbound& explained) {
  const InboundVerdict& verdict = explained.verdict;
  json::object object{{"direction", "inbound"},
                      {"rules", ToJson(explained.rules)},
                      {"rule", verdict.rule},
                      {"action", json::string(ToString(ActionTaken(verdict)))},
                      {"observed", verdict.observed}};
  if (verdict.observed) object["would"] = json::string(ToString(verdict.action));
  if (verdict.failure) object["why"] = Printable(verdict.failure->reason, 1000);
  if (verdict.trial) {
    object["trial"] = json::object{{"rule", verdict.trial->rule},
                                   {"action", json::string(ToString(verdict.trial->action))}};
  }
  return object;
}

json::object ToJson(const NextHop& next_hop, const Explained& explained) {
  const Verdict& verdict = explained.verdict;
  json::object object{
      {"next-hop", ToString(next_hop)},
      {"questions", ToJson(explained.trace)},
      {"mx", ToJson(ExplainMx(explained.evidence.mx))},
      {"mta-sts", ToJson(ExplainSts(explained.evidence.sts, explained.now))},
      {"cached", ToJson(CachedLines(explained))},
      {"policy-type", json::string(ToString(verdict.policy_type))},
      {"policy-domain", verdict.policy_domain.ascii},
      {"level", json::string(ToString(verdict.level))},
      {"rules", ToJson(explained.rules)},
      {"rule", verdict.rule},
      {"why", ExplainVerdict(verdict, explained.evidence)},
      {"answers", json::object{{"QUERY", PostfixReply(explained.by_map, false)},
                               {"QUERYwithTLSRPT", PostfixReply(explained.by_map, true)}}},
      {"tag", explained.tag},
      {"delivery",
       PostfixReply(explained.tag.empty() ? explained.by_map : explained.by_tag, false)},
      {"action", json::string(ToString(ActionTaken(verdict)))},
      {"reply", CodesOf(explained.reply)},
      {"reply-text", explained.reply.text}};
  if (verdict.observed) object["would"] = json::string(ToString(verdict.action));
  if (verdict.trial) {
    object["trial"] = json::object{{"rule", verdict.trial->rule},
                                   {"action", json::string(ToString(verdict.trial->action))}};
  }
  if (verdict.failure) object["result-type"] = json::string(ToString(verdict.failure->type));
  return object;
}

}  // namespace tlswarden
