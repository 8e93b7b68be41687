// explain_output: what `tlswarden explain` found out, as text for a person or as JSON.
#ifndef TLSWARDEN_DAEMON_EXPLAIN_OUTPUT_H_
#define TLSWARDEN_DAEMON_EXPLAIN_OUTPUT_H_

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "cache/store.h"
#include "milter/reply.h"
#include "policy/inbound.h"
#include "policy/verdict.h"
#include "resolver/trace.h"

namespace tlswarden {

inline constexpr std::size_t kMaxLine = 400;  // of text on a terminal, octets

struct Explained {
  Trace trace;
  Evidence evidence;                  // of the inquiry made now
  EvidencePtr cached;                 // what the daemon's store holds, or nullptr
  std::string cached_error;           // why that can't be told
  bool cached_policy_counts = false;  // the inquiry found no policy, but one is in force
  std::vector<std::string> rules;     // see ExplainRules
  Verdict verdict;
  Verdict by_map;   // for the next hop alone
  Verdict by_tag;   // for a message with the tag
  std::string tag;  // empty: the map's verdict is enough
  std::string how_tagged;
  Reply reply;
  Time now;
};

// What comes of a message on its way in.
struct ExplainedInbound {
  std::vector<std::string> rules;
  InboundVerdict verdict;
};

// To standard output. What strangers wrote reaches the terminal printable and short.
void PrintText(const NextHop& next_hop, const Explained& explained);

boost::json::object ToJson(const NextHop& next_hop, const Explained& explained);

void PrintText(const ExplainedInbound& explained);
boost::json::object ToJson(const ExplainedInbound& explained);

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_EXPLAIN_OUTPUT_H_
