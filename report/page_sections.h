// page_sections: the parts of the page; each writes a <section> of its own.
//
// Pure; for page.cc alone.
#ifndef TLSWARDEN_REPORT_PAGE_SECTIONS_H_
#define TLSWARDEN_REPORT_PAGE_SECTIONS_H_

#include <cstddef>
#include <vector>

#include "report/html.h"
#include "report/overview.h"

namespace tlswarden {

// Sessions and failures of each day as two charts, and as a table. Nothing for a single day, which
// the summary tells.
void WriteDays(Html& page, const Overview& overview);

// Result types with their explanation. `ours`: others report them about us.
void WriteFailures(Html& page, const Overview& overview);
void WriteFailureList(Html& page, const std::vector<FailureDetail>& failures, bool ours);

// Nothing where none failed.
void WriteWorstDomains(Html& page, const Overview& overview);
void WritePolicies(Html& page, const Overview& overview);
void WriteReceived(Html& page, const Overview& overview);

// "and 12 domains more"; nothing for none.
void WriteMore(Html& page, std::size_t more, std::string_view one, std::string_view many);

// A small square in the chart's fill for the overview's result type of that place.
void WriteSwatch(Html& page, std::size_t type);

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_PAGE_SECTIONS_H_
