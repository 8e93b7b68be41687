// explain_output: what `tlswarden explain` found out, as text for a person or as JSON.
#ifndef TLSWARDEN_DAEMON_EXPLAIN_OUTPUT_H_
#define TLSWARDEN_DAEMON_EXPLAIN_OUTPUT_H_

#include <boost/json.hpp>
#include <string>

#include "cache/store.h"
#include "milter/reply.h"
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
  Verdict verdict;
  Reply reply;
  Time now;
};

// To standard output. What strangers wrote reaches the terminal printable and short.
void PrintText(const NextHop& next_hop, const Explained& explained);

boost::json::object ToJson(const NextHop& next_hop, const Explained& explained);

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_EXPLAIN_OUTPUT_H_
