#include "report/overview_json.h"

#include <algorithm>
#include <boost/json.hpp>

#include "report/overview_words.h"
#include "report/shown_text.h"

namespace tlswarden {
namespace {

namespace json = boost::json;

json::string Shown(std::string_view text) { return json::string(ShownText(text)); }

void PutCounts(json::object& object, std::int64_t successes, std::int64_t failures) {
  object["total-successful-session-count"] = successes;
  object["total-failure-session-count"] = failures;
}

// Empty texts are left out, as in a report.
void PutText(json::object& object, std::string_view name, std::string_view text) {
  if (!text.empty()) object[name] = Shown(text);
}

json::object FailureJson(const FailureDetail& failure) {
  json::object object;
  object["result-type"] = Shown(failure.result_type);
  object["failed-session-count"] = failure.sessions;
  PutText(object, "sending-mta-ip", failure.sending_mta_ip);
  PutText(object, "receiving-mx-hostname", failure.receiving_mx_hostname);
  PutText(object, "receiving-ip", failure.receiving_ip);
  PutText(object, "additional-information", failure.additional_information);
  PutText(object, "failure-reason-code", failure.failure_reason_code);
  return object;
}

json::array FailuresJson(const std::vector<FailureDetail>& failures) {
  json::array all;
  for (const FailureDetail& failure : failures) all.push_back(FailureJson(failure));
  return all;
}

json::array DaysJson(const Overview& overview) {
  json::array all;
  for (const OverviewDay& day : overview.days) {
    json::object object;
    object["day"] = DayText(day.first);
    PutCounts(object, day.successes, day.failures);
    json::object types;
    for (std::size_t i = 0; i < day.by_type.size(); ++i) {
      if (day.by_type[i] == 0) continue;
      types[ShownText(overview.failure_types[i].result_type)] = day.by_type[i];
    }
    object["failures"] = std::move(types);
    all.push_back(std::move(object));
  }
  return all;
}

json::array StringsJson(const std::vector<std::string>& strings) {
  json::array all;
  for (std::size_t i = 0; i < std::min(strings.size(), kMostShownStrings); ++i) {
    all.push_back(Shown(strings[i]));
  }
  return all;
}

json::array PoliciesJson(const std::vector<PolicyTally>& policies) {
  json::array all;
  for (const PolicyTally& tally : policies) {
    json::object policy, summary;
    policy["policy-type"] = Shown(tally.policy.type);
    policy["policy-string"] = StringsJson(tally.policy.strings);
    policy["policy-domain"] = Shown(tally.policy.domain);
    policy["mx-host"] = StringsJson(tally.policy.mx_hosts);
    PutCounts(summary, tally.successes, tally.failures);
    all.push_back(json::object({{"policy", std::move(policy)},
                                {"summary", std::move(summary)},
                                {"failure-details", FailuresJson(tally.details)}}));
  }
  return all;
}

json::object ReceivedJson(const ReceivedOverview& received) {
  json::array totals, rows;
  for (const ReceivedTotal& total : received.totals) {
    json::object object;
    object["policy-type"] = Shown(total.policy_type);
    PutCounts(object, total.successes, total.failures);
    totals.push_back(std::move(object));
  }
  for (const ReceivedRow& row : received.rows) {
    json::object object;
    object["organization-name"] = Shown(row.organization);
    object["policy-domain"] = Shown(row.policy_domain);
    object["policy-type"] = Shown(row.policy_type);
    PutText(object, "mode", row.mode);
    object["reports"] = row.reports;
    object["start-datetime"] = ToString(row.begin);
    object["end-datetime"] = ToString(row.end);
    PutCounts(object, row.successes, row.failures);
    rows.push_back(std::move(object));
  }
  return json::object({{"reports", received.reports},
                       {"organizations", received.organizations},
                       {"by-policy-type", std::move(totals)},
                       {"policies", std::move(rows)},
                       {"more-policies", received.more_rows},
                       {"failures", FailuresJson(received.failures)}});
}

}  // namespace

json::value OverviewJson(const Overview& overview) {
  json::object out;
  out["made"] = ToString(overview.frame.made);
  out["host"] = Shown(overview.frame.host);
  out["version"] = Shown(overview.frame.version);
  out["first-day"] = DayText(overview.frame.first);
  out["last-day"] = DayText(overview.frame.last);
  PutCounts(out, overview.successes, overview.failures);
  out["days"] = DaysJson(overview);
  out["failures"] = FailuresJson(overview.failure_types);
  if (overview.frame.domain.empty()) {
    json::array worst;
    for (const DomainTotal& total : overview.worst) {
      json::object object;
      object["policy-domain"] = Shown(total.domain);
      PutCounts(object, total.successes, total.failures);
      worst.push_back(std::move(object));
    }
    out["domains"] = overview.domains;
    out["failing-domains"] = overview.failing_domains;
    out["worst-domains"] = std::move(worst);
  } else {
    out["domain"] = Shown(overview.frame.domain);
    out["policies"] = PoliciesJson(overview.policies);
    out["more-policies"] = overview.more_policies;
  }
  out["received"] = ReceivedJson(overview.received);
  return out;
}

}  // namespace tlswarden
