#include "report/self_report.h"

#include <algorithm>

#include "policy/ascii.h"
#include "report/report_mail.h"

namespace tlswarden {

TlsReport MakeSelfReport(const std::string& organization_name, const std::string& contact_info,
                         const SelfReportSecret& secret, Time now) {
  TlsReport report;
  const std::string domain = Submitter(contact_info);
  report.organization_name = organization_name;
  report.contact_info = contact_info;
  report.report_id = "tlswarden-test." + Hex(secret) + '@' + domain;
  report.end = DayOf(now) - std::chrono::seconds(1);
  report.begin = DayOf(report.end);
  PolicyTally tally;
  tally.policy.type = "no-policy-found";
  tally.policy.domain = domain;
  report.policies = {tally};
  return report;
}

Signed WhoSigns(const std::vector<DkimSignature>& signatures, std::string_view domain) {
  if (signatures.empty()) return Signed::kNo;
  const bool ours =
      std::any_of(signatures.begin(), signatures.end(),
                  [&](const DkimSignature& signature) { return SignsFor(signature, domain); });
  return ours ? Signed::kYes : Signed::kByOthers;
}

std::string DescribeSignatures(const std::vector<DkimSignature>& signatures,
                               std::string_view domain) {
  const Signed who = WhoSigns(signatures, domain);
  if (who == Signed::kNo) return "not signed";
  std::string text = "signed by ";
  bool is_first = true;
  for (const DkimSignature& signature : signatures) {
    if (who == Signed::kYes && !SignsFor(signature, domain)) continue;
    text += (is_first ? "" : " and ") + ToString(signature);
    is_first = false;
  }
  return who == Signed::kYes ? text : text + ", but not by " + std::string(domain);
}

}  // namespace tlswarden
