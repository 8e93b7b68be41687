// status_output: what `tlswarden status` prints.
//
// Pure. The file may have been written by anybody, so nothing of it reaches a terminal raw.
#ifndef TLSWARDEN_DAEMON_STATUS_OUTPUT_H_
#define TLSWARDEN_DAEMON_STATUS_OUTPUT_H_

#include <boost/json/value.hpp>
#include <string>
#include <vector>

#include "policy/remembered_table.h"
#include "report/would_ledger.h"

namespace tlswarden {

// A table for observe mode, one for policies in testing mode, and what to do next.
std::string WouldText(const std::vector<WouldRow>& rows);

// {"since": ..., "observe": COUNT, "testing": COUNT, "rows": [{...}]}, with RFC 8460's names.
boost::json::value WouldJson(const std::vector<WouldRow>& rows);

// Domains that had TLS so far and are reached without, each with the command that lets it go.
std::string GoneText(const std::vector<RememberedDomain>& gone);

// {"remembered-tls-missing": [{"policy-domain": ..., "missing-since": ...}]}
boost::json::value GoneJson(const std::vector<RememberedDomain>& gone);

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_STATUS_OUTPUT_H_
