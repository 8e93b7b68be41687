// report_json: writes and reads the JSON of a report (RFC 8460 section 4.4).
//
// Pure. ToJson writes what the RFC says; ParseReport takes what senders really send.
#ifndef TLSWARDEN_REPORT_REPORT_JSON_H_
#define TLSWARDEN_REPORT_REPORT_JSON_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "policy/result.h"
#include "report/tls_report.h"

namespace tlswarden {

// I-JSON (RFC 7493) on one line, keys in the order of the RFC's example. Empty texts are left out,
// and so are mx-host where it isn't "sts" and failure-details where there are none. Octets that
// are no UTF-8 become U+FFFD, counts lie from 0 to 2^53-1.
std::string ToJson(const TlsReport& report);

// Of what ParseReport takes; more is an error.
inline constexpr std::size_t kMaxReportPolicies = 1000;
inline constexpr std::size_t kMaxReportDetails = 10000;  // of all policies
// Of longer texts and lists of texts the first part is kept.
inline constexpr std::size_t kMaxReportTextOctets = 4096;
inline constexpr std::size_t kMaxReportTexts = 1000;  // of one policy-string or mx-host

// Lenient where senders differ from the RFC and from each other: mx-host as a text, null or not
// there; a policy-string whose one element is itself JSON; counts in quotes; a date-range that ends
// at the next day's 00:00:00; offsets other than Z; a single object for an array; unknown keys.
// Types and terms that aren't known are kept, counts that don't add up, too. Domains are written
// as A-labels where they are domains. Texts are UTF-8, but may hold control characters.
// Errors, for a person: no JSON, no object, no date-range, no policies, or beyond a limit.
Result<TlsReport> ParseReport(std::string_view json);

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_REPORT_JSON_H_
