// Runs scenario files against the real engine, judge and doors' answers; see README.md.

#include <boost/algorithm/string.hpp>
#include <boost/asio/io_context.hpp>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <sstream>

#include "milter/reply.h"
#include "policy/judge.h"
#include "resolver/engine.h"
#include "socketmap/postfix_reply.h"
#include "tests/scenarios/dns_line.h"
#include "tests/scenarios/world.h"

namespace tlswarden {
namespace {

constexpr Time kBegin{std::chrono::seconds(1800000000)};

class Scenario {
 public:
  explicit Scenario(std::string file) : file_(std::move(file)), in_(file_) { Restart(); }

  // How many expectations weren't met, a wrong line counting as one.
  int Run() {
    if (!in_) return Fail("can't be read");
    std::string text;
    while (NextLine(text)) {
      const std::size_t blank = std::min(text.find(' '), text.size());
      const std::string word = text.substr(0, blank);
      Do(word, boost::algorithm::trim_copy(text.substr(blank)));
    }
    if (met_ + failed_ == 0) return Fail("expects nothing");
    std::cout << file_ << ": " << met_ << " expectations met, " << failed_ << " not\n";
    return failed_;
  }

 private:
  bool NextLine(std::string& text) {
    while (std::getline(in_, text)) {
      ++line_;
      if (text.starts_with('#')) continue;
      boost::algorithm::trim(text);
      if (!text.empty()) return true;
    }
    return false;
  }

  int Fail(const std::string& what) {
    std::cout << file_ << ':' << line_ << ": " << what << '\n';
    return ++failed_;
  }

  void Do(const std::string& word, const std::string& rest) {
    static const std::map<std::string, void (Scenario::*)(const std::string&)> kWords = {
        {"dns", &Scenario::OnDns},       {"https", &Scenario::OnHttps},
        {"rule", &Scenario::OnRule},     {"mode", &Scenario::OnMode},
        {"clock", &Scenario::OnClock},   {"on-failure", &Scenario::OnOnFailure},
        {"option", &Scenario::OnOption}, {"restart", &Scenario::OnRestart},
        {"ask", &Scenario::OnAsk},       {"expect", &Scenario::OnExpect}};
    const auto it = kWords.find(word);
    if (it == kWords.end()) {
      Fail("unknown word: " + word);
    } else {
      (this->*it->second)(rest);
    }
  }

  void OnDns(const std::string& rest) {
    const Result<DnsLine> line = ParseDnsLine(rest);
    if (!line) {
      Fail(line.error());
      return;
    }
    dns_.replies[{line->type, line->name}] = line->reply;
  }

  void OnHttps(const std::string& rest) {
    std::istringstream in(rest);
    std::string host, what, reason;
    in >> host >> what;
    std::getline(in, reason);
    if (const std::optional<ResultType> type = ParseResultType(what)) {
      https_.replies[host] = Failure{*type, boost::algorithm::trim_copy(reason), true};
      return;
    }
    if (what != "200") Fail("https: 200 or a result type expected");
    std::string body, text;
    while (std::getline(in_, text) && ++line_ != 0 && text != "end") {
      body += boost::algorithm::trim_left_copy(text) + "\r\n";
    }
    https_.replies[host] = body;
  }

  void OnRule(const std::string& rest) {
    std::istringstream in(rest);
    std::string domain, require, on_failure;
    in >> domain >> require >> on_failure;
    const Result<DomainPattern> pattern = ParseDomainPattern(domain);
    const std::optional<Requirement> requirement = ParseRequirement(require);
    if (!pattern || !requirement) {
      Fail("rule: DOMAIN REQUIRE [ON-FAILURE]");
      return;
    }
    Rule rule;
    rule.name = "rule" + std::to_string(rules_.size() + 1);
    rule.recipient_domains = {*pattern};
    rule.require = *requirement;
    rule.on_failure = ParseOnFailure(on_failure);
    rules_.push_back(rule);
    outbound_.rules = Rules(rules_);
  }

  void OnMode(const std::string& rest) { outbound_.mode = ParseMode(rest).value(); }
  void OnOnFailure(const std::string& rest) { outbound_.on_failure = ParseOnFailure(rest).value(); }
  void OnClock(const std::string& rest) { now_ += std::chrono::seconds(std::stol(rest)); }
  void OnRestart(const std::string&) { Restart(); }

  void OnOption(const std::string& rest) {
    if (rest == "dane no")
      options_.dane_enabled = false;
    else if (rest == "sts no")
      options_.sts_enabled = false;
    else if (rest == "private yes")
      options_.allow_private_addresses = true;
    else
      Fail("unknown option: " + rest);
    Restart();
  }

