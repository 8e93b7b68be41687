// overview_received: what others' reports say about us, summed up.
//
// Pure; a part of MakeOverview.
#ifndef TLSWARDEN_REPORT_OVERVIEW_RECEIVED_H_
#define TLSWARDEN_REPORT_OVERVIEW_RECEIVED_H_

#include <string>
#include <vector>

#include "report/overview.h"

namespace tlswarden {

// Of all policies, or of those of one domain. See MakeOverview.
ReceivedOverview SumUpReceived(const std::vector<TlsReport>& reports, const std::string& domain);

// By result type, at most kMostResultTypes, the most sessions first; MX host and reason are those
// of the detail with the most sessions.
std::vector<FailureDetail> SumUpByType(const std::vector<FailureDetail>& details);

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_OVERVIEW_RECEIVED_H_
