#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <initializer_list>
#include <optional>
#include <utility>

#include "policy/ascii.h"
#include "policy/domain.h"
#include "report/i_json.h"
#include "report/report_json.h"

namespace tlswarden {
namespace {

namespace json = boost::json;
using Problem = std::optional<std::string>;

const json::value* Find(const json::object& object, std::string_view key) {
  const json::value* found = object.if_contains(key);
  return found != nullptr && !found->is_null() ? found : nullptr;
}

const json::object* FindObject(const json::object& object, std::string_view key) {
  const json::value* found = Find(object, key);
  return found == nullptr ? nullptr : found->if_object();
}

// Numbers and true or false become texts. Anything else is no text.
std::string AsText(const json::value& value) {
  if (value.is_string()) return IJsonText(value.get_string(), kMaxReportTextOctets);
  return value.is_primitive() && !value.is_null() ? json::serialize(value) : "";
}

// The first of the keys that has a text.
std::string Text(const json::object& object, std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) {
    const json::value* found = Find(object, key);
    if (found == nullptr) continue;
    std::string text = AsText(*found);
    if (!text.empty()) return text;
  }
  return "";
}

// Calls with each element of an array, or with the one value that isn't in one. False: stopped.
template <typename Visit>
bool ForEach(const json::value* value, Visit visit) {
  if (value == nullptr) return true;
  const json::array* array = value->if_array();
  if (array == nullptr) return visit(*value);
  return std::all_of(array->begin(), array->end(), visit);
}

std::vector<std::string> Texts(const json::value* value) {
  std::vector<std::string> texts;
  ForEach(value, [&](const json::value& element) {
    std::string text = AsText(element);
    if (!text.empty()) texts.push_back(std::move(text));
    return texts.size() < kMaxReportTexts;
  });
  return texts;
}

// Microsoft's policy-string of a tlsa policy: one element that is the JSON of the array.
std::vector<std::string> PolicyStrings(const json::value* value) {
  const json::array* array = value == nullptr ? nullptr : value->if_array();
  if (array != nullptr && array->size() == 1) value = &array->front();
  if (value != nullptr && value->is_string() && Trim(value->get_string()).starts_with('[')) {
    const Result<json::value> inner = ParseIJson(value->get_string());
    if (inner && inner->is_array()) return Texts(&*inner);
  }
  return Texts(value);
}

// Whole numbers from 0 to 2^53-1, in quotes or not; what lies outside becomes the nearest.
std::int64_t Count(const json::object& object, std::string_view key, std::int64_t otherwise) {
  const json::value* found = Find(object, key);
  if (found == nullptr) return otherwise;
  double number = 0;
  if (const json::string* text = found->if_string()) {
    const std::string_view digits = Trim(*text);
    const auto end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, number);
    if (read.ec != std::errc() || read.ptr != end) return otherwise;
  } else if (found->is_number()) {
    number = found->to_number<double>();
  } else {
    return otherwise;
  }
  if (!(number > 0)) return 0;  // not a number, too
  return number >= static_cast<double>(kMaxIJsonInteger) ? kMaxIJsonInteger
                                                         : static_cast<std::int64_t>(number);
}

std::string AsDomain(const std::string& text) {
  const Result<Domain> domain = ParseDomain(text);
  return domain ? domain->ascii : text;
}

// RFC 3339, also without seconds' fractions or with them, with any offset or none, with a blank
// for the T, and with 24:00:00 for the next day's 00:00:00.
std::optional<Time> ParseLenientTime(std::string_view text) {
  constexpr std::size_t kSeconds = 19;  // "2026-11-24T07:00:00"
  text = Trim(text);
  if (text.size() < kSeconds) return ParseTime(text);
  std::string whole(text.substr(0, kSeconds));
  if (whole[10] == 't' || whole[10] == ' ') whole[10] = 'T';
  const bool next_day = whole.ends_with("T24:00:00");
  if (next_day) whole.replace(11, 2, "00");
  std::optional<Time> time = ParseTime(whole + 'Z');
  if (!time) return std::nullopt;
  if (next_day) *time += std::chrono::hours(24);
  const std::string rest(text.substr(kSeconds));
  const bool has_zone = rest.find_first_of("Zz+-") != std::string::npos;
  const std::optional<std::chrono::minutes> offset = ParseUtcOffset(has_zone ? rest : rest + 'Z');
  if (!offset) return std::nullopt;
  return *time - *offset;
}

