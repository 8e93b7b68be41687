// policy_text: a ReportedPolicy as one text and back, for the ledger's file.
//
// Pure. The same policy always gives the same text.
#ifndef TLSWARDEN_REPORT_POLICY_TEXT_H_
#define TLSWARDEN_REPORT_POLICY_TEXT_H_

#include <string>
#include <string_view>

#include "policy/result.h"
#include "report/tls_report.h"

namespace tlswarden {

// JSON. A policy domain that is `domain`, the reported one, isn't named, so that many domains share
// one text: those that publish nothing, and those whose mail one provider takes.
std::string PolicyText(const ReportedPolicy& policy, std::string_view domain);

// Errors: it is no such text.
Result<ReportedPolicy> ParsePolicyText(std::string_view text, std::string_view domain);

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_POLICY_TEXT_H_
