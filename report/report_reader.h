// report_reader: the reports in a file or a mail that somebody else sent.
//
// Pure. Whoever knows the address of a `rua` can send anything: all is bounded.
#ifndef TLSWARDEN_REPORT_REPORT_READER_H_
#define TLSWARDEN_REPORT_REPORT_READER_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/result.h"
#include "report/dkim_signature.h"
#include "report/tls_report.h"

namespace tlswarden {

// Receivers' limits for mail are about 10 MB packed, which are 14 MB in base64.
inline constexpr std::size_t kMaxReceivedOctets = 16 << 20;
inline constexpr std::size_t kMaxUnpackedOctets = 50 << 20;  // of all reports in it

// organization-name, as the body has it, says who made the report; the From domain, who says to
// have sent it. Neither is proven here: that is DKIM's business, on the way in.
struct ReceivedReport {
  TlsReport report;
  std::string from_domain;  // as A-labels; empty: no mail, or none in From
  // Of the mail that it came in, as they stand there, without those that are malformed. Nothing:
  // no mail, or one inside of another, whose header is somebody else's.
  std::optional<std::vector<DkimSignature>> signatures = {};
  bool operator==(const ReceivedReport&) const = default;
};

// Takes JSON, gzip, or mail: one, or an mbox of them. In a mail each part counts that is a report
// by its media type (application/tlsrpt+gzip, tlsrpt+json, gzip, json) or by its file's name
// (.json, .json.gz); packed or not is seen from the octets. Parts that can't be read are passed
// over as long as another can; behind ten that can't be unpacked, and behind ten thousand mails,
// nothing is read. Errors, for a person: no report in it, or why the first isn't one.
Result<std::vector<ReceivedReport>> ReadReports(std::string_view octets);

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_REPORT_READER_H_