// Within the years that can be written again: an offset leads out of them.
std::optional<Time> ParseDateTime(std::string_view text) {
  const std::optional<Time> time = ParseLenientTime(text);
  return time ? ParseTime(ToString(*time)) : std::nullopt;
}

Problem ReadDateRange(const json::object& object, TlsReport& report) {
  const json::object* range = FindObject(object, "date-range");
  if (range == nullptr) return "date-range is missing";
  const std::optional<Time> begin = ParseDateTime(Text(*range, {"start-datetime"}));
  const std::optional<Time> end = ParseDateTime(Text(*range, {"end-datetime"}));
  if (!begin || !end) return "date-range has no times of the form 2026-11-24T00:00:00Z";
  if (*end < *begin) return "date-range ends before it begins";
  report.begin = *begin;
  report.end = *end;
  // Some write the first second of the next day.
  const bool is_midnight = DayOf(*end) == *end;
  if (is_midnight && *end > *begin) report.end -= std::chrono::seconds(1);
  return std::nullopt;
}

ReportedPolicy ReadPolicy(const json::object& object) {
  ReportedPolicy policy;
  policy.type = Text(object, {"policy-type"});
  policy.strings = PolicyStrings(Find(object, "policy-string"));
  policy.domain = AsDomain(Text(object, {"policy-domain"}));
  policy.mx_hosts = Texts(Find(object, "mx-host"));
  return policy;
}

FailureDetail ReadDetail(const json::object& object) {
  FailureDetail detail;
  detail.result_type = Text(object, {"result-type"});
  detail.sending_mta_ip = Text(object, {"sending-mta-ip"});
  detail.receiving_mx_hostname = Text(object, {"receiving-mx-hostname"});
  detail.receiving_mx_helo = Text(object, {"receiving-mx-helo"});
  detail.receiving_ip = Text(object, {"receiving-ip"});
  detail.additional_information =
      Text(object, {"additional-information", "additional-info-uri", "additional-information-uri"});
  detail.failure_reason_code = Text(object, {"failure-reason-code"});
  detail.sessions = Count(object, "failed-session-count", 1);
  return detail;
}

Problem ReadTally(const json::object& object, std::size_t& details, PolicyTally& tally) {
  if (const json::object* policy = FindObject(object, "policy")) tally.policy = ReadPolicy(*policy);
  if (const json::object* summary = FindObject(object, "summary")) {
    tally.successes = Count(*summary, "total-successful-session-count", 0);
    tally.failures = Count(*summary, "total-failure-session-count", 0);
  }
  Problem problem;
  ForEach(Find(object, "failure-details"), [&](const json::value& each) {
    if (!each.is_object()) problem = "failure-details has an element that is no object";
    if (++details > kMaxReportDetails) {
      problem = "more than " + std::to_string(kMaxReportDetails) + " failure-details";
    }
    if (!problem) tally.details.push_back(ReadDetail(each.get_object()));
    return !problem;
  });
  return problem;
}

Problem ReadPolicies(const json::object& object, TlsReport& report) {
  const json::value* policies = Find(object, "policies");
  if (policies == nullptr) return "policies is missing";
  Problem problem;
  std::size_t details = 0;
  ForEach(policies, [&](const json::value& each) {
    if (!each.is_object()) problem = "policies has an element that is no object";
    if (report.policies.size() == kMaxReportPolicies) {
      problem = "more than " + std::to_string(kMaxReportPolicies) + " policies";
    }
    if (!problem) {
      problem = ReadTally(each.get_object(), details, report.policies.emplace_back());
    }
    return !problem;
  });
  return problem;
}

}  // namespace

Result<TlsReport> ParseReport(std::string_view text) {
  const Result<json::value> parsed = ParseIJson(text);
  if (!parsed) return Error{"not a report: " + parsed.error()};
  const json::object* object = parsed->if_object();
  if (object == nullptr) return Error{"not a report: the JSON is no object"};
  TlsReport report;
  report.organization_name = Text(*object, {"organization-name"});
  report.contact_info = Text(*object, {"contact-info"});
  report.report_id = Text(*object, {"report-id"});
  Problem problem = ReadDateRange(*object, report);
  if (!problem) problem = ReadPolicies(*object, report);
  if (problem) return Error{"not a report: " + *problem};
  return report;
}

}  // namespace tlswarden
