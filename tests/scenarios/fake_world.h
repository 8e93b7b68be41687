// fake_world: the scripted outside of the engine: DNS, HTTPS, a store and a sink of records.
//
// With `default error`, whatever the engine asks and no line answers is a fault, so that a wrong
// name in a scenario, or a question that should not be asked, doesn't pass for a denial.
#ifndef TLSWARDEN_TESTS_SCENARIOS_FAKE_WORLD_H_
#define TLSWARDEN_TESTS_SCENARIOS_FAKE_WORLD_H_

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "cache/store.h"
#include "policy/record.h"
#include "resolver/dns.h"
#include "resolver/https.h"
#include "tests/scenarios/dns_line.h"

namespace tlswarden {

using Faults = std::vector<std::string>;

// Holds records and follows CNAMEs as a resolver does: the weakest link gives the security.
class FakeDns : public Dns {
 public:
  explicit FakeDns(Faults& faults) : faults_(faults) {}

  boost::asio::awaitable<DnsReply> Query(std::string name, RrType type) override;

  // Replaces what was said of this type and name before.
  void Say(const DnsLine& line) { replies_[{line.type, line.name}] = line.reply; }
  // A host that serves policies has a public address, unless the script says otherwise.
  void AddPolicyHost(const std::string& host) { policy_hosts_.insert(host); }
  void DenyAllElse(bool deny) { deny_all_else_ = deny; }

  std::vector<std::string> asked;  // "MX example.com", in order
  std::vector<DnsReply> answered;  // the replies to these

 private:
  const DnsReply* Find(const std::string& name, std::optional<RrType> type) const;
  std::optional<DnsReply> AddressOf(const std::string& name, RrType type) const;
  DnsReply AnswerAt(const std::string& name, RrType type);
  DnsReply Answer(const std::string& name, RrType type);

  Faults& faults_;
  std::map<std::pair<std::optional<RrType>, std::string>, DnsReply> replies_;
  std::set<std::string> policy_hosts_;
  bool deny_all_else_ = true;
};

class FakeHttps : public Https {
 public:
  FakeHttps(boost::asio::io_context& io, Faults& faults) : faults_(faults), answered_(io) {}

  boost::asio::awaitable<Result<std::string, Failure>> GetPolicy(
      std::string host, std::vector<std::string> addresses) override;

  // `late`: the answer comes only after all who asked have theirs.
  void Say(const std::string& host, bool late, std::variant<std::string, Failure> answer) {
    answers_[host] = {late, std::move(answer)};
  }
  void BeginQuestion();
  void EndQuestion();

  std::vector<std::string> fetched;  // "mta-sts.example.com 192.0.2.1", in order

 private:
  struct Answer {
    bool late = false;
    std::variant<std::string, Failure> what;
  };

  Faults& faults_;
  boost::asio::steady_timer answered_;  // never ends by itself; cancelled when all have answers
  bool open_ = true;
  std::map<std::string, Answer> answers_;
};

// Keeps text, as a real store does, so that a restart loses what the codec loses.
class FakeStore : public Store {
 public:
  explicit FakeStore(Faults& faults) : faults_(faults) {}

  EvidencePtr Load(const std::string& key) override;
  void Save(EvidencePtr evidence) override;
  void Flush() override {}

 private:
  Faults& faults_;
  std::map<std::string, std::string> rows_;
};

class RecordList : public RecordSink {
 public:
  void Write(Record record) override;
  void Clear();

  std::vector<std::string> lines;  // as in the log, without a queue id; warnings are marked
  std::vector<Record> values;      // the same, as they came
};

}  // namespace tlswarden

#endif  // TLSWARDEN_TESTS_SCENARIOS_FAKE_WORLD_H_
