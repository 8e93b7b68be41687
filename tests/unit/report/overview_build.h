// overview_build: figures for the tests of overviews.
#ifndef TLSWARDEN_TESTS_UNIT_REPORT_OVERVIEW_BUILD_H_
#define TLSWARDEN_TESTS_UNIT_REPORT_OVERVIEW_BUILD_H_

#include <string>
#include <utility>
#include <vector>

#include "report/overview.h"

namespace tlswarden {

inline const Day kLastDay = std::chrono::sys_days(std::chrono::year(2026) / 11 / 25);

inline Day Back(int days) { return kLastDay - std::chrono::days(days); }

inline OverviewFrame FrameOf(int days, std::string domain = "") {
  return {Back(days - 1), kLastDay, std::move(domain), Time(kLastDay), "mx.example.net", "0.2.0"};
}

inline FailureDetail Detail(std::string type, std::int64_t sessions, std::string host = "",
                            std::string reason = "") {
  FailureDetail detail;
  detail.result_type = std::move(type);
  detail.sessions = sessions;
  detail.receiving_mx_hostname = std::move(host);
  detail.failure_reason_code = std::move(reason);
  return detail;
}

inline PolicyTally TallyOf(ReportedPolicy policy, std::int64_t successes, std::int64_t failures,
                           std::vector<FailureDetail> details = {}) {
  return {std::move(policy), successes, failures, std::move(details)};
}

inline ReportedPolicy Sts(std::string domain, const std::string& mode) {
  return {"sts", {"version: STSv1", "mode: " + mode}, std::move(domain), {"mx." + domain}};
}

inline TlsReport ReportOf(std::string organization, std::string id,
                          std::vector<PolicyTally> policies, int back = 1) {
  return {std::move(organization),
          "",
          std::move(id),
          Time(Back(back)),
          Time(Back(back)) + std::chrono::seconds(86399),
          std::move(policies)};
}

// Three days: 100, 0 and 50 sessions; failures of two kinds at two of three domains; one report.
inline Overview SmallOverview() {
  LedgerFigures figures;
  figures.days = {{Back(2), 97, 3}, {Back(0), 50, 0}};
  figures.failures = {Detail("certificate-expired", 2, "mx.bank.example", "it has expired"),
                      Detail("sts-policy-fetch-error", 1, "", "HTTP status 404")};
  figures.day_failures = {
      {Back(2), {Detail("certificate-expired", 2), Detail("sts-policy-fetch-error", 1)}}};
  figures.domains = {{"fine.example", 60, 0}, {"web.example", 40, 1}, {"bank.example", 47, 2}};
  return MakeOverview(
      FrameOf(3), figures,
      {ReportOf(
          "Google Inc.", "1",
          {TallyOf(Sts("example.net", "testing"), 20, 2,
                   {Detail("certificate-host-mismatch", 2, "mx1.example.net", "wrong name")})})});
}

}  // namespace tlswarden

#endif  // TLSWARDEN_TESTS_UNIT_REPORT_OVERVIEW_BUILD_H_
