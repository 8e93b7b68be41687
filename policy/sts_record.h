// The _mta-sts TXT record (RFC 8461 section 3.1): says that a policy exists, and which.
#ifndef TLSWARDEN_POLICY_STS_RECORD_H_
#define TLSWARDEN_POLICY_STS_RECORD_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/result.h"

namespace tlswarden {

struct StsRecord {
  std::string id;  // 1 to 32 letters and digits; opaque: compare for equality only
  bool operator==(const StsRecord&) const = default;
};

// sts-id: 1 to 32 letters and digits.
bool IsStsId(std::string_view text);

// One record's text, its strings already joined.
Result<StsRecord> ParseStsRecord(std::string_view text);

// All TXT records of the name. Others than v=STSv1 are discarded. No record that remains is
// nothing; more than one, or a single one that doesn't parse, is an error: no policy either way.
Result<std::optional<StsRecord>> SelectStsRecord(const std::vector<std::string>& texts);

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_STS_RECORD_H_
