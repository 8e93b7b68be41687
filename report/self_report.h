// self_report: a report of nothing about ourselves, mailed to ourselves, which shows whether our
// reports are signed by DKIM: receivers ignore those that aren't (RFC 8460 section 5.3).
//
// Pure. That it is ours is known by its report-id alone, which nobody can guess.
#ifndef TLSWARDEN_REPORT_SELF_REPORT_H_
#define TLSWARDEN_REPORT_SELF_REPORT_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/time.h"
#include "report/dkim_signature.h"
#include "report/tls_report.h"

namespace tlswarden {

// As unpredictable as the system can make them.
using SelfReportSecret = std::array<std::uint8_t, 16>;

// About yesterday, with no session. Its id is "tlswarden-test.SECRET@DOMAIN", with contact-info's
// domain.
TlsReport MakeSelfReport(const std::string& organization_name, const std::string& contact_info,
                         const SelfReportSecret& secret, Time now);

// What has become of one.
struct SelfReport {
  Time sent{};
  std::optional<Time> came;
  std::vector<DkimSignature> signatures;  // in the header with which it came
  bool operator==(const SelfReport&) const = default;
};

enum class Signed {
  kYes,       // for the domain or one above it
  kByOthers,  // for other domains only
  kNo,
};
Signed WhoSigns(const std::vector<DkimSignature>& signatures, std::string_view domain);

// "signed by d=example.com, s=sel1" for kYes, "signed by d=other.example, s=x, but not by
// example.com", "not signed".
std::string DescribeSignatures(const std::vector<DkimSignature>& signatures,
                               std::string_view domain);

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_SELF_REPORT_H_
