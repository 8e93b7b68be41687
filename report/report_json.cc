#include "report/report_json.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "report/i_json.h"

namespace tlswarden {
namespace {

namespace json = boost::json;

void Put(json::object& object, std::string_view key, const std::string& text) {
  if (!text.empty()) object[key] = IJsonText(text);
}

void PutCount(json::object& object, std::string_view key, std::int64_t count) {
  object[key] = std::clamp<std::int64_t>(count, 0, kMaxIJsonInteger);
}

json::array Texts(const std::vector<std::string>& texts) {
  json::array array;
  for (const std::string& text : texts) array.push_back(json::string(IJsonText(text)));
  return array;
}

json::object Policy(const ReportedPolicy& policy) {
  json::object object;
  Put(object, "policy-type", policy.type);
  object["policy-string"] = Texts(policy.strings);
  Put(object, "policy-domain", policy.domain);
  if (policy.type == "sts" && !policy.mx_hosts.empty()) object["mx-host"] = Texts(policy.mx_hosts);
  return object;
}

json::object Detail(const FailureDetail& detail) {
  json::object object;
  Put(object, "result-type", detail.result_type);
  Put(object, "sending-mta-ip", detail.sending_mta_ip);
  Put(object, "receiving-mx-hostname", detail.receiving_mx_hostname);
  Put(object, "receiving-mx-helo", detail.receiving_mx_helo);
  Put(object, "receiving-ip", detail.receiving_ip);
  PutCount(object, "failed-session-count", detail.sessions);
  Put(object, "additional-information", detail.additional_information);
  Put(object, "failure-reason-code", detail.failure_reason_code);
  return object;
}

json::object Tally(const PolicyTally& tally) {
  json::object summary;
  PutCount(summary, "total-successful-session-count", tally.successes);
  PutCount(summary, "total-failure-session-count", tally.failures);
  json::object object{{"policy", Policy(tally.policy)}, {"summary", std::move(summary)}};
  if (tally.details.empty()) return object;
  json::array details;
  for (const FailureDetail& detail : tally.details) details.push_back(Detail(detail));
  object["failure-details"] = std::move(details);
  return object;
}

}  // namespace

std::string ToJson(const TlsReport& report) {
  json::object object;
  Put(object, "organization-name", report.organization_name);
  object["date-range"] = json::object{{"start-datetime", ToString(report.begin)},
                                      {"end-datetime", ToString(report.end)}};
  Put(object, "contact-info", report.contact_info);
  Put(object, "report-id", report.report_id);
  json::array policies;
  for (const PolicyTally& tally : report.policies) policies.push_back(Tally(tally));
  object["policies"] = std::move(policies);
  return json::serialize(object);
}

}  // namespace tlswarden
