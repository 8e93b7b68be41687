// The scripted world of a scenario: DNS, HTTPS, a clock, a store and a record sink.
#ifndef TLSWARDEN_TESTS_SCENARIOS_WORLD_H_
#define TLSWARDEN_TESTS_SCENARIOS_WORLD_H_

#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "cache/store.h"
#include "policy/record.h"
#include "resolver/dns.h"
#include "resolver/https.h"

namespace tlswarden {

// Answers from a script; what isn't scripted is validly denied in an unsigned zone.
class ScriptedDns : public Dns {
 public:
  boost::asio::awaitable<DnsReply> Query(std::string name, RrType type) override;

  std::map<std::pair<std::string, std::string>, DnsReply> replies;  // by type and name
  std::vector<std::string> asked;                                   // "MX example.com"
};

class ScriptedHttps : public Https {
 public:
  boost::asio::awaitable<Result<std::string, Failure>> GetPolicy(
      std::string host, std::vector<std::string> addresses) override;

  std::map<std::string, std::variant<std::string, Failure>> replies;  // by host
  int fetches = 0;
};

// Goes through the codec, as a real store does, so that a restart forgets what it doesn't encode.
class TextStore : public Store {
 public:
  EvidencePtr Load(const std::string& key) override;
  void Save(EvidencePtr evidence) override;
  void Flush() override {}

 private:
  std::map<std::string, std::string> rows_;
};

class KeptRecords : public RecordSink {
 public:
  void Write(Record record) override;

  std::vector<std::string> lines;  // as the log would have them
};

}  // namespace tlswarden

#endif  // TLSWARDEN_TESTS_SCENARIOS_WORLD_H_
