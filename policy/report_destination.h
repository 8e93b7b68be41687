// The URIs of a `rua` (RFC 8460 section 3): which are well-formed, and which we can send to.
#ifndef TLSWARDEN_POLICY_REPORT_DESTINATION_H_
#define TLSWARDEN_POLICY_REPORT_DESTINATION_H_

#include <cstdint>
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

// As it stands in a record: "mailto:a@b.example", "https://b.example/x".
std::string ToString(const ReportDestination& destination);

// RFC 3986's form and characters, but for ',', '!' and ';', which must be percent-encoded.
bool IsReportUri(std::string_view text);

// Nothing for what we can't send to: schemes other than mailto and https, addresses that need
// quoting, hosts that are no domain names. REQUIRES: IsReportUri(uri).
std::optional<ReportDestination> ToReportDestination(std::string_view uri);

// What a client makes of an https URI (RFC 9110 section 4.2.2).
struct HttpsUri {
  std::string host;  // a domain name as A-labels, lower case; never an address
  std::uint16_t port = 443;
  std::string target = "/";  // path and query, without the fragment
  bool operator==(const HttpsUri&) const = default;
};

// Nothing for other schemes, addresses instead of names, a user before the host, a port that is
// none, and all that isn't IsReportUri.
std::optional<HttpsUri> ParseHttpsUri(std::string_view uri);

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_REPORT_DESTINATION_H_
