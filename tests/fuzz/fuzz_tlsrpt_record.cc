// The _smtp._tls TXT records: parsing doesn't crash, and what it accepts is safe to send to.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "policy/domain.h"
#include "policy/tag_list.h"
#include "policy/tlsrpt_record.h"
#include "tests/fuzz/txt_lines.h"

namespace {

using namespace tlswarden;

void Check(bool holds) {
  if (!holds) std::abort();
}

// An address goes into a header, a URI to an HTTP client: neither may hold what ends it there.
void CheckDestination(const ReportDestination& destination) {
  const std::string& target = destination.target;
  for (char c : target) Check(c > 0x20 && c < 0x7f && c != ',' && c != ';' && c != '"');
  if (destination.scheme == ReportDestination::Scheme::kHttps) {
    Check(IsReportUri(target) && target.find("://") == 5 && target.size() > 8);
    Check(ToReportDestination(target) == destination);
    const HttpsUri uri = ParseHttpsUri(target).value();
    Check(ParseLdhDomain(uri.host).value().ascii == uri.host && uri.port != 0);
    Check(uri.target.starts_with('/') && uri.target.find('#') == std::string::npos);
    return;
  }
  Check(std::count(target.begin(), target.end(), '@') == 1);
  const std::string host = target.substr(target.find('@') + 1);
  Check(ParseDomain(host).value().ascii == host);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<std::string> texts = Lines({reinterpret_cast<const char*>(data), size});
  std::size_t candidates = 0;
  for (const std::string& text : texts) {
    candidates += HasVersion(text, "v=TLSRPTv1") ? 1 : 0;
    const Result<TlsrptRecord> record = ParseTlsrptRecord(text);
    if (!record) continue;
    Check(HasVersion(text, "v=TLSRPTv1"));
    Check(record->destinations.size() <= kMaxReportDestinations);
    std::for_each(record->destinations.begin(), record->destinations.end(), CheckDestination);
  }
  const Result<std::optional<TlsrptRecord>> selected = SelectTlsrptRecord(texts);
  Check(selected.ok() ? selected->has_value() == (candidates == 1) : candidates > 0);
  return 0;
}
