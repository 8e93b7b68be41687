// engine_laws: what must be true of every answer of the engine and the doors.
#ifndef TLSWARDEN_TESTS_FUZZ_ENGINE_LAWS_H_
#define TLSWARDEN_TESTS_FUZZ_ENGINE_LAWS_H_

#include <optional>
#include <string_view>

#include "policy/next_hop.h"
#include "tests/fuzz/engine_ledger.h"
#include "tests/scenarios/desk.h"

namespace tlswarden {

// The framing, and Postfix's grammar.
void CheckForm(const Answer& answer);

// Codes, verdict and reason agree.
void CheckMilter(const Answer& answer);

// Each answer that an inquiry led to has its record; the lines of the log are lines.
void CheckRecords(const Desk& desk);

// What was learned is what was served, with the time of its fetch; what is believed ends in time;
// who asks stays within bounds.
void CheckEvidence(const NextHop& next_hop, const Desk& desk, const Ledger& ledger);

// The map holds the line that the policy in force draws, and no other policy draws one.
// `known`: what was learned before; `taken`: what this question brought.
void CheckLevel(const NextHop& next_hop, const std::optional<Taken>& known, const Taken* taken,
                const Desk& desk, const Ledger& ledger);

// What DNS says of TLSA behind a signed MX counts, and a failure to say is no denial (RFC 7672
// section 2.1.2).
void CheckDane(const NextHop& next_hop, const Desk& desk);

// A policy that is new to the engine has its record.
void CheckPolicyChange(const std::optional<Taken>& known, const Taken& taken, const Desk& desk,
                       const Ledger& ledger);

// How much an answer of the map demands, from nothing upwards.
int Strictness(std::string_view map_answer);

}  // namespace tlswarden

#endif  // TLSWARDEN_TESTS_FUZZ_ENGINE_LAWS_H_
