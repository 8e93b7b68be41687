// LedgerLimits: how much the ledger holds, on the disk and in memory.
//
// Plain values. What goes beyond them still counts where it can, but with less said about it.
#ifndef TLSWARDEN_REPORT_LEDGER_LIMITS_H_
#define TLSWARDEN_REPORT_LEDGER_LIMITS_H_

#include <cstddef>
#include <cstdint>

namespace tlswarden {

struct LedgerLimits {
  int keep_days = 30;      // of what reports are made of
  int keep_tls_days = 90;  // of how far the TLS of each domain's sessions came

  // Of failure rows. What comes later counts in a row of the same result type that has no other
  // texts; result types that RFC 8460 doesn't know become "validation-failure" there.
  std::int64_t rows_a_domain_and_day = 200;
  // What comes later counts for the policy of the same type that has no strings and no MX hosts;
  // types that RFC 8460 doesn't know become "no-policy-found" there.
  std::int64_t policies_a_domain_and_day = 20;
  // Policies of all domains, each once. Beyond them likewise. Domains with the same text share one.
  std::int64_t policies = 200'000;
  // Events of further domains are lost.
  std::int64_t domains_a_day = 100'000;
  // What waits for the disk, about. Beyond it only what is already known there is counted; events
  // with something new are lost.
  std::size_t waiting_octets = 32 << 20;
};

// Of each text; cut off at a character's end.
inline constexpr std::size_t kMaxLedgerText = 1000;
// Of a policy's strings and MX hosts together; those at the end are left out.
inline constexpr std::size_t kMaxLedgerPolicy = 16 * 1024;
// Of one FailureDetail's sessions.
inline constexpr std::int64_t kMaxLedgerSessions = 1'000'000'000;

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_LEDGER_LIMITS_H_
