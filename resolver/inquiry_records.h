// inquiry_records: what a person should hear of an inquiry's outcome, and when again.
//
// Pure. The engine hands what it returns to the sink. A policy that can't be renewed is told of
// when that begins, then daily, and as an error when its end is near (RFC 8461 section 10.2).
#ifndef TLSWARDEN_RESOLVER_INQUIRY_RECORDS_H_
#define TLSWARDEN_RESOLVER_INQUIRY_RECORDS_H_

#include <chrono>
#include <vector>

#include "policy/evidence.h"
#include "policy/record.h"

namespace tlswarden {

inline constexpr std::chrono::seconds kWarnAgain{86400};

// `before` is what was known when the inquiry began. Sets after.sts.warned_at.
std::vector<Record> InquiryRecords(const StsEvidence& before, Evidence& after);

}  // namespace tlswarden

#endif  // TLSWARDEN_RESOLVER_INQUIRY_RECORDS_H_
