// The _smtp._tls TXT record (RFC 8460 section 3): where a domain wants reports about TLS sent.
#ifndef TLSWARDEN_POLICY_TLSRPT_RECORD_H_
#define TLSWARDEN_POLICY_TLSRPT_RECORD_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/report_destination.h"
#include "policy/result.h"

namespace tlswarden {

// Ours: a record must not turn one report into a flood of mail to third parties.
inline constexpr std::size_t kMaxReportDestinations = 10;

struct TlsrptRecord {
  // In the order of the record, each once. Empty when it names only what we can't send to.
  std::vector<ReportDestination> destinations;
  bool operator==(const TlsrptRecord&) const = default;
};

// One record's text, its strings already joined.
Result<TlsrptRecord> ParseTlsrptRecord(std::string_view text);

// All TXT records of the name. Others than v=TLSRPTv1 are discarded. No record that remains is
// nothing; more than one, or a single one that doesn't parse, is an error: no reports either way.
Result<std::optional<TlsrptRecord>> SelectTlsrptRecord(const std::vector<std::string>& texts);

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_TLSRPT_RECORD_H_
