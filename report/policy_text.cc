#include "report/policy_text.h"

#include <boost/json.hpp>
#include <vector>

namespace tlswarden {
namespace {

namespace json = boost::json;

json::array Array(const std::vector<std::string>& texts) {
  json::array array;
  array.reserve(texts.size());
  for (const std::string& text : texts) array.emplace_back(text);
  return array;
}

bool Read(const json::object& object, std::string_view name, std::string& text) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr) return true;
  if (!value->is_string()) return false;
  text = std::string_view(value->get_string());
  return true;
}

bool Read(const json::object& object, std::string_view name, std::vector<std::string>& texts) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr) return true;
  if (!value->is_array()) return false;
  for (const json::value& element : value->get_array()) {
    if (!element.is_string()) return false;
    texts.emplace_back(std::string_view(element.get_string()));
  }
  return true;
}

}  // namespace

std::string PolicyText(const ReportedPolicy& policy, std::string_view domain) {
  json::object object{{"type", policy.type}};
  if (policy.domain != domain) object["domain"] = policy.domain;
  if (!policy.strings.empty()) object["strings"] = Array(policy.strings);
  if (!policy.mx_hosts.empty()) object["mx"] = Array(policy.mx_hosts);
  return json::serialize(object);
}

Result<ReportedPolicy> ParsePolicyText(std::string_view text, std::string_view domain) {
  json::error_code failed;
  const json::value value = json::parse({text.data(), text.size()}, failed);
  const Error<std::string> error{"no policy: " + std::string(text.substr(0, 100))};
  if (failed || !value.is_object()) return error;
  const json::object& object = value.get_object();
  ReportedPolicy policy;
  policy.domain = domain;
  if (!Read(object, "type", policy.type) || !Read(object, "domain", policy.domain) ||
      !Read(object, "strings", policy.strings) || !Read(object, "mx", policy.mx_hosts)) {
    return error;
  }
  return policy;
}

}  // namespace tlswarden
