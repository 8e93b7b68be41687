// Record: what happened, as a value. Log, metrics and report tallies are sinks of the same
// records, so nobody else prints or counts.
#ifndef TLSWARDEN_POLICY_RECORD_H_
#define TLSWARDEN_POLICY_RECORD_H_

#include <chrono>
#include <optional>
#include <string>
#include <variant>

#include "policy/alarm.h"
#include "policy/evidence.h"
#include "policy/inbound.h"
#include "policy/probe_facts.h"
#include "policy/verdict.h"

namespace tlswarden {

// One recipient was judged for the milter.
struct VerdictGiven {
  std::string queue_id;   // empty while the MTA has given none
  std::string recipient;  // as the MTA said it, with its angle brackets
  Verdict verdict;
  Action action = Action::kAccept;  // what was done, which observe mode and the MTA's limits soften
  std::string reply;                // "550 5.7.5", empty when accepted
  std::string tag{};                // the demand that is carried to the delivery (message_tag.h)
  bool cache_hit = false;
  std::chrono::microseconds took{0};
};

// A client's session falls short of what is demanded of it, or would.
struct InboundJudged {
  std::string queue_id;   // empty while the MTA has given none
  std::string recipient;  // empty: judged for the whole message
  std::string client_address;
  std::string client_name;
  std::string sender;
  InboundTls tls;
  InboundVerdict verdict;
  Action action = Action::kAccept;  // what was done
  std::string reply;                // "530 5.7.0", empty when accepted
};

// A policy map was answered.
struct MapAnswered {
  std::string map;
  std::string key;
  std::string answer;  // as sent
  Verdict verdict;
  bool cache_hit = false;
  std::chrono::microseconds took{0};
};

// An inquiry ended with another MTA-STS policy than the one known before.
struct PolicyChanged {
  Domain domain;
  std::optional<LearnedStsPolicy> before;
  LearnedStsPolicy now;
};

// A policy that could not be renewed has reached its end: the domain is as if it had none.
struct PolicyExpired {
  Domain domain;
  LearnedStsPolicy policy;
  std::optional<Failure> failure;  // why it wasn't renewed, if that is known
};

// An inquiry ended with a failure that a person may want to know of.
struct InquiryFailed {
  Domain domain;
  Failure failure;
  bool of_policy = true;            // false: of the MX hosts
  std::optional<Time> policy_ends;  // of an MTA-STS policy learned before, which stays in force
  Time failing_since;               // with policy_ends: of the first failure in a row
  bool urgent = false;              // with policy_ends: most of the policy's life is over
};

// A look at an MX host's TLS ended.
struct ProbeEnded {
  Domain domain;                   // of the question that led to it; others may share it
  ProbeFactsPtr facts;             // never nullptr
  std::optional<Failure> failure;  // why that question's demand isn't met
};

// A trouble that a person must hear of has begun, or is over.
struct AlarmRaised {
  Alarm alarm;
};
struct AlarmCleared {
  Alarm alarm;
};

// What concerns the daemon rather than mail: a store moved aside, a socket in use.
struct Notice {
  enum class Level { kError, kWarning, kInfo } level = Level::kInfo;
  std::string text;  // what, for whom, why, and what to do
};

using Record = std::variant<VerdictGiven, InboundJudged, MapAnswered, PolicyChanged, PolicyExpired,
                            InquiryFailed, ProbeEnded, AlarmRaised, AlarmCleared, Notice>;

class RecordSink {
 public:
  virtual ~RecordSink() = default;

  // Thread-safe; doesn't wait for the network.
  virtual void Write(Record record) = 0;

  // Whether answers from the cache are worth a record. A busy map would fill the log otherwise.
  virtual bool WantsCachedMapAnswers() const { return false; }
};

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_RECORD_H_
