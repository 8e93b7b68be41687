// The URIs of a `rua` (RFC 8460 section 3): which are well-formed, and which we can send to.
#ifndef TLSWARDEN_POLICY_REPORT_DESTINATION_H_
#define TLSWARDEN_POLICY_REPORT_DESTINATION_H_

#include <optional>
#include <string>
#include <string_view>

namespace tlswarden {

struct ReportDestination {
  enum class Scheme { kMailto, kHttps };
  Scheme scheme = Scheme::kMailto;
  std::string target;  // mailto: the bare address, safe in a header; https: the URI as published
  bool operator==(const ReportDestination&) const = default;
};

// RFC 3986's form and characters, but for ',', '!' and ';', which must be percent-encoded.
bool IsReportUri(std::string_view text);

// Nothing for what we can't send to: schemes other than mailto and https, addresses that need
// quoting, hosts that are no domain names. REQUIRES: IsReportUri(uri).
std::optional<ReportDestination> ToReportDestination(std::string_view uri);

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_REPORT_DESTINATION_H_
