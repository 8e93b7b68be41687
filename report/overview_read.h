// overview_read: the figures of an overview out of the ledger's file.
//
// For one thread at a time. Some queries for each day: a second for a year.
#ifndef TLSWARDEN_REPORT_OVERVIEW_READ_H_
#define TLSWARDEN_REPORT_OVERVIEW_READ_H_

#include <vector>

#include "policy/result.h"
#include "report/ledger.h"
#include "report/overview.h"

namespace tlswarden {

// Errors: those of the ledger.
Result<Overview> ReadOverview(LedgerReader& ledger, OverviewFrame frame,
                              const std::vector<TlsReport>& received);

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_OVERVIEW_READ_H_
