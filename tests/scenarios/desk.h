// desk: the real engine, judge and doors' answers over a scripted world and clock.
#ifndef TLSWARDEN_TESTS_SCENARIOS_DESK_H_
#define TLSWARDEN_TESTS_SCENARIOS_DESK_H_

#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cache/memory_table.h"
#include "milter/session.h"
#include "policy/orders.h"
#include "resolver/engine.h"
#include "socketmap/answers.h"
#include "tests/scenarios/fake_world.h"

namespace tlswarden {

struct Asking {
  std::string next_hop;   // as the MTA writes it
  std::string recipient;  // empty: user@ the next hop's domain
  bool local = false;     // from this machine: the MTA names neither transport nor next hop
  int times = 1;          // so many recipients at once
};

// What both doors said, at the moment when the evidence came.
struct Answer {
  bool judged = false;  // the milter has something to judge
  EvidencePtr evidence;
  Verdict verdict;  // the milter's
  Time at;
  std::string milter, end_of_message;  // "accept", or codes and text
  std::string map, tlsrpt;             // without framing
  std::string map_framed, tlsrpt_framed;
  int answered = 0;
};

// One question to the policy map.
struct MapTalk {
  std::string request, framed;
  std::optional<MapRequest> missing;  // the answer has to wait for evidence
};

class Desk {
 public:
  Desk();

  // Runs until nothing is left to do. Questions, fetches and records of the one before are
  // forgotten. A key that is no next hop reaches the map alone.
  void Ask(const Asking& asking);

  // A full round of what the daemon does by itself each second. Questions, fetches and records are
  // as after Ask.
  void Maintain();

  // A daemon that starts anew: the store is all that is left.
  void Restart();
  // After a change of orders or options; what is known stays.
  void Rewire();

  Faults faults;  // why the world couldn't answer
  FakeDns dns{faults};
  RecordList records;
  Outbound outbound;
  EngineOptions options;
  Time now;

 private:
  void Forget();
  void Judged(const RecipientQuestion& recipient, const EvidencePtr& evidence);
  MapTalk BeginMapTalk(std::string_view map, const std::string& key);
  std::string EndMapTalk(MapTalk& talk, const EvidencePtr& evidence);
  void EndMapTalks(const EvidencePtr& evidence);
  void Answered(const RecipientQuestion& recipient, const EvidencePtr& evidence);

  boost::asio::io_context io_{1};

 public:
  FakeHttps https{io_, faults};
  Answer answer;

 private:
  FakeStore store_{faults};
  std::unique_ptr<MemoryTable> table_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<CurrentOrders> orders_;
  std::unique_ptr<Answers> answers_;
  MapTalk plain_, tlsrpt_;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_TESTS_SCENARIOS_DESK_H_
