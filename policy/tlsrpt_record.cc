#include "policy/tlsrpt_record.h"

#include <algorithm>

#include "policy/ascii.h"
#include "policy/tag_list.h"

namespace tlswarden {
namespace {

constexpr std::string_view kVersion = "v=TLSRPTv1";

// The list of a `rua=`, with blanks allowed around its commas only. False: malformed.
bool AddDestinations(std::string_view list, TlsrptRecord& record) {
  if (Trim(list) != list) return false;
  std::vector<ReportDestination>& all = record.destinations;
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    const std::string_view uri = Trim(list.substr(begin, end - begin));
    begin = end + 1;
    if (!IsReportUri(uri)) return false;
    std::optional<ReportDestination> found = ToReportDestination(uri);
    if (!found || all.size() == kMaxReportDestinations) continue;
    if (std::find(all.begin(), all.end(), *found) == all.end()) all.push_back(std::move(*found));
  }
  return true;
}

}  // namespace

Result<TlsrptRecord> ParseTlsrptRecord(std::string_view text) {
  if (!HasVersion(text, kVersion)) return Error{"does not begin with v=TLSRPTv1;"};
  const auto fields = ParseTagList(text, kVersion);
  if (!fields) return Error{fields.error()};
  TlsrptRecord record;
  bool any_rua = false;
  for (const auto& [name, value] : *fields) {
    if (name == "rua") {
      any_rua = true;
      if (!AddDestinations(value, record)) return Error{"malformed rua"};
    } else if (!IsExtensionValue(value)) {
      return Error{"malformed value of " + std::string(name)};
    }
  }
  if (!any_rua) return Error{"no rua field"};
  return record;
}

Result<std::optional<TlsrptRecord>> SelectTlsrptRecord(const std::vector<std::string>& texts) {
  const Result<const std::string*> sole = SelectSole(texts, kVersion);
  if (!sole) return Error{sole.error()};
  if (*sole == nullptr) return std::optional<TlsrptRecord>();
  Result<TlsrptRecord> record = ParseTlsrptRecord(**sole);
  if (!record) return Error{record.error()};
  return std::optional<TlsrptRecord>(*record);
}

}  // namespace tlswarden
