// engine_world: the scripted internet of fuzz_engine: what a fuzzer's octets make of DNS answers
// and policies. Two domains, two MX hosts, their policy hosts.
#ifndef TLSWARDEN_TESTS_FUZZ_ENGINE_WORLD_H_
#define TLSWARDEN_TESTS_FUZZ_ENGINE_WORLD_H_

#include <map>
#include <string>

#include "tests/fuzz/octets.h"
#include "tests/scenarios/desk.h"

namespace tlswarden {

// What a policy host serves; nothing when fetches fail.
using Served = std::map<std::string, std::optional<std::string>>;

// a.example publishes an enforced policy and has two MX hosts; b.example has an MX host.
void BeginWorld(Desk& desk, Served& served);

// Each changes one answer. DNS: from the words of scenarios, as the data of records in a message,
// or as all that follows the question of a message.
void SayDns(FuzzOctets& octets, Desk& desk);
void SayDnsRecords(FuzzOctets& octets, Desk& desk);
void SayDnsMessage(FuzzOctets& octets, Desk& desk);

// `late_allowed`: an answer may come after all who ask have theirs.
void SayPolicy(FuzzOctets& octets, bool late_allowed, Desk& desk, Served& served);
void SayBody(FuzzOctets& octets, bool late_allowed, Desk& desk, Served& served);
void SayNoPolicy(FuzzOctets& octets, bool late_allowed, Desk& desk, Served& served);

}  // namespace tlswarden

#endif  // TLSWARDEN_TESTS_FUZZ_ENGINE_WORLD_H_
