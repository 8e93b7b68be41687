// A report of strangers: what is taken is bounded, comes out as I-JSON, and reads back the same;
// what isn't has an error that can be shown.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "policy/utf8.h"
#include "report/i_json.h"
#include "report/report_json.h"
#include "tests/fuzz/check.h"

namespace {

using namespace tlswarden;

void CheckText(const std::string& text) {
  Check(text.size() <= kMaxReportTextOctets, "a text is bounded");
  Check(IsUtf8(text), "a text is UTF-8", text);
}

void CheckCount(std::int64_t count) {
  Check(count >= 0 && count <= kMaxIJsonInteger, "a count is one of I-JSON");
}

void CheckTally(const PolicyTally& tally) {
  for (const auto* texts : {&tally.policy.strings, &tally.policy.mx_hosts}) {
    Check(texts->size() <= kMaxReportTexts, "a list is bounded");
    std::for_each(texts->begin(), texts->end(), CheckText);
  }
  CheckText(tally.policy.type);
  CheckText(tally.policy.domain);
  CheckCount(tally.successes);
  CheckCount(tally.failures);
  for (const FailureDetail& detail : tally.details) {
    CheckCount(detail.sessions);
    for (const std::string* text :
         {&detail.result_type, &detail.sending_mta_ip, &detail.receiving_mx_hostname,
          &detail.receiving_mx_helo, &detail.receiving_ip, &detail.additional_information,
          &detail.failure_reason_code}) {
      CheckText(*text);
    }
  }
}

// mx-host is written for sts only. A policy-string that reads as JSON is read as such.
TlsReport AsWritten(TlsReport report) {
  for (PolicyTally& tally : report.policies) {
    if (tally.policy.type != "sts") tally.policy.mx_hosts.clear();
    if (tally.policy.strings.size() == 1) tally.policy.strings.clear();
  }
  return report;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Result<TlsReport> parsed = ParseReport({reinterpret_cast<const char*>(data), size});
  if (!parsed) {
    Check(parsed.error().starts_with("not a report: ") && parsed.error().size() < 200, "an error",
          parsed.error());
    for (const char c : parsed.error()) Check(c >= 0x20 && c <= 0x7e, "one line", parsed.error());
    return 0;
  }
  Check(parsed->begin <= parsed->end, "a range");
  Check(parsed->policies.size() <= kMaxReportPolicies, "policies are bounded");
  CheckText(parsed->organization_name);
  CheckText(parsed->contact_info);
  CheckText(parsed->report_id);
  std::for_each(parsed->policies.begin(), parsed->policies.end(), CheckTally);

  const TlsReport report = AsWritten(*parsed);
  const std::string json = ToJson(report);
  Check(IsUtf8(json) && json.find('\n') == std::string::npos, "one line of UTF-8", json);
  const Result<TlsReport> again = ParseReport(json);
  Check(again.ok(), "what is written can be read", json);
  Check(*again == report, "it reads back the same", json);
  return 0;
}