  void Restart() {
    options_.clock = [this] { return now_; };
    table_ = std::make_unique<MemoryTable>(100);
    engine_ = std::make_unique<Engine>(io_, EngineParts{dns_, https_, *table_, &store_, records_},
                                       options_);
  }

  // `ask NEXTHOP [TIMES]`: so many questions at once.
  void OnAsk(const std::string& rest) {
    std::istringstream in(rest);
    std::string text;
    int times = 1;
    in >> text >> times;
    const Result<NextHop> next_hop = ParseNextHop(text);
    if (!next_hop) {
      Fail(next_hop.error());
      return;
    }
    dns_.asked.clear();
    https_.fetches = 0;
    records_.lines.clear();
    EvidencePtr evidence = engine_->Cached(*next_hop);
    if (evidence == nullptr) {
      for (int i = 0; i < std::max(times, 1); ++i) {
        engine_->AskAsync(*next_hop, [&evidence](EvidencePtr found) { evidence = found; });
      }
      io_.restart();
      io_.run();
    }
    const Question question{*next_hop, next_hop->domain};
    verdict_ = evidence != nullptr ? Judge(question, *evidence, outbound_, now_)
                                   : JudgeWithoutEvidence(question, outbound_, "no evidence");
  }

  void Check(const std::string& what, const std::string& wanted, const std::string& got,
             bool prefix = false) {
    if (got == wanted || (prefix && got.starts_with(wanted))) {
      ++met_;
    } else {
      Fail(what + ": wanted \"" + wanted + "\", got \"" + got + '"');
    }
  }

  void OnExpect(const std::string& rest) {
    const std::size_t blank = std::min(rest.find(' '), rest.size());
    const std::string what = rest.substr(0, blank);
    const std::string wanted = boost::algorithm::trim_copy(rest.substr(blank));
    if (what == "level") return Check(what, wanted, std::string(ToString(verdict_.level)));
    if (what == "type") return Check(what, wanted, std::string(ToString(verdict_.policy_type)));
    if (what == "map") return Check(what, wanted, Trimmed(PostfixReply(verdict_, false)));
    if (what == "tlsrpt") return Check(what, wanted, Trimmed(PostfixReply(verdict_, true)));
    if (what == "milter") return Check(what, wanted, MilterText(), true);
    if (what == "fetches") return Check(what, wanted, std::to_string(https_.fetches));
    if (what == "questions") return Check(what, wanted, std::to_string(dns_.asked.size()));
    if (what == "asked" || what == "not-asked") return CheckAsked(what, wanted);
    if (what == "record") return CheckRecord(wanted);
    Fail("unknown expectation: " + what);
  }

  static std::string Trimmed(const std::string& text) { return boost::algorithm::trim_copy(text); }

  std::string MilterText() const {
    const Reply reply = MakeReply(verdict_);
    return reply.code.empty() ? "accept" : CodesOf(reply) + ' ' + reply.text;
  }

  void CheckAsked(const std::string& what, const std::string& wanted) {
    const auto& asked = dns_.asked;
    const bool found = std::find(asked.begin(), asked.end(), wanted) != asked.end();
    Check(what + ' ' + wanted, what == "asked" ? "yes" : "no", found ? "yes" : "no");
  }

  void CheckRecord(const std::string& wanted) {
    for (const std::string& line : records_.lines) {
      if (line.find(wanted) != std::string::npos) {
        ++met_;
        return;
      }
    }
    Fail("no record has: " + wanted);
    for (const std::string& line : records_.lines) std::cout << "  record: " << line << '\n';
  }

  const std::string file_;
  std::ifstream in_;
  int line_ = 0, met_ = 0, failed_ = 0;

  Time now_ = kBegin;
  boost::asio::io_context io_{1};
  ScriptedDns dns_;
  ScriptedHttps https_;
  TextStore store_;
  KeptRecords records_;
  EngineOptions options_;
  std::unique_ptr<MemoryTable> table_;
  std::unique_ptr<Engine> engine_;
  std::vector<Rule> rules_;
  Outbound outbound_;
  Verdict verdict_;
};

}  // namespace
}  // namespace tlswarden

int main(int argc, char** argv) {
  int failed = 0;
  for (int i = 1; i < argc; ++i) failed += tlswarden::Scenario(argv[i]).Run();
  return failed == 0 && argc > 1 ? 0 : 1;
}
