// Runs scenario files against the real engine, judge and doors' answers. README.md tells how they
// are written. Says FILE:LINE and what was wanted and got; the exit status is 1 when anything is
// amiss.
#include <array>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <utility>

#include "daemon/rule_keys.h"
#include "tests/scenarios/desk.h"
#include "tests/scenarios/expectations.h"
#include "tests/scenarios/scenario_parser.h"

namespace tlswarden {
namespace {

// Each carries out one statement. What it returns is what is wrong with the statement.
using Wrong = std::optional<std::string>;

struct Run {
  Desk desk;
  std::vector<Rule> rules;
  bool asked = false;
};

Wrong OnDns(const Statement& statement, Run& run) {
  const Result<DnsLine> line = ParseDnsLine(statement.rest);
  if (!line) return line.error();
  run.desk.dns.Say(*line);
  return std::nullopt;
}

// https HOST [late] 200 | https HOST [late] RESULT-TYPE REASON
Wrong OnHttps(const Statement& statement, Run& run) {
  std::string_view rest = statement.rest;
  const std::string host = TakeWord(rest);
  std::string what = TakeWord(rest);
  const bool late = what == "late";
  if (late) what = TakeWord(rest);
  run.desk.dns.AddPolicyHost(host);
  if (what == "200") {
    std::string body;
    for (const std::string& line : statement.body) body += line + "\r\n";
    run.desk.https.Say(host, late, body);
    return std::nullopt;
  }
  const std::optional<ResultType> type = ParseResultType(what);
  if (!type || rest.empty()) return "expected: https HOST [late] 200, or RESULT-TYPE REASON";
  run.desk.https.Say(host, late, Failure{*type, std::string(rest), true});
  return std::nullopt;
}

void SayTxt(const std::string& domain, std::string_view answer, Run& run) {
  const Result<DnsLine> line =
      ParseDnsLine("TXT _mta-sts." + domain + " insecure " + std::string(answer));
  run.desk.dns.Say(*line);
}

// sts DOMAIN ID MODE MAX-AGE MX…
Wrong OnSts(const Statement& statement, Run& run) {
  const std::vector<std::string> words = SplitWords(statement.rest);
  if (words.size() < 4) return "expected: sts DOMAIN ID MODE MAX-AGE MX…";
  const auto max_age = ParseDuration(words[3]);
  if (!max_age) return "malformed max-age: " + words[3];
  std::string body = "version: STSv1\nmode: " + words[2] + '\n';
  for (std::size_t i = 4; i < words.size(); ++i) body += "mx: " + words[i] + '\n';
  body += "max_age: " + std::to_string(max_age->count()) + '\n';
  SayTxt(words[0], "\"v=STSv1; id=" + words[1] + "\"", run);
  run.desk.dns.AddPolicyHost("mta-sts." + words[0]);
  run.desk.https.Say("mta-sts." + words[0], false, body);
  return std::nullopt;
}

Wrong OnNoSts(const Statement& statement, Run& run) {
  SayTxt(statement.rest, "nxdomain", run);
  return std::nullopt;
}

Wrong OnDefault(const Statement& statement, Run& run) {
  const bool deny = statement.rest == "nodata";
  if (!deny && statement.rest != "error") return "expected: default nodata|error";
  run.desk.dns.DenyAllElse(deny);
  return std::nullopt;
}

// KEY=ENTRY[,ENTRY…], as in the configuration.
Wrong SetRuleKey(std::string_view word, Rule& rule) {
  const std::size_t equals = word.find('=');
  const RuleKey* key = FindRuleKey(word.substr(0, equals));
  if (key == nullptr) return "unknown key: " + std::string(word.substr(0, equals));
  for (const std::string& entry : SplitList(std::string(word.substr(equals + 1)))) {
    const Result<bool> added = key->add(rule, entry);
    if (!added) return entry + ": " + added.error();
  }
  return std::nullopt;
}

// rule DOMAIN[,DOMAIN…] REQUIRE [ON-FAILURE] | rule KEY=VALUE…
Wrong OnRule(const Statement& statement, Run& run) {
  std::vector<std::string> words = SplitWords(statement.rest);
  if (words.empty()) return "expected: rule DOMAIN REQUIRE [ON-FAILURE], or rule KEY=VALUE…";
  if (words[0].find('=') == std::string::npos) {
    if (words.size() < 2 || words.size() > 3) return "expected: rule DOMAIN REQUIRE [ON-FAILURE]";
    words[0].insert(0, "recipient-domain=");
    if (!ParseRequirement(words[1])) return "unknown requirement: " + words[1];
    words[1].insert(0, "require=");
    if (words.size() == 3) words[2].insert(0, "on-failure=");
  }
  Rule rule;
  rule.name = "rule" + std::to_string(run.rules.size() + 1);
  for (const std::string& word : words) {
    if (const Wrong wrong = SetRuleKey(word, rule)) return wrong;
  }
  run.rules.push_back(std::move(rule));
  run.desk.outbound.rules = Rules(run.rules);
  run.desk.Rewire();
  return std::nullopt;
}

Wrong OnMode(const Statement& statement, Run& run) {
  const std::optional<Mode> mode = ParseMode(statement.rest);
  if (!mode) return "unknown mode: " + statement.rest;
  run.desk.outbound.mode = *mode;
  run.desk.Rewire();
  return std::nullopt;
}

Wrong OnOnFailure(const Statement& statement, Run& run) {
  const std::optional<OnFailure> on_failure = ParseOnFailure(statement.rest);
  if (!on_failure) return "unknown on-failure: " + statement.rest;
  run.desk.outbound.on_failure = *on_failure;
  run.desk.Rewire();
  return std::nullopt;
}

Wrong OnOption(const Statement& statement, Run& run) {
  EngineOptions& options = run.desk.options;
  if (statement.rest == "dane no") {
    options.dane_enabled = false;
  } else if (statement.rest == "sts no") {
    options.sts_enabled = false;
  } else if (statement.rest == "private yes") {
    options.allow_private_addresses = true;
  } else if (statement.rest == "patience none") {
    options.patience = std::chrono::milliseconds(5);
  } else {
    return "unknown option: " + statement.rest;
  }
  run.desk.Rewire();
  return std::nullopt;
}

Wrong OnClock(const Statement& statement, Run& run) {
  std::string_view text = statement.rest;
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto step = ParseDuration(text);
  if (!step) return "malformed duration: " + statement.rest;
  run.desk.now += *step;
  return std::nullopt;
}

Wrong OnRestart(const Statement&, Run& run) {
  run.desk.Restart();
  return std::nullopt;
}

Wrong OnMaintain(const Statement&, Run& run) {
  run.desk.Maintain();
  return std::nullopt;
}

// ask NEXT-HOP [to ADDRESS] [local] [TIMES]
Wrong OnAsk(const Statement& statement, Run& run) {
  std::string_view rest = statement.rest;
  Asking asking;
  asking.next_hop = TakeWord(rest);
  while (!rest.empty()) {
    const std::string word = TakeWord(rest);
    if (word == "to") {
      asking.recipient = TakeWord(rest);
    } else if (word == "local") {
      asking.local = true;
    } else {
      asking.times = std::atoi(word.c_str());
      if (asking.times < 1) return "unknown word: " + word;
    }
  }
  run.asked = true;
  run.desk.Ask(asking);
  return std::nullopt;
}

Wrong OnExpect(const Statement& statement, Run& run) {
  if (!run.asked) return "nothing was asked yet";
  return WhyUnmet(statement.rest, run.desk);
}

using Action = Wrong (*)(const Statement&, Run&);
constexpr std::array<std::pair<std::string_view, Action>, 14> kVerbs = {{
    {"dns", OnDns},
    {"https", OnHttps},
    {"sts", OnSts},
    {"no-sts", OnNoSts},
    {"default", OnDefault},
    {"rule", OnRule},
    {"mode", OnMode},
    {"on-failure", OnOnFailure},
    {"option", OnOption},
    {"clock", OnClock},
    {"restart", OnRestart},
    {"maintain", OnMaintain},
    {"ask", OnAsk},
    {"expect", OnExpect},
}};

Wrong Do(const Statement& statement, Run& run) {
  for (const auto& [verb, action] : kVerbs) {
    if (verb == statement.verb) return action(statement, run);
  }
  return "unknown word: " + statement.verb;
}

// How much is amiss in a file.
int RunFile(const std::string& file) {
  std::ifstream in(file);
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  const Result<std::vector<Statement>> statements = ParseScenario(text);
  if (!statements) {
    std::cout << file << ':' << statements.error() << '\n';
    return 1;
  }
  Run run;
  int expectations = 0, wrong = 0;
  for (const Statement& statement : *statements) {
    if (statement.verb == "expect") ++expectations;
    Faults complaints = std::exchange(run.desk.faults, {});
    if (Wrong complaint = Do(statement, run)) complaints.push_back(*complaint);
    for (const std::string& fault : std::exchange(run.desk.faults, {})) complaints.push_back(fault);
    for (const std::string& complaint : complaints) {
      std::cout << file << ':' << statement.line << ": " << complaint << '\n';
      ++wrong;
    }
  }
  if (expectations == 0) std::cout << file << ": expects nothing\n";
  return expectations == 0 ? wrong + 1 : wrong;
}

}  // namespace
}  // namespace tlswarden

int main(int argc, char** argv) {
  int wrong = 0;
  for (int i = 1; i < argc; ++i) wrong += tlswarden::RunFile(argv[i]);
  if (argc < 2) std::cout << "usage: scenario_runner FILE.scn…\n";
  return argc > 1 && wrong == 0 ? 0 : 1;
}
